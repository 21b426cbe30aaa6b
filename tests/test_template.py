"""Project, venue, sections and generated files -> Manuscript."""

import os

import pytest

from paperforge import template, venues
from paperforge.errors import InputError
from paperforge.model import File, Owner
from paperforge.spec import Author, Mode, Project

GENERATED = {"generated/macros.tex": File(b"% macros\n", Owner.PAPERFORGE)}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "sections").mkdir()
    for name in ("abstract", "introduction", "limitations", "appendix-more"):
        (tmp_path / "sections" / f"{name}.tex").write_text(f"Words of {name}.\n")
    (tmp_path / "refs.bib").write_text("@misc{a, title={A}}\n")
    return tmp_path


def fill(root, venue="neurips-2026", **more):
    project = Project(
        root=root, title="A & B", authors=(Author("Jane Doe", "Here", "j@x.org"),), **more
    )
    made = template.fill(project, venues.find(venue, root), GENERATED, venues.templates_root())
    return made, made.files["main.tex"].data.decode()


@pytest.mark.parametrize("venue", [v.id for v in venues.known()])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_venue_and_mode_is_complete(root, venue, mode):
    made, main = fill(root, venue, mode=mode)
    assert r"A \& B" in main
    assert ("Jane Doe" in main) is not mode.anonymous
    assert r"\input{sections/introduction}" in main
    place = venues.find(venue, root)
    assert made.files[place.style_files[0]].owner is Owner.PAPERFORGE
    assert "latexmkrc" in made.files
    assert any(d.check == "style" for d in made.diagnostics)


def test_every_file_has_one_owner_and_generated_ones_say_so(root):
    made, main = fill(root)
    assert made.files["sections/introduction.tex"].owner is Owner.AUTHOR
    assert made.files["main.tex"].owner is Owner.PAPERFORGE
    assert main.startswith("% Written by paperforge")


def test_references_stand_only_where_something_is_cited(root):
    assert r"\bibliography{" not in fill(root)[1]
    (root / "sections" / "introduction.tex").write_text(r"\citep{a}")
    assert r"\bibliography{refs}" in fill(root)[1]


def test_a_listed_section_that_is_missing(root):
    with pytest.raises(InputError) as caught:
        fill(root, sections=("introduction", "nope"))
    assert "sections/nope.tex" in caught.value.message and caught.value.hint


def test_the_generated_half_of_a_section_follows_the_authors(root):
    extra = {"generated/limitations.tex": File(b"More.\n", Owner.PAPERFORGE)}
    project = Project(root=root, title="T")
    made = template.fill(
        project, venues.find("icml", root), GENERATED | extra, venues.templates_root()
    )
    main = made.files["main.tex"].data.decode()
    assert main.index("sections/limitations") < main.index("generated/limitations")


def test_what_is_not_latex_stays_at_home(root):
    (root / "results").mkdir()
    (root / "results" / "big.csv").write_text("x")
    (root / ".git").mkdir()
    (root / ".git" / "x.tex").write_text("x")
    (root / "build").mkdir()
    (root / "build" / "y.tex").write_text("x")
    made, _ = fill(root)
    assert not [p for p in made.files if p.endswith(".csv") or p.startswith((".git", "build"))]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_out_of_the_project_is_left_out_and_said(root, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.tex"
    secret.write_text("secret")
    (root / "sections" / "link.tex").symlink_to(secret)
    made, _ = fill(root)
    assert "sections/link.tex" not in made.files
    assert any("link" in d.message for d in made.diagnostics)


def test_a_template_cannot_reach_python(tmp_path):
    (tmp_path / "evil.j2").write_text("<< ''.__class__.__mro__ >>")
    with pytest.raises(Exception, match="unsafe"):
        template._environment(tmp_path).get_template("evil.j2").render()


def test_packages_of_the_author(root):
    main = fill(root, packages=("cleveref", "[draft]todonotes", r"\newcommand{\x}{y}"))[1]
    assert r"\usepackage{cleveref}" in main
    assert r"\usepackage[draft]{todonotes}" in main
    assert r"\newcommand{\x}{y}" in main


@pytest.mark.parametrize("own", [(), ("colortbl",), ("[table]xcolor,colortbl",)])
def test_packages_that_a_generated_table_needs_are_loaded_once(root, own, monkeypatch):
    text = b"% Needs \\usepackage{booktabs,colortbl} in the preamble.\n\\cellcolor[gray]{.9}1\n"
    more = {**GENERATED, "generated/tables/heat.tex": File(text, Owner.PAPERFORGE)}
    monkeypatch.setitem(globals(), "GENERATED", more)
    main = fill(root, packages=own)[1]
    assert main.count("colortbl") == 1
    assert main.count(r"{booktabs}") == 1
