import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paperforge.latex.escape as module
from paperforge.latex.escape import Tex, escape, needs_unicode_engine, number, plain, slug, slugs

DATA = json.loads((Path(module.__file__).parent / "characters.json").read_text(encoding="utf-8"))
PRINTABLE = "".join(chr(c) for c in range(0x20, 0x7F))

anything = st.text(st.characters(codec=None), max_size=40)
nasty = st.text(
    st.sampled_from(PRINTABLE + "±×–—†‡≤≥→↑↓αωβ%模型😀éאß \t\n\x00\x1b\ud800\u202e\u200d\u0301"),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("lora_r8 & 50% #1", r"lora\_r8 \& 50\% \#1"),
        ("{$x^2$}", r"\{\ensuremath{\mathdollar}x\textasciicircum{}2\ensuremath{\mathdollar}\}"),
        ("a\\b~c", r"a\textbackslash{}b\textasciitilde{}c"),
        ("a < b > c | d", r"a \textless{} b \textgreater{} c \textbar{} d"),
        ("--lr", "-{}-lr"),
        ("a---b", "a-{}-{}-b"),
        ("''x,,y", "'{}'x,{},y"),
        ('the "best" 5"', r"the \textquotedblleft{}best\textquotedblright{} 5\textquotedblright{}"),
        ("`x", r"\`{}x"),
        ("β-VAE ± 1 × 2", r"$\beta$-VAE $\pm$ 1 $\times$ 2"),
        ("8–10 — †‡", r"8\textendash{}10 \textemdash{} \ensuremath{\dagger}\ensuremath{\ddagger}"),
        ("≤≥→↑↓", r"$\leq$$\geq$$\rightarrow$$\uparrow$$\downarrow$"),
        ("Café é", "Café é"),
        ("模型 😀 שלום", "模型 😀 שלום"),
        ("e\u0301", "é"),
        ("one\r\n\ttwo", "one   two"),
        ("a\x00b\x1b[0m\x7f", "ab[0m"),
        ("a\ud800b\ufeff\u202ec", "abc"),
        ("", ""),
    ],
)  # fmt: skip
def test_prints_what_the_data_says(text, tex):
    assert escape(text) == tex


def test_trusted_tex_is_left_alone():
    assert escape(Tex(r"$\alpha$ 50\%")) == r"$\alpha$ 50\%"
    assert escape(str.__str__(Tex("50%"))) == r"50\%"


@given(anything | nasty)
def test_result_is_balanced_and_holds_no_active_character(text):
    tex = escape(text)
    tex.encode("utf-8")
    assert "\n" not in tex
    for command in sorted(
        set(DATA["commands"].values()) | set(module.SPECIAL.values()), key=len, reverse=True
    ):
        if "\\" in command:
            tex = tex.replace(command, " ")
    for command in (r"\textquotedblleft{}", r"\textquotedblright{}", "{}"):
        tex = tex.replace(command, " ")
    assert not set(tex) & set('\\{}$&#_^%~<>|`"')
    assert "--" not in tex
    assert "''" not in tex


@given(anything | nasty)
def test_plain_is_one_printable_line(text):
    line = plain(text)
    line.encode("utf-8")
    assert plain(line) == line
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", line)


def test_says_which_characters_need_another_engine():
    assert needs_unicode_engine("lora_r8 β ± é Ð ą") == ()
    assert needs_unicode_engine("模型 😀 模 é") == ("模", "型", "😀")
    assert needs_unicode_engine("עברית")[0] == "ע"


def test_every_symbol_has_a_command_of_balanced_braces():
    for character, tex in DATA["commands"].items():
        assert len(character) == 1
        assert not character.isascii()
        assert tex.count("{") == tex.count("}"), character
        assert tex.count("$") % 2 == 0, character
    assert not set(DATA["direct"]) & set(DATA["commands"])


@pytest.mark.parametrize(
    ("printed", "tex"),
    [
        ("-1.2", r"\ensuremath{-}1.2"),
        ("<.001", r"\ensuremath{<}.001"),
        ("91.2 ± 0.3", r"91.2 \ensuremath{\pm} 0.3"),
        ("1,234", "1,234"),
        ("8–10", r"8\textendash{}10"),
    ],
)
def test_numbers_work_in_text_and_mathematics(printed, tex):
    assert number(printed) == tex
    assert isinstance(number(printed), Tex)


# keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("LoRA (r=8)", "lora-r-8"),
        ("lora_r8", "lora-r8"),
        ("v1.5", "v1.5"),
        ("Café", "cafe"),
        ("β-VAE", "beta-vae"),
        ("LoRA+", "lora-plus"),
        ("模型", "u6a21-u578b"),
        ("😀", "u1f600"),
        ("a/b % {c}", "a-b-c"),
        ("", "x"),
        ("///", "x"),
    ],
)
def test_slug(name, key):
    assert slug(name) == key


def test_names_that_collide_get_a_suffix_that_lasts():
    first = slugs(["LoRA R8", "lora_r8", "full"])
    assert first["full"] == "full"
    assert first["LoRA R8"] != first["lora_r8"]
    assert slugs(["new", "lora_r8", "LoRA R8"])["LoRA R8"] == first["LoRA R8"]
    assert slugs(["lora", "LoRA"])["lora"] == "lora"
    assert slugs(["sd"], {"sd"})["sd"] != "sd"


@given(st.lists(anything | nasty, max_size=8, unique=True), st.randoms())
def test_slugs_are_one_to_one_and_ignore_the_order(names, random):
    given_slugs = slugs(names, {"sd", "n"})
    assert len(set(given_slugs.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9.-]+", key) for key in given_slugs.values())
    assert not {"sd", "n"} & set(given_slugs.values())
    shuffled = list(names)
    random.shuffle(shuffled)
    assert slugs(shuffled, {"sd", "n"}) == given_slugs


# with TeX


def test_a_power_of_ten_is_set_as_in_number_cells():
    assert escape("lr = 3×10⁻⁵, 1.5×10¹²") == r"lr = 3$\times10^{-5}$, 1.5$\times10^{12}$"
    assert r"\times10^" not in escape("2×10 and ×10³")


def compiled(body, folder, preamble=""):
    """The log of a bare article, and its text."""
    source = f"\\documentclass{{article}}{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "a.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]
    text = subprocess.run(
        ["pdftotext", "-raw", "a.pdf", "-"], cwd=folder, capture_output=True, check=True, timeout=60
    )
    return (folder / "a.log").read_text(errors="replace"), text.stdout.decode()


@pytest.mark.tex
@pytest.mark.parametrize("preamble", ["", r"\usepackage[T1]{fontenc}\usepackage{times}"])
def test_every_known_character_compiles_without_a_package(tmp_path, preamble):
    known = [*DATA["commands"], *DATA["direct"], *PRINTABLE]
    lines = "\n\n".join(f"x{escape(character)}x" for character in known)
    caption = rf"\begin{{table}}\caption{{{escape(''.join(DATA['commands']))}}}\end{{table}}"
    log, _ = compiled(rf"\listoftables {caption}{lines}", tmp_path, preamble)
    compiled(rf"\listoftables {caption}{lines}", tmp_path, preamble)
    assert "Missing character" not in log


@pytest.mark.tex
def test_ascii_comes_out_of_the_pdf_as_it_went_in(tmp_path):
    text = "a\\b{c}d$e&f#g_h%i<j>k|l[m]n*o+p=q/r@s!t?u;v:w(x)y --z"
    _, printed = compiled(escape(text), tmp_path, r"\usepackage[T1]{fontenc}\usepackage{times}")
    assert printed.splitlines()[0] == text
