"""Reading and checking references."""

import logging
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import bib
from paperforge.model import Severity

GOOD = """@inproceedings{lora, author = {Hu, E.}, title = {LoRA}, booktitle = {ICLR}, year = 2022}
@article{demsar,
  author = "Demšar, Janez", title = {Statistical {C}omparisons},
  journal = {JMLR}, year = {2006},
}
"""


def messages(text, cited=None, **options):
    found = bib.check(bib.read(text, "refs.bib"), cited or {"*": "x.tex:1"}, **options)
    return [f"{d.where}: {d.message} | {d.hint}" for d in found]


def only(text, cited=None, **options):
    (message,) = messages(text, cited, **options)
    return message


def test_entries_with_type_fields_and_line():
    first, second = bib.read(GOOD, "refs.bib").entries
    assert (first.key, first.type, first.line, first.where) == (
        "lora",
        "inproceedings",
        1,
        "refs.bib:1",
    )
    assert second.line == 2
    assert second.fields["author"] == "Demšar, Janez"
    assert second.fields["title"] == "Statistical {C}omparisons"
    assert messages(GOOD) == []


def test_a_missing_key_names_its_place_and_the_nearest_key():
    message = only(GOOD, {"lora": "a.tex:1", "demsr": "sections/x.tex:12", "*": "a.tex:2"})
    assert (
        message
        == "sections/x.tex:12: citation 'demsr' is not in the bibliography | did you mean 'demsar'?"
    )


def test_a_missing_key_is_a_warning_in_a_draft_and_an_error_when_strict():
    read = bib.read(GOOD, "refs.bib")
    for strict, severity in ((False, Severity.WARNING), (True, Severity.ERROR)):
        (found,) = bib.check(read, {"nothing": "x.tex:1"}, strict=strict, uncited_ok=True)
        assert (found.severity, found.check) == (severity, "citations")
        assert found.hint == "add it to refs.bib"


def test_case_is_told():
    assert "differ in case" in only(GOOD, {"LoRA": "x.tex:1", "*": "x.tex:1"})


def test_unused_keys_are_one_note():
    read = bib.read(GOOD, "refs.bib")
    (found,) = bib.check(read, {"lora": "x.tex:1"})
    assert found.severity is Severity.NOTE
    assert found.message == "1 entry is never cited: demsar"
    assert found.where == "refs.bib:2"
    assert bib.check(read, {"lora": "x.tex:1"}, uncited_ok=True) == ()
    many = "".join(f"@misc{{k{n}, title = {{x}}}}\n" for n in range(30))
    found = bib.check(bib.read(many, "m.bib"), {"k0": "x"})
    assert found[0].message.endswith("k20 and 9 more")


def test_duplicates_say_where_both_are():
    text = GOOD + "@misc{LORA, title = {Again}}\n"
    assert (
        only(text)
        == "refs.bib:6: 'LORA' is there twice: refs.bib:1 and refs.bib:6 | keep one; TeX takes the first"
    )


def test_duplicates_across_files():
    both = bib.join([bib.read(GOOD, "a.bib"), bib.read(GOOD, "b.bib")])
    found = bib.check(both, {"*": ""})
    assert [d.message for d in found] == [
        "'lora' is there twice: a.bib:1 and b.bib:1",
        "'demsar' is there twice: a.bib:2 and b.bib:2",
    ]


@pytest.mark.parametrize(
    ("entry", "lacks"),
    [
        ("@article{k, title={T}, year=2020}", "author, journal or journaltitle"),
        ("@article{k, author={A}, title={T}, journaltitle={J}, date={2020-01}}", None),
        ("@inproceedings{k, author={A}, title={}, booktitle={B}, year=2020}", "title"),
        ("@book{k, editor={E}, title={T}, publisher={P}, year=2020}", None),
        ("@BOOK{k, title={T}, Publisher={P}, YEAR=2020}", "author or editor"),
        ("@phdthesis{k, author={A}, title={T}, year=1999}", "school or institution"),
        ("@misc{k}", None),
        ("@unheardof{k}", None),
        ("@online{k, author={A}, title={T}, url={u}}", "year or date or urldate"),
    ],
)
def test_required_fields(entry, lacks):
    found = messages(entry)
    assert [m.split(" lacks ")[1].split(" |")[0] for m in found] == ([lacks] if lacks else [])


def test_crossref_inherits_and_counts_as_use():
    text = """@inproceedings{a, author={A}, title={T}, crossref={Proc}}
@proceedings{proc, title={Proceedings}, year=2020}"""
    assert messages(text) == []
    assert messages(text, {"a": "x.tex:1"}) == []
    assert "crossref, which is not there" in only(text.replace("{Proc}", "{gone}"))


