"""What so many methods rule out is refused before anything is computed."""

from __future__ import annotations

import pytest

from paperforge import stats

ROWS = [f"m{m:02},{d},{s},{m + s}" for m in range(30) for d in "xy" for s in range(2)]


@pytest.fixture
def table(tmp_path):
    (tmp_path / "r.csv").write_text("method,dataset,seed,accuracy\n" + "\n".join(ROWS))
    lone = [f"lone{m:02},{d},0,{m}" for m in range(20) for d in "xy"]
    (tmp_path / "few.csv").write_text(
        "method,dataset,seed,accuracy\n" + "\n".join(lone + ROWS[:80])
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("profile", "30 lines in one panel cannot be told apart (24 can)"),
        ("bars", "30 bars a group cannot be told apart (12 can)"),
    ],
)
def test_too_many_methods_are_refused_before_the_analysis(
    paperforge, table, monkeypatch, kind, text
):
    monkeypatch.setattr(stats, "analyse", None)  # nothing may ask for it
    said = paperforge("figure", "r.csv", "--kind", kind, "--aggregate", "iqm")
    assert said.code == 1
    assert f"error: figure {kind}: {text}" in said.err


def test_methods_that_have_no_profile_do_not_count(paperforge, table, tmp_path):
    paperforge("figure", "few.csv", "--kind", "profile", "--metric", "accuracy")
    assert (tmp_path / "profile.pdf").exists()
