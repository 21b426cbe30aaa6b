"""Which stores there are, and which files may be theirs: a store is imported when one turns up.

Start-up is a feature: `paperforge table results.csv` needs one store of forty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from paperforge.model import Store

_HEAD = 1 << 16
_PACKED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Kind:
    """One store: its module, and what is true of every file that it may recognise."""

    module: str
    name: str
    """A regular expression of the whole file name, in small letters."""
    start: bytes = b""
    """One that is found in the first 64 kilobytes; packed files are not looked into."""

    def may_have(self, file: Path) -> bool:
        """Whether the store should be asked for a file; False is sure."""
        name = file.name.lower()
        if not _expression(self.name).fullmatch(name):
            return False
        return not self.start or name.endswith(_PACKED) or self._starts(file)

    def _starts(self, file: Path) -> bool:
        try:
            status = file.stat()
            head = _head(file, status.st_size, status.st_mtime_ns)
        except OSError:
            return False
        return _start(self.start).search(head) is not None

    def store(self) -> Store:
        """The module, imported."""
        return cast("Store", import_module(f"paperforge.stores.{self.module}"))


@cache
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


@cache
def _start(text: bytes) -> re.Pattern[bytes]:
    return re.compile(text, re.DOTALL)


@lru_cache(maxsize=8)
def _head(file: Path, _size: int, _time: int) -> bytes:
    """The first bytes of a file; a few are remembered, as several stores ask one after another."""
    with file.open("rb") as stream:
        return stream.read(_HEAD)


_DATABASE = r".*\.(db|sqlite|sqlite3)"
_SQLITE = rb"\ASQLite format 3\0"

STORES: Mapping[str, Kind] = {
    "wandb": Kind("wandb", r".*\.wandb|wandb-(summary\.json|history\.jsonl)"),
    "guild": Kind("guild", r".*tfevents.*"),
    "tensorboard": Kind("tensorboard", r".*tfevents.*"),
    "clearml": Kind("clearml", r"task\.json|metrics\.jsonl|.*\.zip"),
    "comet": Kind("comet", r".*\.zip"),
    "stable_baselines": Kind(
        "stable_baselines", r".*monitor\.csv|evaluations\.npz|progress\.(csv|json)"
    ),
    "lightning": Kind("lightning", r"metrics\.csv", rb"step"),
    "dvclive": Kind("dvclive", r".*\.tsv|metrics\.json"),
    "sacred": Kind("sacred", r"(run|metrics|info)\.json"),
    # The names of columns stand at the end of a Parquet file: the store looks there itself.
    "sklearn_cv": Kind("sklearn_cv", r".*\.(csv|json|parquet|pq)", rb"split0_test_|\APAR1"),
    "aim": Kind("aim", r"version|.*\.csv", rb"run\.hash|\A[^,]{0,99}\Z"),
    "mlflow": Kind("mlflow", _DATABASE, _SQLITE),
    "mlruns": Kind("mlruns", r"meta\.yaml"),
    "optuna": Kind("optuna", _DATABASE, _SQLITE),
    "optuna_journal": Kind("optuna_journal", r".*\.(log|journal|jsonl?|txt)", rb'"op_code"'),
    "trackio": Kind("trackio", _DATABASE, _SQLITE),
    "neptune": Kind("neptune", r".*_part_\d+\.parquet"),
    "parquet": Kind("parquet", r".*\.(parquet|pq)"),
    "hf_trainer": Kind("hf_trainer", r"trainer_state\.json|.*_results\.json"),
    "inspect_ai": Kind("inspect_ai", r".*\.(eval|json)", rb'\APK|"eval"'),
    "quoted": Kind("quoted", r".*\.(toml|csv|tsv)", rb"(?i)quoted|cit(e|ation)|bibkey"),
    "sacrebleu": Kind("sacrebleu", r".*\.json", rb'"(signature|system)"'),
    "helm": Kind("helm", r"(run_spec|stats|per_instance_stats)\.json"),
    "openai_evals": Kind("openai_evals", r".*\.jsonl", rb'\A\s*\{\s*"spec"'),
    "lm_eval": Kind("lm_eval", r".*\.jsonl?", rb'"results"|"doc_id"'),
    "sqlite": Kind("sqlite", _DATABASE, _SQLITE),
    "duckdb": Kind("duckdb_file", r".*\.(duckdb|ddb|db)", rb"\A.{8}DUCK"),
    "arrow": Kind("arrow_file", r".*\.(arrow|feather|ipc|arrows|ft)"),
    "score_arrays": Kind("score_arrays", r".*\.(npz|npy|json)"),
    "wandb_csv": Kind("wandb_csv", r".*\.csv(\.gz|\.zst)?", rb"__MIN|State"),
    "dopamine": Kind("dopamine", r".*\.(json|csv)", rb"Iteration"),
    "codecarbon": Kind("codecarbon", r".*\.csv", rb"emissions_rate"),
    "sacct": Kind("sacct", r".*\.(txt|csv|psv|log|out|tsv|sacct)", rb"(?i)jobid"),
    "nvidia_smi": Kind("nvidia_smi", r".*\.(csv|txt|log)", rb"timestamp"),
    "jsonl": Kind("jsonl", r".*\.(jsonl|ndjson|json)(\.gz|\.zst)?"),
    "json": Kind("json_table", r".*\.json"),
    "json-alone": Kind("json_alone", r".*\.json"),
    "database-alone": Kind("database_alone", r".*\.(db|sqlite|sqlite3|duckdb|ddb)"),
    "checkpoints": Kind("checkpoints", r".*\.(pt|pth|ckpt|bin|tar|safetensors)"),
    "pickles": Kind("pickles", r".*\.(pkl|pickle|p|joblib|jbl|dill)(\.\w+)?"),
    # Last: any text may be a table.
    "csv": Kind("csv", r".*\.(csv|tsv|tab)(\.gz|\.zst)?"),
}
"""In the order of asking: what knows its files best comes first."""


def may_be_read(file: Path) -> bool:
    """Whether any store of ours has files of such a name: most files of a folder are none."""
    return _any().fullmatch(file.name.lower()) is not None


@cache
def _any() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{kind.name})" for kind in STORES.values()), re.DOTALL)
