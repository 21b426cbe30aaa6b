"""What names mean: well-known metrics, splits, settings, and the columns that results files use.

The lists are data: data/metrics.json and data/columns.json.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from paperforge.errors import InputError
from paperforge.model.units import IN_UNITS, memory_in, parted
from paperforge.spec import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = 1
"""The tier of a table's own columns: that of its config."""
_HEADS = ("pattern", "config", "params", "hparams", "tags", "path", "mlflow")
"""What may be left out in front of a column's name, in the order of their precedence."""
_NUMBERS = ("metric", "value")
_SHOWN = 12
_SEPARATORS = re.compile(r"[\W_]+")
_PREFIX = re.compile(r"([A-Za-z]+)([/_.\-: ]+)(?=\S)")
_SUFFIX = re.compile(
    r"(?<=[^/_.\-: (\[])(?:[/_.\-: ]+([A-Za-z]+)|[/_.\-: ]*[(\[]([A-Za-z]+)[)\]])$"
)
_MEASURED = re.compile(r"(.*[^/_.\-: ])[/_.\-: ]+([^/_.\-: ]+)$")
"""What was measured, and the metric behind it."""
_NO_SUFFIX = ("tr",)
"""Words for a split that mean something else at the end of a name."""
_LOADER = re.compile(r"/dataloader_idx_\d+$")
"""What Lightning puts behind the metrics of several loaders."""
_DEVIATION = ("std_dev", "standard_dev")
_INDEX = frozenset(("id", "idx", "index", "uuid", "guid", "no"))
"""How the names of columns end that number or name things."""
BY_ROW = "row"
"""What stands for a sample's own column where none numbers them: prompt/row."""


def split_of(name: str) -> tuple[str, str]:
    """A metric's name without its split, and the split: ("accuracy", "test") of "test/accuracy".

    The split may stand in front (`eval_loss`) or behind (`loss/val`, `Accuracy (test)`).
    """
    found = _PREFIX.match(name)
    split = splits().get(found[1].lower()) if found else None
    if found and split:
        return name[found.end() :], split
    found = _SUFFIX.search(name)
    word = (found[1] or found[2]).lower() if found else ""
    if not found or word in _NO_SUFFIX or word not in splits():
        return name, ""
    # std_dev is no std on dev.
    whole = plain(name).endswith(_DEVIATION)
    return (name, "") if whole else (name[: found.start()], splits()[word])


@cache
def splits() -> dict[str, str]:
    """What splits are called -> train, val, test."""
    return {word: split for split, names in _data()["splits"].items() for word in names}


def well_known(name: str) -> tuple[str, Direction] | None:
    """Label and direction of a metric with a well-known name, else None.

    Memory of any kind is known too: "gpu_memory_gb", "peak_vram_mib", "gpu_memory".
    Case, separators, a split in front ("eval_"), qualifiers ("macro", "balanced"), a number at the
    end ("recall@10"), a filter behind a comma and a group ("rte/acc") make no difference.
    """
    found = _known(name)
    bare = split_of(name.removeprefix("metrics."))[0]
    if found is None:
        return (label, Direction.LOWER) if (label := memory_in(bare)) else None
    return (found[0] if plain(bare) in _well_known() or _in_unit(bare) else bare), found[1]


def _known(name: str) -> tuple[str, Direction] | None:
    """Label and direction of the well-known metric that a name is a kind of."""
    table, name = _well_known(), _LOADER.sub("", name)
    whole = split_of(name.removeprefix("metrics."))[0]
    words = (key := plain(whole)).split("_")
    bare = [word for word in words if word not in _qualifiers()]
    # lm-eval puts the filter behind a comma: exact_match,strict.
    before = plain(split_of(name.removeprefix("metrics.").partition(",")[0])[0])
    tries = [key, "_".join(bare), "_".join(bare).rstrip("0123456789").rstrip("_"), before]
    found = next((table[t] for t in tries if t in table), None) or _in_unit(whole)
    # Behind what it was measured on: rte/acc. What a part costs is not what the run costs.
    _, group, last = whole.rpartition("/")
    if found is None and group:
        found = _known(last)
        return None if found and found[0] in _read("metrics.json")["costs"] else found
    return found


