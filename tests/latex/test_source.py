"""Reading the author's own .tex."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.latex import source
from paperforge.latex.visible import visible


def keys(text, kind="citations"):
    return [mention.key for mention in getattr(source.read(text, "x.tex"), kind)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"\cite{a}", ["a"]),
        (r"\citep[see][p.~3]{a, b,c}", ["a", "b", "c"]),
        (r"\citet*{a}", ["a"]),
        (
            r"\citeposs{a} \newcite{b} \parencite[1]{c} \textcite{d} \autocite{e} \nocite{*}",
            ["a", "b", "c", "d", "e", "*"],
        ),
        (r"\citep[see {[x]}, $p$][\S 2]{a}", ["a"]),
        ("\\cite\n  {a}", ["a"]),
        ("\\cite{a,% not this one\n  b}", ["a", "b"]),
        (r"\section{On \cite{a}}\footnote{As in \citet{b}.}", ["a", "b"]),
        (r"$x_{\text{\cite{a}}}$", ["a"]),
        (r"\cite{}", []),
        (r"\cite", []),
        (r"\cite and {no}", []),
        (r"\\cite{no}", []),
        (r"\citation{no} \mycite{no}", []),
        (r"\cite{#1} \cite{\key}", []),
        (r"\cite{müller:2020/a+b_c}", ["müller:2020/a+b_c"]),
    ],
)
def test_citations(text, found):
    assert keys(text) == found


@pytest.mark.parametrize(
    "hidden",
    [
        r"% \cite{no}",
        r"text % 50\% \cite{no}",
        r"\verb|\cite{no}|",
        r"\verb*+\cite{no}+ ",
        r"\lstinline[language=TeX]|\cite{no}|",
        r"\lstinline{\cite}",
        r"\mintinline{tex}|\cite{no}|",
        "\\begin{verbatim}\n\\cite{no} % $\n\\end{verbatim}",
        "\\begin{verbatim*}\\cite{no}\\end{verbatim*}",
        "\\begin{lstlisting}[language=C]\nint a; // \\cite{no}\n\\end{lstlisting}",
        "\\begin{comment}\n\\cite{no}\n\\end{comment}",
        "\\begin{filecontents}{x.bib}\n\\cite{no}\n\\end{filecontents}",
        "\\iffalse \\cite{no} \\ifx a b \\else \\cite{no} \\fi \\cite{no} \\fi",
        "\\iffalse $\\iff$ \\ifthenelse{a}{b}{c} \\cite{no} \\fi",
        "\\iffalse \\cite{no} % \\fi\n \\cite{no} \\fi",
        r"\newcommand{\cite}[1]{[#1]}",
        r"\renewcommand\cite[1]{no}",
        r"\def\cite#1{no}",
        r"\let\oldcite=\cite {no}",
        r"\NewDocumentCommand{\cite}{m}{no}",
    ],
)
def test_what_tex_does_not_act_on(hidden):
    assert keys(hidden + "\n\\cite{yes}") == ["yes"]


def test_percent_signs_that_are_no_comments():
    assert keys(r"50\% \cite{a} \url{http://x.y/a%20b} \cite{b} \href{h%c}{t} \cite{c}") == [
        "a",
        "b",
        "c",
    ]
    assert keys("\\\\% \\cite{no}\n\\cite{a}") == ["a"]
    assert keys("\\url{unclosed % \\cite{no}\n\\cite{a}") == ["a"]


def test_else_after_iffalse_counts():
    assert keys(r"\iffalse \cite{no} \else \cite{a} \fi \cite{b}") == ["a", "b"]


def test_nothing_counts_after_the_end():
    assert keys("\\cite{a}\\end{document}\\cite{no}") == ["a"]
    assert keys("\\cite{a}\\end{figure}\\cite{b}\\endinput\\cite{no}") == ["a", "b"]


def test_bodies_of_definitions_count():
    assert keys(
        r"\newcommand{\ours}[1]{\citep{real}#1} \newenvironment{x}{\begin{y}\cite{b}}{\end{y}}"
    ) == ["real", "b"]
    assert keys(r"\newcommand{\be}{\begin{equation}} \cite{a}") == ["a"]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (r"\begin{equation}\label{eq:1} x \end{equation}", "labels", ["eq:1"]),
        (
            r"\ref{a} \eqref{b} \autoref{c} \cref{d,e} \Cref{f, g} \pageref{h} \ref*{i}",
            "refs",
            list("abcdefghi"),
        ),
        (r"\input{a} \include{b} \subfile{c} \input d.tex", "inputs", ["a", "b", "c", "d.tex"]),
        (r"\import{sections/}{intro} \subimport{x}{y}", "inputs", ["sections/intro", "x/y"]),
        (r"\input{\jobname.x}", "inputs", []),
        (
            r"\includegraphics[width=.5\linewidth, trim={1 2 3 4}]{figures/a b.pdf}",
            "graphics",
            ["figures/a b.pdf"],
        ),
        (r"\includegraphics*[1,2][3,4]{f}", "graphics", ["f"]),
        (
            r"\bibliography{refs, more.bib} \addbibresource[x=y]{z.bib}",
            "bibliographies",
            ["refs.bib", "more.bib", "z.bib"],
        ),
        (r"\usepackage[a,b]{x, y} \RequirePackage{z}", "packages", ["x", "y", "z"]),
        (r"\pf{accuracy/lora_r8/digits} $\pf{a/b}$", "numbers", ["accuracy/lora_r8/digits", "a/b"]),
        (r"\pfnote{main}", "notes", ["main"]),
        ("\\pfprompt{Say {what}\n\n  it \\emph{is}.}", "prompts", [r"Say {what} it \emph{is}."]),
    ],
)
def test_other_mentions(text, kind, found):
    assert keys(text, kind) == found


def test_commands_and_graphics_paths():
    read = source.read(r"\graphicspath{{figures/}{img/}} \alpha \verb|\beta| % \gamma", "x.tex")
    assert read.graphics_paths == ("figures/", "img/")
    assert {"alpha", "graphicspath"} <= read.commands
    assert not {"beta", "gamma"} & read.commands


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines(newline):
    text = newline.join(
        [
            "% x",
            r"\cite{a,",
            "  b}",
            "",
            r"\begin{verbatim}",
            "x",
            r"\end{verbatim}",
            r"\label{c}",
            r"\input{d}",
        ]
    )
    read = source.read(text, "x.tex")
    assert [(m.key, m.line, m.command) for m in (*read.citations, *read.labels, *read.inputs)] == [
        ("a", 2, "cite"), ("b", 3, "cite"), ("c", 8, "label"), ("d", 9, "input"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\\cite{a\n\n\\cite{b}", ["a", "b"]),
        ("{{{ \\cite{a} $ \\begin{x} \\cite{b}", ["a", "b"]),
        ("}}} \\end{x} \\cite{a}", ["a"]),
        ("\\cite[see{a}", []),
        ("\\cite{a} \\", ["a"]),
        ("\\begin{verbatim} \\cite{no}", []),
        ("\\iffalse \\cite{no}", []),
        ("\\pfprompt{open \\cite{a}", ["a"]),
    ],
)
def test_broken_tex(text, found):
    assert keys(text) == found


PIECES = [
    "\\cite",
    "\\citep",
    "\\label",
    "\\pf",
    "\\input",
    "\\verb",
    "\\begin{verbatim}",
    "\\end{verbatim}",
    "\\iffalse",
    "\\fi",
    "\\else",
    "\\newcommand",
    "\\let",
    "\\import",
    "\\url",
    "\\graphicspath",
    "{",
    "}",
    "[",
    "]",
    "%",
    "$",
    "\n",
    "\\",
    "a",
    ",",
    "#1",
    " ",
    "*",
    "\\end{document}",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_nothing_raises_and_blanking_keeps_the_shape(text):
    source.read(text, "x.tex")
    blanked = visible(text).text
    assert len(blanked) == len(text)
    assert blanked.count("\n") == text.count("\n")


WORD = st.from_regex(r"[a-z][a-z0-9:_-]{0,8}", fullmatch=True)
NOISE = [
    "Text $x_1^2$ and \\emph{more}.",
    "% \\cite{no}",
    "\\verb!\\cite{no}!",
    "",
    "\\begin{itemize} \\item x \\end{itemize}",
    "50\\% of",
]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["\\cite{%s}", "\\citep[a][b]{%s}", "\\footnote{See \\citet*{%s}}"]),
            st.lists(WORD, min_size=1, max_size=3),
            st.sampled_from(NOISE),
        )
    )
)
def test_every_citation_is_found_on_its_line(lines):
    text = "".join(f"{noise}\n{form % ', '.join(found)}\n" for form, found, noise in lines)
    expected = [(key, 2 * i + 2) for i, (_, found, _) in enumerate(lines) for key in found]
    assert [(m.key, m.line) for m in source.read(text, "x.tex").citations] == expected


def test_two_thousand_lines_are_quick():
    lines = [
        f"Some words \\citep[see][p. {n}]{{key{n}, other{n}}} and $x^{n}$ as in \\cref{{fig:{n}}}, {{\\em so}}."
        for n in range(2000)
    ]
    start = time.process_time()
    read = source.read("\n".join(lines), "x.tex")
    took = time.process_time() - start
    assert len(read.citations) == 4000
    assert took < 3  # alone about 0.5


def test_hostile_text_is_quick():
    start = time.process_time()
    source.read("\\cite{a \\pfprompt{ \\citep[x " * 1000, "x.tex")
    source.read("\\pfprompt{" * 200 + "}" * 200, "x.tex")
    source.read("\\iffalse " * 1000, "x.tex")
    assert time.process_time() - start < 10


def walk(files, main="main.tex"):
    return [one.path for one in source.walk(main, files.get)]


def test_walk_follows_inputs_in_the_order_of_the_paper():
    files = {
        "main.tex": r"\input{sections/a} \include{./sections/b.tex} \input{tables/t.tikz}",
        "sections/a.tex": r"\input{sections/deep}",
        "sections/deep.tex": "",
        "sections/b.tex": "",
        "tables/t.tikz": "",
    }
    assert walk(files) == [
        "main.tex",
        "sections/a.tex",
        "sections/deep.tex",
        "sections/b.tex",
        "tables/t.tikz",
    ]


def test_walk_passes_over_circles_and_missing_files():
    files = {
        "main.tex": r"\input{a}\input{gone}\input{a}",
        "a.tex": r"\input{main}\input{a}\input{b}",
        "b.tex": "",
    }
    assert walk(files) == ["main.tex", "a.tex", "b.tex"]
    assert walk({}) == []


@pytest.mark.parametrize(
    "name", ["../secret", "sections/../../secret", "/etc/passwd", "C:/secret", "..\\\\secret"]
)
def test_walk_stays_in_the_project(name):
    asked = []

    def reader(path):
        asked.append(path)
        return f"\\input{{{name}}}" if path == "main.tex" else None

    source.walk("main.tex", reader)
    assert set(asked) <= {"main.tex"}


def test_walk_looks_from_the_main_files_folder_as_tex_does():
    files = {
        "paper/main.tex": r"\input{a}\subfile{s/b}\import{i/}{c}",
        "paper/a.tex": "",
        "a.tex": "",
        "paper/s/b.tex": r"\subfile{d}",
        "paper/s/d.tex": "",
        "paper/i/c.tex": r"\input{e}",
        "paper/i/e.tex": "",
    }
    assert walk(files, "./paper/main.tex") == [
        "paper/main.tex",
        "paper/a.tex",
        "paper/s/b.tex",
        "paper/s/d.tex",
        "paper/i/c.tex",
        "paper/i/e.tex",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"\begin{table}\input{generated/tables/main}\end{table}", "table"),
        (r"\begin{table*}[t]\centering\input{ ./generated/tables/main.tex }\end{table*}", "table*"),
        ("\\begin{table}\r\n\\include{paper/generated/tables/main}\r\n\\end{table}", "table"),
        (r"\begin{table}\end{table}\input{generated/tables/main}", ""),
        (r"\begin{table}\input{generated/tables/other}\end{table}", ""),
        (r"\begin{table}\input{generated/tables/xmain}\end{table}", ""),
        ("\\begin{table}%\\input{generated/tables/main}\n\\end{table}", ""),
        (r"\begin{table}\input{a}\end{table}\begin{table*}\input{generated/tables/main}", "table*"),
        ("", ""),
    ],
)
def test_the_float_around_an_input(text, found):
    assert source.float_around(text, "generated/tables/main") == found
