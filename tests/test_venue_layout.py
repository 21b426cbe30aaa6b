"""Every venue's stand-in style gives the layout that venue.toml records of the official one, within 0.1 pt."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import jinja2
import pytest

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
VENUES = sorted(path.parent.name for path in TEMPLATES.glob("*/venue.toml"))
TOLERANCE = 0.1

pytestmark = [
    pytest.mark.tex,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex"),
]

LENGTHS = {
    "textwidth": r"\textwidth", "textheight": r"\textheight", "columnwidth": r"\columnwidth",
    "columnsep": r"\columnsep", "oddsidemargin": r"\oddsidemargin", "evensidemargin": r"\evensidemargin",
    "topmargin": r"\topmargin", "headheight": r"\headheight", "headsep": r"\headsep", "footskip": r"\footskip",
    "paperwidth": r"\paperwidth", "paperheight": r"\paperheight", "parindent": r"\parindent", "parskip": r"\parskip",
    "abovecaptionskip": r"\abovecaptionskip", "belowcaptionskip": r"\belowcaptionskip", "footnotesep": r"\footnotesep",
    "skipfootins": r"\skip\footins", "leftmargini": r"\leftmargini", "topsep": r"\topsep", "itemsep": r"\itemsep",
    "parsep": r"\parsep", "floatsep": r"\floatsep", "textfloatsep": r"\textfloatsep", "intextsep": r"\intextsep",
    "dblfloatsep": r"\dblfloatsep", "dbltextfloatsep": r"\dbltextfloatsep", "bibsep": r"\bibsep",
    "abovedisplayskip": r"\abovedisplayskip", "belowdisplayskip": r"\belowdisplayskip", "titlebox": r"\titlebox",
    "left_margin": r"\dimexpr1in+\hoffset+\oddsidemargin\relax",
    "top_margin": r"\dimexpr1in+\voffset+\topmargin+\headheight+\headsep\relax",
    "ex": r"\dimexpr1ex\relax", "em": r"\dimexpr1em\relax",
}  # fmt: skip
FRACTIONS = ["topfraction", "bottomfraction", "textfraction", "floatpagefraction"]
MACROS = ["rmdefault", "sfdefault"]
# ttdefault is not held: the official faces (cmtt in T1, zi4) need packages that paperforge does not ask for.

PROBE = r"""
\makeatletter
\protected\def\pfmark#1{\typeout{PROBE mark #1 \f@size/\f@baselineskip/\f@family/\f@series/\f@shape/\the\linewidth}}
\def\pfskip#1#2{\begingroup\skip0=#2\relax\typeout{PROBE length #1 \the\skip0}\endgroup}
\AtBeginDocument{\typeout{PROBE macro encoding \f@encoding}}
\makeatother
"""


def body(measured: dict) -> str:
    lines = [r"\makeatletter", r"\section{One}", "Text.\n"]
    lines += [rf"\pfskip{{{name}}}{{{tex}}}" for name, tex in LENGTHS.items() if name in measured]
    lines += [
        rf"\typeout{{PROBE macro {name} \csname {name}\endcsname}}" for name in FRACTIONS + MACROS
    ]
    lines += [rf"{{\csname {name}\endcsname\pfmark{{size-{name}}}}}" for name in measured["fonts"]]
    lines.append(
        r"\begingroup\def\@startsection#1#2#3#4#5#6{\pfskip{before-#1}{#4}\pfskip{after-#1}{#5}\@gobble}"
    )
    lines += [rf"\{name}{{x}}" for name in measured["headings"]]
    lines.append(r"\endgroup\makeatother")
    lines += [
        rf"\{name}{{Heading \pfmark{{heading-{name}}}}} Text.\par" for name in measured["headings"]
    ]
    lines.append(r"Body\pfmark{body}.\footnote{Note\pfmark{footnote}.}")
    for kind in ("figure", "table"):
        lines.append(
            rf"\begin{{{kind}}}[t]\caption{{Words\pfmark{{{kind[:3]}caption}}.}}\end{{{kind}}}"
        )
    return "\n".join(lines) + "\n\\clearpage\n"


def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
        block_start_string="<%", block_end_string="%>", variable_start_string="<<", variable_end_string=">>",
        comment_start_string="<#", comment_end_string="#>", trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def context(facts: dict, mode: str) -> dict:
    kinds = ["body", "limitations", "ethics", "impact", "acknowledgments", "appendix"]
    return {
        "title": r"A Title\pfmark{title}", "short_title": "A Title", "pdf_title": "A Title", "mode": mode,
        "authors": [
            {"name": r"Ada Surname\pfmark{author}", "affiliation": "Somewhere", "email": "ada@example.org", "equal": True},
            {"name": "Bob Surname", "affiliation": "Elsewhere", "equal": True},
            {"name": "Cy Surname", "email": "cy@example.org"},
        ],
        "abstract_file": "sections/abstract", "style_options": facts["modes"][mode], "style_official": False,
        "bst": None, "bib": "refs", "keywords": ["probe"],
        "packages": [r"\PassOptionsToPackage{table}{xcolor}", PROBE],
        "sections": [{"name": kind, "file": f"sections/{kind}", "kind": kind} for kind in kinds],
        "has": dict.fromkeys([*kinds[1:], "checklist"], True),
    }  # fmt: skip


def build(venue: str, mode: str, folder: Path) -> tuple[dict, str]:
    """Set the probe in the venue's template; returns the venue's facts and the log."""
    facts = tomllib.loads((TEMPLATES / venue / "venue.toml").read_text())
    files = {
        "main.tex": environment().get_template(f"{venue}/main.tex.j2").render(context(facts, mode)),
        "generated/macros.tex": (TEMPLATES / "_base/macros-head.tex").read_text()
        + r"\pfdefine{a/b.c-d_1}{42}",
        "generated/checklist.tex": r"\begin{enumerate}\item \answerYes{} \answerNA[x] \answerTODO{}\end{enumerate}",
        "sections/abstract.tex": r"Abstract\pfmark{abstract} words.",
        "sections/body.tex": body(facts["measured"])
        + "\\section{Of \\pf{a/b.c-d_1}}\\typeout{PROBE macro pf \\pf{a/b.c-d_1}}$\\pf{a/b.c-d_1}$ \\pf{no such} \\citep{k}\n",
        "refs.bib": "@misc{k, author={Key, Ann}, title={Title}, year={2020}}",
    }
    for kind in ["limitations", "ethics", "impact", "acknowledgments", "appendix"]:
        files[f"sections/{kind}.tex"] = f"Words of {kind}.\n"
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    for style in (TEMPLATES / venue).glob("*.sty"):
        shutil.copy(style, folder)
    command = [
        "pdflatex",
        "-interaction=nonstopmode",
        "-no-shell-escape",
        "-halt-on-error",
        "-jobname=output",
        "main",
    ]
    for program in (command, ["bibtex", "output"], command, command):
        run = subprocess.run(
            program,
            cwd=folder,
            env={"max_print_line": "9999", "PATH": _path()},
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout.decode(errors="replace")[-3000:]
    return facts, (folder / "output.log").read_text(errors="replace")


def _path() -> str:
    return str(Path(shutil.which("pdflatex") or "").parent) + ":/usr/bin:/bin"


def glue(value: float | str) -> list[float]:
    """The natural length, stretch and shrink of a TeX glue, in points."""
    if not isinstance(value, str):
        return [float(value), 0.0, 0.0]
    parts = {"": 0.0, "plus": 0.0, "minus": 0.0}
    for key, number in re.findall(r"(plus|minus|) ?(-?[\d.]+)pt", value):
        parts[key] = float(number)
    return list(parts.values())


@pytest.fixture(scope="module", params=VENUES)
def probe(request, tmp_path_factory):
    """The venue's facts and what the probe found: lengths, marks, macros. Numbers in points."""
    facts, log = build(request.param, "submission", tmp_path_factory.mktemp(request.param))
    found = {"length": {}, "mark": {}, "macro": {}}
    for kind, name, value in re.findall(r"PROBE (length|mark|macro) (\S+) (.*)", log):
        found[kind].setdefault(name, value)
    return facts, found