def _in_unit(bare: str) -> tuple[str, Direction] | None:
    """What a name without its split says in a unit: "wall_time_h" is the time."""
    head, unit = parted(bare)
    found = "/" not in bare and _well_known().get(plain(head))
    return found if found and unit in IN_UNITS.get(found[0], ()) else None


@lru_cache(maxsize=1 << 16)
def plain(name: str) -> str:
    """A name without case and separators, and without what trackers put in front."""
    key = _SEPARATORS.sub("_", name.lower()).strip("_")
    head, _, tail = key.partition("_")
    return tail if tail and head in _data()["prefixes"] and not name.startswith(head + "_") else key


def is_tracked_setting(metric: str) -> bool:
    """Whether a tracker's metric is bookkeeping: learning rate, epoch, time, the machine's load."""
    key = plain(split_of(metric)[0])
    return (
        key in _data()["tracked_settings"]
        or metric.partition("/")[0] in _data()["tracked_prefixes"]
        or metric.lower().startswith(tuple(_data()["tracker_columns"]))
    )


def roles() -> dict[str, list[str]]:
    """Role -> the column names that mean it, in order of preference."""
    found: dict[str, list[str]] = _data()["roles"]
    return found


def ordered(kind: str) -> tuple[str, ...]:
    """One of the plain lists of data/columns.json, the likeliest name first."""
    return tuple(_data()[kind])


def listed(kind: str) -> frozenset[str]:
    """One of the plain lists of data/columns.json."""
    return frozenset(_data()[kind])


def is_benchmark(column: str) -> bool:
    """Whether a column is called like a well-known dataset: MNLI, SST-2, CIFAR-10."""
    return _SEPARATORS.sub("", split_of(column)[0]).lower() in listed("benchmarks")


def may_be_dataset(column: str) -> bool:
    """Whether a column of numbers may be one dataset: no setting, cost, score or average."""
    other = is_setting(column) or is_cost(column) or plain(column) in listed("averages")
    return not other and plain(column) not in roles()["value"]


def is_setting(column: str) -> bool:
    """Whether a column is never a metric: a setting, a spread, a row number, a role."""
    key = plain(column)
    words = key.split("_")
    return (
        is_told(column)
        or key in _data()["settings"]
        or any(key in names for role, names in roles().items() if role not in _NUMBERS)
        or any(key in names for names in second().values())
        or words[-1] in _data()["spreads"]
        or "_".join(words[-2:]) in _data()["spreads"]
        or column.lower().startswith(tuple(_data()["tracker_columns"]))
        or (len(words) > 1 and words[0] in _data()["setting_prefixes"])
    )


def is_index(column: str) -> bool:
    """Whether a column numbers or names things, so that it is no metric: completion_id, item_idx.

    accuracy_id is an accuracy: in distribution.
    """
    key = plain(column)
    head, _, last = key.rpartition("_")
    if key in listed("samples") | listed("prompts"):
        return True
    return bool(head) and last in _INDEX and well_known(head) is None


def prompt_of(column: str) -> str:
    """The column of the prompt, of one that names its samples: "p" of "p/sample"; else empty."""
    prompt, _, sample = column.rpartition("/")
    return prompt if sample == BY_ROW or plain(sample) in listed("samples") else ""


def is_told(column: str) -> bool:
    """Whether a column holds a setting of the run: config.lr, params.lr, path.lr, pattern.lr."""
    head, dot, _ = column.partition(".")
    return bool(dot) and any(head.lower() in heads for heads in _data()["precedence"])


