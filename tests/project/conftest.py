import pytest

from paperforge import project
from paperforge.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """A project's folder with some results and sections, without a paper.toml."""
    for name in (
        "results/runs.csv",
        "results/more.jsonl",
        "main.tex",
        "refs.bib",
        "sections/introduction.tex",
        "sections/method.tex",
    ):
        path = tmp_path / "paper" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return tmp_path / "paper"


@pytest.fixture
def load(folder):
    """Load a paper.toml with this text (or these bytes)."""

    def call(text):
        (folder / "paper.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return project.load(folder)

    return call


@pytest.fixture
def complaint(load, folder):
    """The message of the InputError that this text gives, with the folder's path taken out."""

    def call(text):
        with pytest.raises(InputError) as caught:
            load(text)
        return str(caught.value).replace(f"{folder}/", "")

    return call