def close(found: str | float, expected: str | float) -> bool:
    return glue(found) == pytest.approx(glue(expected), abs=TOLERANCE)


def mark(text: str) -> dict:
    size, leading, family, series, shape, width = text.split("/")
    return {
        "size": float(size), "leading": float(leading.removesuffix("pt")), "family": family,
        "series": {"bx": "b"}.get(series, series), "shape": shape, "linewidth": float(width.removesuffix("pt")),
    }  # fmt: skip


def assert_type(found: dict, expected: dict, where: str) -> None:
    for key in ("size", "leading"):
        assert found[key] == pytest.approx(expected[key], abs=TOLERANCE), (where, key)
    for key in ("family", "series", "shape"):
        assert found[key] == expected[key], (where, key)
    if "linewidth" in expected:
        assert found["linewidth"] == pytest.approx(expected["linewidth"], abs=TOLERANCE), where


def test_lengths(probe):
    facts, found = probe
    wanted = {name: facts["measured"][name] for name in LENGTHS if name in facts["measured"]}
    wrong = {
        n: (found["length"][n], w) for n, w in wanted.items() if not close(found["length"][n], w)
    }
    assert not wrong, "found, measured"


def test_float_fractions_faces_and_encoding(probe):
    facts, found = probe
    measured, macros = facts["measured"], found["macro"]
    assert [float(macros[name]) for name in FRACTIONS] == [
        float(text) for text in measured["fractions"]
    ]
    assert [macros[name] for name in MACROS] == [measured[name] for name in MACROS]
    assert macros["encoding"] == measured["encoding"]