def is_role(name: str) -> bool:
    """Whether a name means a role, or may say which one what is in it has: model, data, env."""
    key = plain(name)
    parents = (names["parents"] for names in nested().values())
    return any(key in names for names in (*roles().values(), *parents))


def second() -> dict[str, list[str]]:
    """Role -> names that mean it where none of `roles` is there."""
    found: dict[str, list[str]] = _data()["second"]
    return found


def nested() -> dict[str, dict[str, list[str]]]:
    """Role -> which last parts of a dotted name mean it ("last") under which others ("parents")."""
    found: dict[str, dict[str, list[str]]] = _data()["nested"]
    return found


def tier(column: str) -> int:
    """Which columns are looked at first: --path, the table's own and config, params, tags, path."""
    head = column.partition(".")[0].lower() if "." in column else ""
    heads: list[list[str]] = _data()["precedence"]  # type: ignore[assignment]  # a list in the file
    return next((place for place, names in enumerate(heads) if head in names), OWN)


def is_cost(name: str) -> bool:
    """Whether a metric is what a run costs: reported, and not tested unless asked."""
    found = well_known(name)
    if found is None:
        return False
    bare = split_of(name.removeprefix("metrics."))[0]
    return found[0] in _read("metrics.json")["costs"] or found[0] == memory_in(bare)


def is_fraction(name: str) -> bool:
    """Whether a metric lies within 0 and 1, or 0 and 100 where it is written in percent."""
    found = _known(name)
    return found is not None and found[0] in _read("metrics.json")["fractions"]


def is_share(name: str) -> bool:
    """Whether a metric is the share of examples that are right, or wrong: n says how sure it is.

    Other fractions are not: F1 and AUC of n examples have no binomial error.
    """
    found = _known(name)
    return found is not None and found[0] in _read("metrics.json")["shares"]


def aggregated(column: str, columns: Sequence[str]) -> str:
    """What a column NAME_mean beside NAME_std is the mean of; empty: it is none."""
    head, mark, tail = column[:-4], column[-5:-4], column[-4:]
    if tail.lower() != "mean" or mark not in ("_", "/", ".", "-", " ") or not head[:-1]:
        return ""
    stem = head[:-1]
    return stem if has_spread(stem, columns) and stem not in columns else ""


def has_spread(column: str, columns: Sequence[str]) -> bool:
    """Whether a column NAME_std, NAME_ci, std_NAME or the like stands beside NAME."""
    others, name = {plain(c) for c in columns}, plain(column)
    words = _data()["spreads"]
    return any(f"{name}_{word}" in others or f"{word}_{name}" in others for word in words)


def spread_beside(column: str, columns: Sequence[str], *, alone: bool = False) -> tuple[str, str]:
    """(column, kind) of the spread that stands beside NAME or NAME_mean; kind: sd, se or ci.

    alone: no other column holds results, so that a spread without a name is its own.
    """
    stems, kinds = _stems(column, columns), _data()["spread_kinds"]
    for other in columns:
        for kind, words in kinds.items():
            if any(plain(other) in (f"{s}_{w}", f"{w}_{s}") for s in stems for w in words):
                return other, kind
    if not alone or sum(well_known(c) is not None for c in columns) > 1:
        return "", ""
    found = [(c, kind) for c in columns for kind, words in kinds.items() if plain(c) in words]
    return found[0] if found else ("", "")


