"""Seeds beside repeats, with and without folds: what is a run, and what is asked."""

import zlib

import pytest

from paperforge.errors import InputError
from paperforge.results import load
from paperforge.spec import DesignSpec, Project, Source
from paperforge.stats import analyse

SPLITS = [(r, f) for r in range(3) for f in range(5)]


def score(method, *place):
    return 0.8 + 0.02 * (method == "a") + (zlib.crc32(repr((place, method)).encode()) % 97) / 5000


def read(tmp_path, head, keys, scored=lambda key: key):
    """Results of two methods with a row for each key; scored: what of a key the score depends on."""
    rows = [f"{m},{','.join(map(str, k))},{score(m, *scored(k)):.6f}" for m in "ab" for k in keys]
    path = tmp_path / f"{len(keys)}{head.replace(',', '')}.csv"
    path.write_text("\n".join([f"method,{head},accuracy", *rows]) + "\n")
    return load([Source(path, path.name)], Project(root=tmp_path))


def numbers(results):
    d = analyse(results, DesignSpec()).primary()[0]
    return d.n, d.estimate, d.p


@pytest.mark.parametrize(
    ("head", "keys"),
    [
        ("seed,repeat,fold", [(42, *at) for at in SPLITS]),
        ("seed,repeat,fold", [(r, r, f) for r, f in SPLITS]),
        ("seed,repeat,fold", [(1000 + 10 * r + f, r, f) for r, f in SPLITS]),
        ("repeat,seed,fold", [(r, 7 * r, f) for r, f in SPLITS]),
    ],
    ids=["one seed", "the same number", "a seed a row", "a seed a repeat"],
)
def test_repeats_that_say_what_the_seed_says_are_splits_anew(tmp_path, head, keys):
    names = head.split(",")
    at = (names.index("repeat"), names.index("fold"))
    found = read(tmp_path, head, keys, lambda key: tuple(key[i] for i in at))
    bare = read(tmp_path, "repeat,fold", SPLITS)
    assert numbers(found) == numbers(bare)
    assert numbers(found)[0] == (15, 15)
    assert any(
        "has split the data anew" in s for s in analyse(found, DesignSpec()).design.sentences
    )


def test_without_folds_a_column_of_one_value_is_no_seed(tmp_path):
    found = read(tmp_path, "seed,repeat", [(42, r) for r in range(5)], lambda key: key[1:])
    assert numbers(found) == numbers(read(tmp_path, "repeat", [(r,) for r in range(5)]))
    turned = read(tmp_path, "seed,repeat", [(s, 0) for s in range(5)], lambda key: key[:1])
    assert numbers(turned) == numbers(read(tmp_path, "seed", [(s,) for s in range(5)]))


@pytest.mark.parametrize(
    ("head", "keys", "move"),
    [
        ("seed,repeat,fold", [(s, *at) for s in range(2) for at in SPLITS],
         "average the rows of each repeat and fold over seed, and --map repeat=seed"),
        ("seed,repeat", [(s, r) for s in range(4) for r in range(3)],
         "average the rows of each seed over repeat, and --map seed=seed"),
        ("seed,repeat", [(s, 3 * s + r) for s in range(4) for r in range(3)],
         "--map repeat=seed where every repeat is a run of its own"),
    ],
    ids=["crossed with folds", "nested", "nested and numbered on"],
)  # fmt: skip
def test_where_neither_alone_names_a_run_it_is_asked_with_the_next_move(tmp_path, head, keys, move):
    with pytest.raises(InputError, match="'seed' and 'repeat' could each be the seed") as caught:
        read(tmp_path, head, keys)
    assert move in caught.value.hint
    assert caught.value.where.endswith(".csv")
