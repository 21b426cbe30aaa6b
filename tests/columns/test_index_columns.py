"""Columns that number or name things are no metrics."""

import pytest

from paperforge.names import is_index, prompt_of, well_known
from paperforge.spec import Direction


@pytest.mark.parametrize("name", ["completion_id", "sample", "attempt_idx", "task_id", "row_no"])
def test_an_index_is_no_metric(name):
    assert is_index(name)


@pytest.mark.parametrize(
    "name", ["accuracy_id", "auroc_id", "fid", "valid", "passed", "index_score"]
)
def test_a_metric_is_no_index(name):
    assert not is_index(name)


@pytest.mark.parametrize("name", ["pass", "passed", "correct", "solved", "resolved"])
def test_what_is_solved_is_better(name):
    found = well_known(name)
    assert found is not None
    assert found[1] is Direction.HIGHER


def test_the_prompt_of_a_sample():
    assert prompt_of("task_id/completion_id") == "task_id"
    assert prompt_of("HumanEval/row") == "HumanEval"
    assert prompt_of("item/annotator") == prompt_of("row") == prompt_of("sample") == ""
