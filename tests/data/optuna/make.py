"""Write Optuna's stores with Optuna 5.0.0 itself: run by hand with a Python that has it.

    python make.py

Writes study.db, study.journal and the truth of both, truth.json: studies `tuning` (method, dataset
and seed are parameters), `front` (two objectives with names; method, dataset and seed are
attributes) and, in the journal, `gone` (deleted; SQLite forgets it). Times and the worker's id are
written over with texts of the same length.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import optuna
from optuna.storages import JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import create_trial

HERE = Path(__file__).parent
METHODS, DATASETS, SEEDS = ("lora", "full", "prefix"), ("mnli", "sst2"), range(5)
CHOICES = {
    "method": optuna.distributions.CategoricalDistribution(METHODS),
    "dataset": optuna.distributions.CategoricalDistribution(DATASETS),
    "seed": optuna.distributions.IntDistribution(0, 9),
    "lr": optuna.distributions.FloatDistribution(1e-5, 1e-1, log=True),
}
STATUS = {"COMPLETE": "finished", "PRUNED": "crashed", "FAIL": "crashed"}


def score(method, dataset, seed, step) -> float:
    base = 0.6 + 0.05 * METHODS.index(method) + 0.1 * DATASETS.index(dataset)
    return round(base + 0.02 * step + 0.003 * (seed * 7 % 5), 4)


def row(run, settings, metric, step, value, status, kept=1) -> dict[str, object]:
    return {
        "run": run,
        "method": settings["method"],
        "dataset": settings["dataset"],
        "seed": str(settings["seed"]),
        "split": "",
        "metric": metric,
        "step": step,
        "value": value if value is None or math.isfinite(value) else str(value),
        "status": status,
        "kept": kept,
    }


def tuning(storage) -> list[dict[str, object]]:
    """One objective: trials that end well, fail, are pruned, are not finite, and still run."""
    study = optuna.create_study(storage=storage, study_name="tuning", direction="maximize")
    study.set_metric_names(["accuracy"])
    study.set_user_attr("note", "a grid")
    settings = [
        {"method": m, "dataset": d, "seed": s, "lr": 0.001}
        for m in METHODS for d in DATASETS for s in SEEDS
    ]  # fmt: skip
    rows = []
    for number, one in enumerate(settings):
        study.enqueue_trial(one)
        trial = study.ask()
        for name, choice in CHOICES.items():
            assert trial._suggest(name, choice) == one[name]
        where, run = (one["method"], one["dataset"], one["seed"]), f"tuning trial {number}"
        state = {("prefix", "sst2", 4): "FAIL", ("prefix", "sst2", 3): "PRUNED"}.get(
            where, "COMPLETE"
        )
        steps = range(3) if state == "COMPLETE" else range(1)
        for step in steps:
            value = math.nan if (*where, step) == ("full", "sst2", 2, 0) else score(*where, step)
            trial.report(value, step)
            rows.append(row(run, one, "accuracy", step, value, STATUS[state]))
        final = None
        if state == "COMPLETE":
            final = math.inf if where == ("full", "mnli", 4) else round(score(*where, 2) + 0.001, 4)
            rows.append(row(run, one, "accuracy", None, final, STATUS[state]))
        elif state == "PRUNED":
            rows.append(row(run, one, "accuracy", None, score(*where, 0), STATUS[state]))
        study.tell(trial, final, state=getattr(optuna.trial.TrialState, state))
    running = study.ask({name: CHOICES[name] for name in ("method", "dataset")})
    one = {**running.params, "seed": "None"}
    running.report(0.25, 0)
    rows.append({**row("tuning trial 30", one, "accuracy", 0, 0.25, "running"), "seed": None})
    return rows


def front(storage) -> list[dict[str, object]]:
    """Two objectives."""
    study = optuna.create_study(
        storage=storage, study_name="front", directions=["maximize", "minimize"]
    )
    study.set_metric_names(["accuracy", "latency"])
    study.set_user_attr("dataset", "mnli")
    rows = []
    for number, (method, pair) in enumerate(
        {"lora": (0.7, 12.0), "full": (0.8, 30.0), "slow": (0.6, 40.0)}.items()
    ):
        attributes = {"method": method, "seed": 7}
        study.add_trial(create_trial(values=list(pair), user_attrs=attributes))
        for metric, value in zip(("accuracy", "latency"), pair, strict=True):
            told = {**attributes, "dataset": "mnli"}
            rows.append(row(f"front trial {number}", told, metric, None, value, "finished"))
    return rows


def gone(storage) -> list[dict[str, object]]:
    study = optuna.create_study(storage=storage, study_name="gone")
    one = {"method": "lora", "dataset": "mnli", "seed": 0}
    study.add_trial(
        create_trial(value=0.01, params=one, distributions={n: CHOICES[n] for n in one})
    )
    optuna.delete_study(study_name="gone", storage=storage)
    return [row("gone trial 0", one, "value", None, 0.01, "deleted", 0)]


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    database, journal = HERE / "study.db", HERE / "study.journal"
    database.unlink(missing_ok=True), journal.unlink(missing_ok=True)
    truth = {}
    for path, storage in (
        (database, RDBStorage(f"sqlite:///{database}")),
        (journal, JournalStorage(JournalFileBackend(str(journal)))),
    ):
        truth[path.name] = tuning(storage) + front(storage) + gone(storage)
    truth["study.db"] = [one for one in truth["study.db"] if one["status"] != "deleted"]
    with closing(sqlite3.connect(database)) as store:
        for column in ("datetime_start", "datetime_complete"):
            store.execute(
                f"UPDATE trials SET {column} = '2026-01-01 00:00:00' WHERE {column} <> ''"
            )
        store.commit()
        store.execute("PRAGMA page_size = 512")
        store.execute("VACUUM")
    text = journal.read_text(encoding="utf-8")
    text = re.sub(
        r'("worker_id": ?")[^"]*',
        lambda found: found[1] + "0" * (len(found[0]) - len(found[1])),
        text,
    )
    text = re.sub(r"20\d\d-\d\d-\d\dT[\d:]{8}", "2026-01-01T00:00:00", text)
    journal.write_text(text, encoding="utf-8")
    for lock in HERE.glob("*.lock"):
        lock.unlink()
    parts = [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(one) for one in rows) + "\n]"
        for name, rows in truth.items()
    ]
    (HERE / "truth.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
