"""What the folder of a run says of it."""

from __future__ import annotations

import json

import pytest

from paperforge import stores
from paperforge.errors import InputError
from paperforge.model import Found
from paperforge.stores import folders


@pytest.fixture
def said(write, tmp_path):
    """The settings of a/metrics.csv beside a config of the given name and content."""

    def settings(content, name="a/config.yaml", file="a/metrics.csv", pattern=""):
        write(content, name)
        path = write("x,y\n1,2\n", file)
        return folders.settings(Found("csv", tmp_path, (path,), pattern), path)

    return settings


@pytest.mark.parametrize("name", folders.CONFIGS)
def test_a_config_beside_the_metrics(said, name):
    content = {"model": {"name": "lora"}, "seed": 3, "amp": True, "rank": None}
    found = said(json.dumps(content), f"a/{name}")
    assert found == {"config.model.name": "lora", "config.seed": "3", "config.amp": "true"}


def test_a_config_elsewhere_says_nothing(said):
    assert said("seed: 3", "config.yaml") == {}
    assert said("seed: 3", "b/config.yaml") == {}


def test_several_configs_are_joined(said, write):
    write('{"seed": 4, "hidden_size": 8}', "a/config.json")
    assert said("seed: 3") == {"config.seed": "3", "config.hidden_size": "8"}


def test_a_config_that_changed_is_read_again(said):
    assert said("seed: 3") == {"config.seed": "3"}
    assert said("seed: 40") == {"config.seed": "40"}


def test_references_within_the_config(said):
    found = said(
        "seed: 3\nmodel: {name: lora, size: '${seed}'}\nrun: ${model.name}-${ model.size }\n"
        "part: ${model}\nnow: a${now:%H}\nhome: ${oc.env:HOME}\ngone: ${x.y}\nmust: ???\n"
        "circle: ${other}\nother: ${circle}\nself: ${self}\nodd: ${\n"
    )
    assert found == {
        "config.seed": "3",
        "config.model.name": "lora",
        "config.model.size": "3",
        "config.run": "lora-3",
    }


def test_references_that_multiply_end(said):
    lines = ["a0: " + "x" * 1000]
    lines += [f"a{i}: " + f"${{a{i - 1}}}" * 900 for i in range(1, 300)]
    assert len(said("\n".join(lines))) < 5


def test_tags_of_python_are_passed_over(said):
    found = said(
        "lr: !!python/object/apply:os.system ['true']\nopt: !!python/name:torch.optim.SGD ''\n"
        "args: !!python/object:argparse.Namespace {seed: 3}\nbetas: !!python/tuple [0.9, 0.99]\n"
    )
    assert found["config.opt"] == "torch.optim.SGD"
    assert found["config.args.seed"] == "3"
    assert found["config.betas"] == "[0.9, 0.99]"


@pytest.mark.parametrize(
    "content",
    [
        "a: [",
        "[" * 100_000,
        "{a: " * 100_000,
        "&a {<<: *a}",
        "a: \x00",
        "- 1\n- 2",
        "3",
        "x: &a [*a]",
        "? [1]\n: 2",
        b"\xff\xfe\xfd",
        "a: 1\n" * 300_000,
        "a0: &a0 {x: {}}\n"
        + "\n".join(f"a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}}}" for i in range(1, 40)),
        "a0: &a0 {k: 1}\n"
        + "\n".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 20)),
    ],
)
def test_a_hostile_config_says_nothing(said, content):
    assert said(content) == {}


def test_a_config_that_cannot_be_read_is_named(write, tmp_path):
    write("a: [", "in/a/config.yaml")
    write("method,acc\nx,1\n", "in/a/m.csv")
    _, notes = stores.find(tmp_path / "in")
    (note,) = notes
    assert note.message.startswith("a/config.yaml: the config is not YAML: while parsing")
    assert note.message.endswith("; the settings in it are not known")


def test_a_config_alone_is_no_result(write, tmp_path):
    write('{"seed": 3}', "in/a/config.json")
    with pytest.raises(InputError, match="no results"):
        stores.find(tmp_path / "in")


def test_a_link_out_of_the_folder_is_not_followed(said, write, tmp_path):
    outside = write("seed: 3", "elsewhere.yaml")
    root = tmp_path / "in"
    path = write("x,y\n1,2\n", "in/m.csv")
    (root / "config.yaml").symlink_to(outside)
    (root / ".hydra").symlink_to(outside.parent)
    write("seed: 3", "config.yaml")
    assert folders.settings(Found("csv", root, (path,)), path) == {}
    assert folders.config_files(root, root) == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("seed=3/m.csv", {"path.seed": "3"}),
        ("lr=0.1,model=x/m.csv", {"path.lr": "0.1", "path.model": "x"}),
        ("seed=3.csv", {"path.seed": "3"}),
        ("lr=0.1.csv", {"path.lr": "0.1"}),
        ("a=1/a=2/m.csv", {"path.a": "2"}),
        ("lora_seed3/m.csv", {"path.seed": "3"}),
        ("seed-3.monitor.csv", {"path.seed": "3"}),
        ("lora-seed_3-digits.csv", {"path.seed": "3"}),
        ("unseeded3/linseed3/m.csv", {}),
        ("3/m.csv", {}),
    ],
)
def test_names_of_folders(said, place, expected):
    assert said("", "other", place) == expected


def test_the_authors_pattern(said):
    found = said("", "other", "digits/lora/seed=3/m.csv", "{dataset}/{method}/seed={seed}")
    assert found["pattern.dataset"] == "digits"
    assert found["pattern.seed"] == "3"


def test_a_file_given_alone(write):
    path = write("x,y\n1,2\n", "job/lr=1/version_0/seed=5.csv")
    write("seed: 3\nmodel: {name: m}\n", "job/.hydra/config.yaml")
    found = folders.settings(Found("csv", path, (path,)), path)
    said = {"path.lr": "1", "path.seed": "5", "config.seed": "3", "config.model.name": "m"}
    assert found == said
    del said["path.seed"]
    assert folders.settings(Found("csv", path, (path,)), path.parent) == said


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{method}/seed={seed}", {"pattern.method": "lora", "pattern.seed": "5"}),
        ("{method}/{seed}", {"pattern.method": "lora", "pattern.seed": "seed=5"}),
        ("seed={seed}/{split}.csv", {"pattern.seed": "5", "pattern.split": "val"}),
        ("{x}/y", {}),
    ],
)
def test_the_pattern_and_a_file_given_alone(write, pattern, expected):
    path = write("x,y\n1,2\n", "digits/lora/seed=5/val.csv")
    found = folders.settings(Found("csv", path, (path,), pattern), path)
    assert found == {"path.seed": "5", **expected}


def test_the_name_of_the_folder_that_is_given(write):
    path = write("x,y\n1,2\n", "digits/seed=5/val.csv")
    assert folders.settings(Found("csv", path.parent, (path,)), path) == {"path.seed": "5"}
    assert folders.settings(Found("csv", path.parent, (path,)), path.parent) == {"path.seed": "5"}
