r"""Labels for which an author gives TeX: { tex = '$\alpha$-net', text = "alpha-net" }.

A paper.toml is its author's own file, so its TeX is trusted; a result store never makes a Label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paperforge.latex.escape import Label, escape, plain, statistics

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLE = r"""label = { tex = '$\alpha$-net', text = "alpha-net" }"""
KEYS = ("tex", "text")
SPARE = (0xE000, 0xF900)
"""Characters for private use: one stands for each name while a sentence is escaped."""
WIDER = 1.1
"""How much wider than the upright letters bold ones are, at most."""

_TOKEN = re.compile(r"\\[A-Za-z@]+\*?\s*|\\.|[{}$&%#^_]|[^\\{}$&%#^_]+", re.DOTALL)
_STYLE = re.compile(
    r"\\(?:text[a-z]+|math(?:rm|bf|it|sf|tt|cal|bb|frak|normal|bf|scr)|operatorname|ensuremath"
    r"|emph|mbox|[a-z]+series|[a-z]+shape|[a-z]+family|selectfont|bm|boldsymbol|left|right|bf|it"
    r"|rm|sf|tt|sc|xspace|tilde|hat|bar|vec|dot|ddot|widehat|widetilde|overline|underline|protect"
    r"|displaystyle|scriptstyle|textstyle|limits|nolimits|color|textcolor|noindent)\*?(?![A-Za-z])"
)
"""Commands that change how letters look and print nothing themselves."""
_BOLD = re.compile(r"\\(?:textbf|mathbf|bfseries|bm|boldsymbol|bf)(?![A-Za-z])")
_CAPITALS = re.compile(r"\\(?:textsc|scshape|sc)(?![A-Za-z])")
_TYPEWRITER = re.compile(r"\\(?:texttt|mathtt|ttfamily|tt)(?![A-Za-z])")
TYPEWRITER = 1.2
"""How much wider than an n a letter of Courier is, at most."""
_LETTER = "m"
"""As wide as a symbol that a command prints is taken for: few are wider."""
_SPACES = {"\\,": "", "\\!": "", "\\;": " ", "\\:": " ", "\\ ": " ", "\\/": "", "\\-": ""}


def read(value: object) -> object:
    """The Label that a table in paper.toml stands for; another value as it is.

    Raises ValueError, with the next move, where the table is of another shape or its TeX would
    break a row of a table.
    """
    if not isinstance(value, dict):
        return value
    unknown = [key for key in value if key not in KEYS]
    if unknown:
        raise ValueError(f"a label has no key {unknown[0]!r}: it is text, or like {EXAMPLE}")
    wrong = [key for key in value if not isinstance(value[key], str) or not value[key].strip()]
    if wrong:
        raise ValueError(f"{wrong[0]} must be text and not empty, like {EXAMPLE}")
    if "text" not in value:
        raise ValueError(f"has tex and no text, which figures and HTML print: write {EXAMPLE}")
    if "tex" not in value:
        raise ValueError(f'has text and no tex: write label = "…" alone, or {EXAMPLE}')
    problem = tex_problem(value["tex"])
    if problem:
        raise ValueError(f"the TeX {value['tex']!r} {problem}")
    return Label(value["text"].strip(), value["tex"].strip())


def tex_problem(tex: str) -> str:
    """Why TeX cannot stand in the cell of a table and in a sentence; empty: it can."""
    if "\n" in tex or plain(tex) != tex:
        return "must be one line without control characters; write TeX in 'single quotes'"
    depth, maths = 0, False
    for part in _TOKEN.findall(tex):
        depth += {"{": 1, "}": -1}.get(part, 0)
        maths = not maths if part == "$" else part == r"\(" or (maths and part != r"\)")
        if depth < 0:
            return "closes a brace that is not open"
        if part in ("&", "%", "#", r"\\"):
            advice = "" if part == r"\\" else f": write \\{part}"
            return f"has a bare {part}, which breaks the row of a table{advice}"
        if part in ("^", "_") and not maths and not depth:
            return f"has a {part} outside of mathematics: write it between $ and $"
    if depth:
        return "opens a brace that it does not close"
    return "opens mathematics with $ and does not close it" if maths else ""


def shape(tex: str) -> tuple[str, float]:
    """Letters about as wide as what the TeX prints, and what their width is to be multiplied by.

    Rather too wide than too narrow: a raised letter counts as a whole one, an unknown command as
    an m, small capitals as capitals.
    """
    parts = []
    for token in _TOKEN.findall(tex):
        if token in ("{", "}", "$", "^", "_") or _STYLE.match(token):
            continue
        if token in _SPACES:
            parts.append(_SPACES[token])
        elif token.startswith("\\"):
            parts.append(_LETTER if token[1].isalpha() else token[1])
        else:
            parts.append(token.replace("~", " "))
    letters = "".join(parts)
    if _TYPEWRITER.search(tex):
        return "n" * len(letters), TYPEWRITER
    return letters.upper() if _CAPITALS.search(tex) else letters, WIDER if _BOLD.search(tex) else 1


def labels(names: Iterable[str]) -> tuple[Label, ...]:
    """Those of the names that have TeX of their own, each once."""
    return tuple(dict.fromkeys(name for name in names if isinstance(name, Label)))


def typeset(texts: Iterable[str]) -> str:
    """What LaTeX sets of them, to look for characters that it cannot set."""
    return " ".join(text.tex if isinstance(text, Label) else text for text in texts)


def sentence(text: str, names: Iterable[str] = ()) -> str:
    """TeX of a sentence of ours; where the text of a Label stands in it as a word, its TeX.

    p and t are variables where they name a statistic.
    """
    known = {str(name): name.tex for name in labels(names)}
    if not known:
        return statistics(escape(text))
    text = plain(text)
    spare = (char for char in map(chr, range(*SPARE)) if char not in text)
    marks = dict(zip(known, spare, strict=False))
    longest = sorted(marks, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
    made = statistics(escape(re.sub(pattern, lambda found: marks[found[0]], text)))
    for name, mark in marks.items():
        made = made.replace(mark, known[name])
    return made
