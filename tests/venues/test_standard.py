"""Pages of LaTeX's own classes, as LaTeX has them."""

import re
import subprocess

import pytest

from paperforge import tables, venues

KNOWN = [
    ("article", "", "", (345.0, 345.0, 550.0)),
    ("article", "11pt,a4paper", "", (360.0, 360.0, 595.8)),
    ("report", "12pt", r"\usepackage{times}", (390.0, 390.0, 548.5)),
    ("article", "twocolumn", "", (229.5, 469.0, 550.0)),
    ("article", "twocolumn,a4paper,11pt", "", (221.0, 452.0, 595.8)),
    ("article", "", r"\usepackage{geometry}", (430.0, 430.0, 556.48)),
    ("article", "", r"\usepackage[margin=1in]{geometry}", (469.755, 469.755, 650.43)),
    ("article", "a4paper", r"\usepackage[margin=2.5cm]{geometry}", (455.244, 455.244, 702.78)),
    ("article", "", "\\usepackage{geometry}\\geometry{left=3cm,\n right=2cm}", (472.03, 472.03, 556.48)),
    ("article", "", r"\usepackage[textwidth=16cm]{geometry}", (455.244, 455.244, 556.48)),
    ("article", "twocolumn", r"\usepackage[margin=1in]{geometry}", (229.8775, 469.755, 650.43)),
]  # fmt: skip


def paper(folder, kind, options, preamble):
    text = rf"\documentclass[{options}]{{{kind}}} % twocolumn" + f"\n{preamble}\n"
    (folder / "main.tex").write_text(text + r"\begin{document}x\end{document}", encoding="utf-8")


@pytest.mark.parametrize(("kind", "options", "preamble", "widths"), KNOWN)
def test_widths(tmp_path, kind, options, preamble, widths):
    paper(tmp_path, kind, options, preamble)
    found = venues.of_paper(tmp_path, "main.tex")
    height = found.facts["measured"]["textheight"]
    assert (found.column_width_pt, found.text_width_pt, height) == pytest.approx(widths, abs=0.02)
    page = tables.Page.of(found)
    assert page.text == found.text_width_pt and page.name == found.name
    assert page.sizes[0] == (
        "normalsize",
        {"11": 10.95, "12": 12.0}.get(options[:2], page.sizes[0][1]),
    )


@pytest.mark.tex
@pytest.mark.parametrize(("kind", "options", "preamble", "widths"), KNOWN)
def test_latex_says_the_same(tmp_path, kind, options, preamble, widths):
    paper(tmp_path, kind, options, preamble)
    text = (tmp_path / "main.tex").read_text(encoding="utf-8")
    told = r"\begin{document}\typeout{W \the\columnwidth, \the\textwidth, \the\textheight.}"
    (tmp_path / "main.tex").write_text(text.replace(r"\begin{document}", told), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    said = re.search(r"W ([\d.]+)pt, ([\d.]+)pt, ([\d.]+)pt", done.stdout)
    assert tuple(map(float, said.groups())) == pytest.approx(widths, abs=0.02)


@pytest.mark.parametrize(
    ("kind", "preamble"),
    [
        ("scrartcl", ""), ("IEEEtran", ""), ("article", r"\usepackage{fullpage}"), ("article", r"\usepackage{icml2019}"),
        ("article", r"\setlength{\textwidth}{6in}"), ("article", r"\usepackage[left=2cm]{geometry}"), ("article", r"\usepackage{own}"),
        ("article", r"\usepackage[margin=0.1\paperwidth]{geometry}"), ("article", r"\usepackage[includefoot,margin=1in]{geometry}"),
        ("article", r"\input{setup}"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_no_page(tmp_path, kind, preamble):
    (tmp_path / "own.sty").write_text("", encoding="utf-8")
    (tmp_path / "setup.tex").write_text(r"\usepackage[lines=40]{geometry}", encoding="utf-8")
    paper(tmp_path, kind, "", preamble)
    assert venues.of_paper(tmp_path, "main.tex") is None


def test_the_face_is_that_of_its_package(tmp_path):
    paper(tmp_path, "article", "", r"\usepackage{microtype,mathpazo}")
    assert venues.of_paper(tmp_path, "main.tex").text_face == "Palatino"
