"""Finding venues by name, and the official style in a project."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import venues
from paperforge.errors import InputError
from paperforge.spec import Mode
from paperforge.venues import facts

OFFICIAL = (
    b"\\ProvidesPackage{neurips_2026}[2026/03/10 NeurIPS 2026 submission/camera-ready style file]\n"
)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("neurips-2026", "neurips-2026"),
        ("neurips", "neurips-2026"),
        ("NeurIPS 2026", "neurips-2026"),
        ("neurips_2026", "neurips-2026"),
        ("neurips2026", "neurips-2026"),
        (" ICML ", "icml-2026"),
        ("icml2026", "icml-2026"),
        ("acl", "arr-2026"),
        ("arr", "arr-2026"),
        ("ACL 2026", "arr-2026"),
    ],
)
def test_find_by_the_names_that_people_use(written, found):
    assert venues.find(written, None).id == found


@pytest.mark.parametrize(
    ("written", "near"),
    [("nurips", "neurips-2026"), ("icml-2062", "icml-2026"), ("neurips-1999", "neurips-2026")],
)
def test_an_unknown_venue_lists_the_nearest(written, near):
    with pytest.raises(InputError) as caught:
        venues.find(written, None, where="paper.toml line 3, key venue")
    assert caught.value.where == "paper.toml line 3, key venue"
    assert repr(written) in caught.value.message
    assert f"did you mean {near}" in caught.value.hint
    assert "arr-2026, icml-2026, neurips-2026" in caught.value.hint


def test_no_venue():
    with pytest.raises(InputError, match="no venue is named"):
        venues.find("  ", None)


@given(st.text(max_size=20))
def test_any_text_gives_a_venue_or_an_input_error(written):
    hint = ""
    try:
        found = venues.find(written, None)
    except InputError as error:
        found, hint = None, error.hint
    assert found or "venues:" in hint


def test_known_is_sorted_and_complete():
    known = venues.known()
    assert [v.id for v in known] == sorted(v.id for v in known)
    assert {"neurips-2026", "icml-2026", "arr-2026"} <= {v.id for v in known}
    for venue in known:
        assert set(venue.options) == set(Mode)
        assert venue.column_width_pt <= venue.text_width_pt
        assert (venue.folder / venue.style_files[0]).is_file()
        assert venue.style_files[0].removesuffix(".sty") == venue.package
        assert venue.official is None


def test_facts_as_the_venue_says_them():
    neurips = venues.find("neurips-2026", None)
    assert (neurips.page_limit["submission"], neurips.page_limit["final"]) == (9, 10)
    assert "preprint" not in neurips.page_limit
    assert neurips.options["preprint"] == "preprint"
    assert (neurips.columns, neurips.text_width_pt, neurips.body_size_pt) == (1, 397.485, 10.0)
    assert venues.wants_impact(venues.find("icml-2026", None))
    assert not venues.wants_impact(neurips)
    assert len(venues.checklist(neurips)) >= 15
    assert venues.checklist(neurips)[0]["id"] == "claims"
    assert venues.checklist(venues.find("icml-2026", None)) == ()


def test_every_stand_in_carries_the_mark():
    for venue in venues.known():
        assert facts.STAND_IN_MARK in (venue.folder / venue.style_files[0]).read_bytes()


@pytest.mark.parametrize("place", [".", "venues/neurips-2026"])
def test_the_official_style_is_preferred(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    assert venues.find("neurips", tmp_path).official is None
    (folder / "neurips_2026.sty").write_bytes(OFFICIAL)
    found = venues.find("neurips", tmp_path)
    assert found.official.resolve() == folder.resolve()
    assert venues.find("icml", tmp_path).official is None


def test_a_copied_stand_in_is_not_official(tmp_path):
    venue = venues.find("neurips", None)
    shutil.copy(venue.folder / "neurips_2026.sty", tmp_path)
    assert venues.find("neurips", tmp_path).official is None
    (tmp_path / "neurips_2026.sty").write_bytes(b"\n")
    assert venues.find("neurips", tmp_path).official is None
    (tmp_path / "neurips_2026.sty").unlink()
    (tmp_path / "neurips_2026.sty").mkdir()
    assert venues.find("neurips", tmp_path).official is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "cannot be read"),
        ('id = "x"', "lacks the key"),
        ('layout = 3\nstyle_file = "x"', "wrong type"),
    ],
)
def test_a_damaged_venue_file_is_named(tmp_path, monkeypatch, text, says):
    (tmp_path / "x-2026").mkdir()
    (tmp_path / "x-2026" / "venue.toml").write_text(text)
    monkeypatch.setattr(facts, "templates_root", lambda: tmp_path)
    with pytest.raises(InputError, match=says) as caught:
        venues.known()
    assert caught.value.where.endswith("venue.toml")


def test_the_newest_of_a_family(tmp_path, monkeypatch):
    source = venues.find("neurips-2026", None).folder
    for year in (2024, 2026, 2025):
        folder = tmp_path / f"neurips-{year}"
        folder.mkdir()
        text = (source / "venue.toml").read_text().replace("2026", str(year))
        (folder / "venue.toml").write_text(text)
    monkeypatch.setattr(facts, "templates_root", lambda: tmp_path)
    assert venues.find("neurips", None).id == "neurips-2026"
    assert venues.find("neurips 2025", None).id == "neurips-2025"


def test_templates_in_a_wheel_lie_inside_the_package(tmp_path, monkeypatch):
    module = tmp_path / "paperforge" / "venues" / "facts.py"
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(facts, "__file__", str(module))
    assert venues.templates_root() == (tmp_path / "templates").resolve()
    (tmp_path / "paperforge" / "templates").mkdir(parents=True)
    assert venues.templates_root() == (tmp_path / "paperforge" / "templates").resolve()


@pytest.mark.parametrize(
    ("preamble", "found"),
    [
        (r"\usepackage{icml2026}", "icml-2026"),
        (r"\usepackage[accepted]{icml2026}", "icml-2026"),
        ("\\usepackage{booktabs, neurips_2026}", "neurips-2026"),
        ("\\usepackage\n  [final]\n  {acl}", "arr-2026"),
        (r"% \usepackage{icml2026}", ""),
        (r"\usepackage{icml2019}", None),
        ("", ""),
    ],
)
def test_the_venue_of_an_existing_paper_is_that_of_its_style(tmp_path, preamble, found):
    (tmp_path / "main.tex").write_text(f"\\documentclass{{article}}\n{preamble}\n")
    venue = venues.of_paper(tmp_path, "main.tex")
    assert (venue and venue.id) == found


def test_a_new_paper_or_a_lost_file_has_no_style(tmp_path):
    assert venues.of_paper(tmp_path, "") is None
    assert venues.of_paper(tmp_path, "gone.tex") is None
