from __future__ import annotations

import pytest

from paperforge.names import is_setting, is_tracked_setting, split_of, well_known


@pytest.mark.parametrize(
    ("name", "label", "direction"),
    [
        ("accuracy", "Accuracy", "higher"),
        ("ACC", "Accuracy", "higher"),
        ("test/accuracy", "Accuracy", "higher"),
        ("eval_loss", "Loss", "lower"),
        ("Exact-Match", "Exact match", "higher"),
        ("macro_f1", "macro_f1", "higher"),
        ("recall@10", "recall@10", "higher"),
        ("test_acc/dataloader_idx_0", "acc/dataloader_idx_0", "higher"),
        ("wall time", "Time", "lower"),
        ("Test WER", "WER", "lower"),
        ("perplexity", "Perplexity", "lower"),
        ("FID", "FID", "lower"),
        ("AUC", "AUC", "higher"),
        ("bleu", "BLEU", "higher"),
        ("hparam/accuracy", "hparam/accuracy", "higher"),
        ("rte/acc", "rte/acc", "higher"),
        ("eval/rte/loss", "rte/loss", "lower"),
    ],
)
def test_well_known_metrics(name, label, direction):
    assert well_known(name) == (label, direction)


@pytest.mark.parametrize(
    "name",
    ["time_to_accuracy", "score", "foo", "", "1", "loss_scale", "test_", "perf/time"],
)
def test_unknown_metrics_have_no_direction(name):
    assert well_known(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test/accuracy", ("accuracy", "test")),
        ("val_acc", ("acc", "val")),
        ("dev.f1", ("f1", "val")),
        ("validation loss", ("loss", "val")),
        ("train_loss", ("loss", "train")),
        ("evaluation", ("evaluation", "")),
        ("testable_x", ("testable_x", "")),
        ("accuracy", ("accuracy", "")),
        ("accuracy_test", ("accuracy", "test")),
        ("loss/val", ("loss", "val")),
        ("Test Accuracy", ("Accuracy", "test")),
        ("Accuracy (dev)", ("Accuracy", "val")),
        ("F1[test]", ("F1", "test")),
        ("eval/accuracy", ("accuracy", "val")),
        ("eval_test_loss", ("test_loss", "val")),
        ("top-1.eval", ("top-1", "val")),
        ("accuracy_std_dev", ("accuracy_std_dev", "")),
        ("std dev", ("std dev", "")),
        ("bleu_en_tr", ("bleu_en_tr", "")),
        ("contest", ("contest", "")),
        ("_test", ("_test", "")),
    ],
)
def test_splits(name, expected):
    assert split_of(name) == expected


@pytest.mark.parametrize(
    "name",
    ["lr", "learning_rate", "Batch Size", "epochs", "rank", "hidden", "layers", "params", "n_heads",
     "accuracy_std", "acc_std_dev", "_runtime", "_step", "_timestamp", "torch_seed", "path.width",
     "config.accuracy", "Unnamed: 0", "epoch", "column 1", "params.alpha", "timestamp", "seed"],
)  # fmt: skip
def test_settings(name):
    assert is_setting(name)


@pytest.mark.parametrize("name", ["accuracy", "score", "value", "foo", "test/loss"])
def test_no_settings(name):
    assert not is_setting(name)


def test_bookkeeping_of_trackers():
    assert is_tracked_setting("lr")
    assert is_tracked_setting("system/cpu_utilization")
    assert is_tracked_setting("_runtime") and is_tracked_setting("_timestamp")
    assert not is_tracked_setting("accuracy")


@pytest.mark.parametrize("name", ["exact_match,strict", "epoch_accuracy", "epoch_loss"])
def test_what_harnesses_and_loggers_add_to_a_name_hides_no_direction(name):
    assert well_known(name) is not None
