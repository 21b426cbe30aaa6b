"""Last synced, here, there: what each file becomes, without any file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.overleaf import threeway
from paperforge.overleaf.threeway import Pair, Sides, Verdict, decide

TEXTS = st.one_of(st.none(), st.sampled_from(["a\n", "b\n", "a\nb\n", "c\n"]))


def sides(base, here, there, *, ours=None, past=()):
    """Blobs are named by what they hold. A join that never goes well, to see what asks for one."""

    def named(files):
        return {path: text for path, text in files.items() if text is not None}

    pairs = {path: Pair(text, text) for path, text in named(base).items()}
    return Sides(
        pairs,
        tuple(ours or ()),
        named(here),
        named(ours or {}),
        named(there),
        str.encode,
        lambda blob: blob in past,
        lambda before, one, other: (
            b"<<<<<<< here\n" + one + b"=======\n" + other + b">>>>>>> there\n",
            False,
        ),
    )


@given(TEXTS, TEXTS, TEXTS)
def test_every_three_states_have_one_outcome_that_loses_nothing(base, here, there):
    path = "x.tex"
    found = decide(sides({path: base}, {path: here}, {path: there}))
    if not found:
        assert here is None and there is None and base is None
        return
    (one,) = found
    new = {text.encode() for text in (here, there) if text not in (None, base)}
    if here == there:
        assert one.verdict is Verdict.SAME
    elif one.verdict is Verdict.CONFLICT:
        assert base not in (here, there)
        held = (one.here or b"") + (one.there or b"")
        assert all(text in held for text in new)
    else:
        # One side is as it was: the other one counts, a deletion too.
        assert base in (here, there)
        wins = there if here == base else here
        assert one.here == one.there == (wins.encode() if wins is not None else None)


@given(TEXTS, TEXTS, TEXTS)
def test_the_two_sides_are_treated_alike(base, here, there):
    path = "x.tex"
    mirror = {
        Verdict.SEND: Verdict.FETCH,
        Verdict.FETCH: Verdict.SEND,
        Verdict.DROP_HERE: Verdict.DROP_THERE,
        Verdict.DROP_THERE: Verdict.DROP_HERE,
    }
    one = decide(sides({path: base}, {path: here}, {path: there}))
    other = decide(sides({path: base}, {path: there}, {path: here}))
    assert [o.verdict for o in other] == [mirror.get(o.verdict, o.verdict) for o in one]


@given(TEXTS, TEXTS, TEXTS)
def test_own_files_end_as_they_were_made(base, made, there):
    path = "generated/x.tex"
    found = decide(sides({path: base}, {}, {path: there}, ours={path: made}))
    for one in found:
        assert one.verdict in (Verdict.SAME, Verdict.SEND, Verdict.DROP_THERE)
        assert one.there == (made.encode() if made is not None else None)
        edited = there is not None and there not in (base, made)
        assert (one.edited is not None) == edited


@pytest.mark.parametrize(
    "path",
    [
        "../x.tex",
        "/x.tex",
        "a/../../x.tex",
        ".git/x.tex",
        "a/.hidden.tex",
        "x.py",
        "paper.toml",
        "build/x.tex",
        "generated/x.tex",
        "a\nb.tex",
        "a:b.tex",
        "a\\b.tex",
        "x.tex ",
        "venues/x.sty",
        "CON.",
        "results.csv",
        "x",
    ],
)
def test_what_never_comes_here(path):
    assert not threeway.carried(path)


@pytest.mark.parametrize(
    "path", ["x.tex", "sections/a b.tex", "figures/x.PDF", "refs.bib", "über/α.tex", "x.bst"]
)
def test_what_comes_here(path):
    assert threeway.carried(path)


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_common_lines_are_in_both_in_order(one, other):
    a, b = ("".join(f"{c}\n" for c in lines).encode() for lines in (one, other))
    shared = threeway.common(a, b).splitlines()
    for text in (a, b):
        rest = iter(text.splitlines())
        assert all(line in rest for line in shared)


def test_one_side_of_a_conflict():
    text = b"top\n<<<<<<< here\nmine\n=======\ntheirs\n>>>>>>> there\nend ======= of it\n"
    assert threeway.marked_lines(text) == [2, 6]
    assert threeway.take_side(text, "here") == b"top\nmine\nend ======= of it\n"
    assert threeway.take_side(text, "there") == b"top\ntheirs\nend ======= of it\n"
    assert threeway.marked_lines(b"a <<<<<<< here\n=======\n") == []


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("\\begin{document}\n\\maketitle\n\\section{Introduction}\n\\end{document}\n", True),
        ("\\begin{document}\n% a note\n\n\\end{document}", True),
        ("\\begin{document}\nHello.\n\\end{document}\n", False),
        ("\\section{Introduction}\n", False),
        ("", False),
    ],
)
def test_an_empty_project_is_told_from_a_paper(text, empty):
    assert threeway.blank(text.encode()) is empty