def count_beside(column: str, columns: Sequence[str], what: str) -> str:
    """The column of how many runs (or examples) NAME is the mean of: NAME_n, n_NAME, or n.

    what: "runs" or "examples"; names like n may be either. Empty: there is none, or two could be.
    """
    words = (*_data()["counts"][what], *_data()["counts"]["either"])
    stems = _stems(column, columns)
    if place := measured(column)[0]:
        stems.append(plain(place))
    for wanted in (
        {f"{s}_{w}" for s in stems for w in words} | {f"{w}_{s}" for s in stems for w in words},
        set(words),
    ):
        found = [c for c in columns if plain(c) in wanted]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def is_count(column: str, columns: Sequence[str]) -> bool:
    """Whether a column counts runs or examples: NAME_n beside NAME, or n, runs beside a spread.

    NAME_n beside NAME_acc, too.
    """
    words, key = count_words(), plain(column)
    if key in words:
        return any(_is_spread(c) for c in columns)
    if not any(key.endswith(f"_{w}") or key.startswith(f"{w}_") for w in words):
        return False
    names = {plain(c) for c in columns} | {plain(measured(c)[0]) for c in columns}
    return any(key in (f"{name}_{w}", f"{w}_{name}") for name in names if name for w in words)


def measured(column: str) -> tuple[str, str]:
    """What was measured, and the share of it that a column is: ("mmlu", "acc") of mmlu_acc.

    ("", "") where its name does not end with a well-known share's, or is one as a whole.
    """
    found = _MEASURED.match(column)
    if found is None or well_known(column) is not None or not is_fraction(found[2]):
        return "", ""
    return found[1], found[2]


def count_words() -> frozenset[str]:
    """What columns of numbers of runs or examples are called."""
    return frozenset(word for kind in _data()["counts"].values() for word in kind)


def _is_spread(column: str) -> bool:
    words, kinds = plain(column).split("_"), _data()["spread_kinds"].values()
    return any(
        word in kind for kind in kinds for word in (words[0], words[-1], "_".join(words[-2:]))
    )


def _stems(column: str, columns: Sequence[str]) -> list[str]:
    """What a mean may be called where its spread is named after it."""
    stem = aggregated(column, columns)
    return [plain(column), *([plain(stem)] if stem else [])]


def alike(name: str, names: Sequence[str]) -> list[str]:
    """Up to three names that may be meant: spelt alike, or other words for the same metric."""
    wanted = well_known(name)
    same = [n for n in names if wanted and _label_of(n) == _label_of(name)]
    folded = {n.lower(): n for n in names}
    near = [folded[n] for n in get_close_matches(name.lower(), folded, 3)]
    return list(dict.fromkeys([*same, *near]))[:3]


def _label_of(name: str) -> str:
    return (well_known(name) or ("",))[0]


def resolve(name: str, columns: Sequence[str], where: str) -> str:
    """The column that a user means: exact, a setting or tag, or the same but for case.

    Raises InputError with the nearest names where there is none.
    """
    for candidate in (name, *(f"{head}.{name}" for head in _HEADS)):
        if candidate in columns:
            return candidate
    lowered = (name.lower(), *(f"{head}.{name.lower()}" for head in _HEADS))
    same = [c for c in columns if c.lower() in lowered]
    if len(same) == 1:
        return same[0]
    near = alike(name, columns)
    raise InputError(
        f"there is no column {name!r}; the columns are: {shown(columns)}",
        where,
        f"did you mean {' or '.join(near)}?" if near else "",
    )


def shown(columns: Sequence[str]) -> str:
    """Columns in a message: the first dozen."""
    return ", ".join(columns[:_SHOWN]) + (", …" if len(columns) > _SHOWN else "")


@cache
def _well_known() -> dict[str, tuple[str, Direction]]:
    content = _read("metrics.json")
    return {
        plain(name): (label, Direction(direction))
        for direction in ("higher", "lower")
        for label, names in content[direction].items()
        for name in names
    }


@cache
def _qualifiers() -> frozenset[str]:
    return frozenset(_read("metrics.json")["qualifiers"])


@cache
def _data() -> dict[str, dict]:  # type: ignore[type-arg]  # the file's parts differ
    return _read("columns.json")


def _read(name: str) -> dict[str, dict]:  # type: ignore[type-arg]  # the file's parts differ
    path = Path(__file__).parent / "data" / name
    content: dict[str, dict] = json.loads(path.read_text(encoding="utf-8"))  # type: ignore[type-arg]
    return content
