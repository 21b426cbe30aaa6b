"""What table, figure and build say of the page: that it is not known, or that a venue rules it."""

import pytest

ROWS = "method,seed,accuracy\n" + "".join(
    f"{m},{s},.{7 + k}{s}\n" for k, m in enumerate("ab") for s in range(3)
)
COMMANDS = [("table", "."), ("figure", ".", "--kind", "bars", "-o", "f.pdf"), ("build", ".", "--no-pdf")]  # fmt: skip


@pytest.fixture
def paper(tmp_path):
    """Makes a paper of these lines of its paper.toml."""

    def make(*lines):
        (tmp_path / "r.csv").write_text(ROWS)
        (tmp_path / "main.tex").write_text(
            "\\documentclass{scrartcl}\n\\begin{document}\nx\n\\end{document}\n"
        )
        (tmp_path / "paper.toml").write_text(
            "\n".join(['title = "T"', 'results = "r.csv"', *lines])
        )

    return make


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_that_is_not_known_is_said_everywhere(paperforge, paper, command):
    paper('main = "main.tex"')
    said = paperforge(*command)
    assert said.err.count("the width of the text is not known: the class scrartcl") == 1
    paper('main = "main.tex"', "[page]", 'width = "6in"')
    said = paperforge(*command)
    assert "not known" not in said.err and "not used" not in said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_venue_rules_the_page(paperforge, paper, command):
    paper('venue = "neurips-2026"', "[page]", 'width = "6in"')
    said = paperforge(*command)
    assert said.err.count("[page] is not used: NeurIPS 2026 rules widths") == 1
    paper('venue = "neurips-2026"')
    assert "[page]" not in paperforge(*command).err


def test_a_terminal_has_no_page(paperforge, paper):
    paper('main = "main.tex"')
    assert "not known" not in paperforge("table", ".", "--format", "text").err