def test_size_commands(probe):
    facts, found = probe
    for name, (size, leading) in facts["measured"]["fonts"].items():
        assert_type(mark(found["mark"][f"size-{name}"]), {
            "size": size, "leading": leading, "family": "ptm", "series": "m", "shape": "n"}, name)  # fmt: skip


def test_headings(probe):
    facts, found = probe
    for name, expected in facts["measured"]["headings"].items():
        assert close(found["length"][f"before-{name}"], expected["before"]), name
        assert close(found["length"][f"after-{name}"], expected["after"]), name
        assert_type(mark(found["mark"][f"heading-{name}"]), expected, name)


def test_type_of_title_abstract_captions_and_footnotes(probe):
    facts, found = probe
    for name, expected in facts["measured"]["marks"].items():
        if name != "author":  # an anonymous paper shows none
            assert_type(mark(found["mark"][name]), expected, name)


def test_numbers_expand(probe):
    assert probe[1]["macro"]["pf"] == "42"


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("mode", ["draft", "submission", "preprint", "final"])
def test_every_mode_compiles_and_keeps_names_to_itself(venue, mode, tmp_path):
    facts, log = build(venue, mode, tmp_path)
    anonymous = mode in facts["anonymity"]["anonymous_modes"]
    assert "paperforge: unknown number 'no such' on input line" in log
    assert "Overfull \\vbox" not in log
    assert ("Surname" in (tmp_path / "main.tex").read_text()) is not anonymous
    assert re.search(
        r"\\newlabel\{pf:end-of-body\}\{\{[^}]*\}\{\d+\}", (tmp_path / "output.aux").read_text()
    )
    assert ("PROBE mark author" in log) is not anonymous
    if not anonymous and "author" in facts["measured"]["marks"]:
        found = re.search(r"PROBE mark author (\S+)", log).group(1)
        assert_type(
            mark(found),
            {k: v for k, v in facts["measured"]["marks"]["author"].items() if k != "linewidth"},
            mode,
        )
    if shutil.which("pdftotext"):
        text = _poppler("pdftotext", tmp_path / "output.pdf", "-")
        assert text.split("\f")[0].count(facts["stand_in_notice"]) == 1
        assert ("Surname" in text) is not anonymous
        assert ("Words of acknowledgments" in text) is not anonymous
        assert "Surname" not in _poppler("pdfinfo", tmp_path / "output.pdf") or not anonymous
        assert "Type 3" not in _poppler("pdffonts", tmp_path / "output.pdf")


def _poppler(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], capture_output=True, check=True, text=True).stdout