def test_strings_concatenation_and_months():
    text = '@string{icml = "Proc. " # "ICML"}\n@misc{k, note = ICML # { 2020}, month = jan, title = {a # b}, year = 2020}'
    (entry,) = bib.read(text, "refs.bib").entries
    assert entry.fields == {
        "note": "Proc. ICML 2020",
        "month": "jan",
        "title": "a # b",
        "year": "2020",
    }
    assert messages(text) == []


def test_an_undefined_string_is_told_with_its_line():
    message = only("@misc{k,\n title = {x},\n note = nips}")
    assert message.startswith(
        "refs.bib:3: note of 'k' uses the string 'nips', which nothing defines"
    )


@pytest.mark.parametrize(
    ("text", "line", "kept"),
    [
        (GOOD + "@misc{broken, title = {never closed\n", 6, 2),
        ("@misc{broken, title = {x\n\n" + GOOD, 1, 2),
        ("@book{nocomma title={x}}\n" + GOOD, 1, 2),
        ("\n@misc{dangling, title}\n" + GOOD, 2, 2),
    ],
)
def test_a_broken_entry_is_told_with_its_line_and_the_others_are_read(text, line, kept):
    read = bib.read(text, "refs.bib")
    assert len(read.entries) == kept
    (broken,) = read.broken
    assert broken.where == f"refs.bib:{line}"
    assert "cannot be read" in broken.message


def test_no_key_and_a_field_twice():
    assert "has no key" in messages("@misc{, title={x}}")[0]
    read = bib.read("@misc{k, title={a}, title={b}}", "refs.bib")
    assert read.entries[0].fields["title"] == "a"
    assert "twice" in read.broken[0].message


def test_comments_preamble_bom_and_windows_lines():
    text = '\ufeff% a comment\r\n@comment{x}\r\n@preamble{"\\x"}\r\n@misc(k, title = {a\r\n b})\r\nloose @ text'
    (entry,) = bib.read(text, "refs.bib").entries
    assert (entry.line, entry.fields["title"]) == (4, "a b")
    assert bib.read("", "refs.bib") == bib.Bibliography("refs.bib", ())


def test_an_empty_bibliography_still_answers():
    assert messages("", {"k": "x.tex:3"}) == [
        "x.tex:3: citation 'k' is not in the bibliography | add it to refs.bib"
    ]


def test_bibtexparser_says_nothing_itself(caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        bib.read(
            "@misc{a, x=1}\n@misc{a, x=1}\n@misc{b, title = {x\n@misc{c, t={a}, t={b}}", "refs.bib"
        )
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("bibtexparser").level == logging.NOTSET


@given(st.text(alphabet='@{}(),=#"\\ \nabmisc%', max_size=80))
def test_nothing_raises(text):
    found = bib.check(bib.read(text, "refs.bib"), {"a": "x.tex:1"})
    assert all(one.message and one.where for one in found)  # a diagnostic, never an exception


@given(st.lists(st.sampled_from(["k1", "k2", "a:b", "Ärger", "x_y+z"]), unique=True, min_size=1))
def test_every_key_is_found_on_its_line(keys):
    text = "\n".join(f"% line\n@misc{{{key},\n title = {{T}}}}" for key in keys)
    assert [(e.key, e.line) for e in bib.read(text, "b").entries] == [
        (k, 2 + 3 * i) for i, k in enumerate(keys)
    ]


def test_two_thousand_entries_are_quick():
    text = "".join(
        f"@article{{k{n}, author={{A}}, title={{T}}, journal={{J}}, year=2020}}\n"
        for n in range(2000)
    )
    start = time.perf_counter()
    read = bib.read(text, "refs.bib")
    bib.check(read, {f"k{n}": "x" for n in range(2000)})
    assert len(read.entries) == 2000
    assert time.perf_counter() - start < 5


WORKS = r"""@string{x = "y"}
@article{zeng2023, author = {Zeng, Ai and Chen, Mu}, title = {A}, year = 2023}
@inproceedings { gu:2024 ,
  author = {Albert Gu and Tri Dao and others}, title = {M, @nobody}, date = {2024-05-01},
}
@book{k{\"o}, title = {Nothing}}
@article{koerner, author = {K{\"o}rner, Anna}, year = {1998}}
"""


def test_a_citation_as_authors_and_years():
    keys = {"zeng2023", "gu:2024", "koerner", "nobody", "zeng"}
    assert bib.in_text(["", WORKS], keys) == {
        "zeng2023": "(Zeng and Chen, 2023)",
        "gu:2024": "(Gu et al., 2024)",
        "koerner": "(Korner, 1998)",
    }
