"""Rows that repeat a prompt and are not numbered: samples of it, and none is dropped."""

import numpy as np
import pytest

from paperforge import results
from paperforge.spec import DesignSpec, Project, Source, Unit
from paperforge.stats import analyse

RNG = np.random.default_rng(8)
COUNTS = RNG.integers(1, 6, (2, 25))


def rows(shape="{model},{prompt},{hit}", prompts=25):
    rng = np.random.default_rng(9)
    return [
        shape.format(model=f"m{m}", prompt=f"p{p}", hit=rng.integers(0, 2), k=k)
        for m in range(2)
        for p in range(prompts)
        for k in range(COUNTS[m, p])
    ]


@pytest.fixture
def load(tmp_path):
    def call(lines, header="model,task_id,passed", columns=None, name="r.csv", **more):
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]))
        source = Source(path, name, columns or {}, **more)
        return results.load([source], Project(root=tmp_path))

    return call


def means(lines):
    """Method -> the mean over prompts of the prompts' means."""
    by = {}
    for line in lines:
        model, prompt, *_, hit = line.split(",")
        by.setdefault(model, {}).setdefault(prompt, []).append(int(hit))
    return {m: np.mean([np.mean(hits) for hits in of.values()]) for m, of in by.items()}


@pytest.mark.parametrize(
    "columns", [{}, {"example": "task_id"}, {"cluster": "task_id"}], ids=["none", "example", "cl"]
)
def test_every_row_counts_whatever_is_declared(load, columns):
    lines = rows()
    found = load(lines, columns=columns)
    a, b = found.samples("passed", Unit.EXAMPLE)
    assert sorted(a.repeats) == sorted(COUNTS[0])
    assert sorted(b.repeats) == sorted(COUNTS[1])
    assert (found.frame()["kept"] == 1).sum() == len(lines)
    assert any("samples of the prompt" in note.message for note in found.notes)
    runs = {s.method: s.values for s in found.samples("passed", Unit.SEED)}
    assert {m: v.tolist() for m, v in runs.items()} == {
        m: [pytest.approx(x)] for m, x in means(lines).items()
    }
    decision = analyse(found, DesignSpec()).primary()[0]
    assert decision.paired
    assert decision.n == (25, 25)
    of = means(lines)
    assert decision.estimate == pytest.approx(of["m0"] - of["m1"])


def test_what_was_saved_is_read_again(load):
    first = load(rows(), columns={"example": "task_id"})
    (source,) = first.mapped
    assert source.columns["example"] == "task_id/row"
    again = load(rows(), columns=source.columns)
    assert again.mapped == first.mapped
    a, b = (one.samples("passed", Unit.EXAMPLE)[1].values.tolist() for one in (first, again))
    assert a == b


def test_the_cache_keeps_them(load, tmp_path, monkeypatch):
    from paperforge.results import cache

    monkeypatch.setenv("PAPERFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SLOW", -1.0)
    first, again = load(rows()), load(rows())
    assert again.anew is not None  # it came from the cache
    for unit in (Unit.SEED, Unit.EXAMPLE):
        a, b = (one.samples("passed", unit) for one in (first, again))
        assert [s.values.tolist() for s in a] == [s.values.tolist() for s in b]
    assert again.samples("passed", Unit.EXAMPLE)[0].repeats is not None


def test_a_few_rows_that_are_there_again_stay_duplicates(load):
    lines = [f"m{m},p{p},{(p + m) % 2}" for m in range(2) for p in range(40)]
    found = load([*lines, "m0,p0,1"], columns={"example": "task_id"})
    assert any("contradictory" in note.message for note in found.notes)
    assert len(found.samples("passed", Unit.EXAMPLE)[0].values) == 40


def test_settings_that_tell_rows_apart_are_no_samples(load):
    lines = [
        f"m{m},p{p},{t},{(p + m + i) % 2}"
        for m in range(2)
        for p in range(20)
        for i, t in enumerate((0.2, 0.8))
    ]
    found = load(lines, "model,task_id,temperature,passed", {"example": "task_id"})
    (said,) = [n for n in found.notes if "contradictory" in n.message]
    assert "--where temperature=" in said.hint


def test_the_texts_of_completions_and_counters_are_no_settings(load):
    lines = rows("{model},{prompt},text of {model} {prompt} {k},{k},{hit}")
    found = load(lines, "model,task_id,code,k,passed")
    assert sorted(found.samples("passed", Unit.EXAMPLE)[0].repeats) == sorted(COUNTS[0])


def test_seeds_beside_samples_are_the_runs(load):
    lines = [
        f"m{m},{seed},p{p},{(p * 7 + m + seed * k) % 2}"
        for m in range(2)
        for seed in range(3)
        for p in range(20)
        for k in range(1 + p % 3)
    ]
    found = load(lines, "model,seed,task_id,passed")
    assert found.samples("passed", Unit.EXAMPLE)[0].repeats.tolist() == [3] * 20
    assert len(found.samples("passed", Unit.SEED)[0].values) == 3
    assert analyse(found, DesignSpec()).primary()[0].unit is Unit.BOTH


def test_rows_of_a_few_templates_are_runs(load):
    """A prompt that runs differ by is a setting, not what is sampled."""
    lines = [
        f"m{m},t{p},{0.5 + 0.01 * k + m}" for m in range(2) for p in range(3) for k in range(4)
    ]
    found = load(lines, "model,prompt,score")
    assert "example" not in found.present
    assert len(found.samples("score", Unit.SEED)[0].values) == 12
