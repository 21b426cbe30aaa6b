"""Write results/ and bare/ with Lightning itself (pytorch-lightning 2.6.6, torch 2.13 for CPU).

    python tests/data/lightning/make.py

results/: 3 methods x 2 datasets x 5 seeds, one logger version each; the versions are numbered in
the order of SEEDS, so that version_0 is not seed 0. Each run logs train/loss at every step, and
val/accuracy and the learning rate at the end of each of three epochs of four steps; then it is
tested. One run is resumed from its first epoch's checkpoint with the same logger (overlapping
steps), one crashes in its second epoch, in one the last val/accuracy is NaN.
bare/: two runs of modules without hyperparameters, in folders that say what they are.
truth.csv holds every value in the order written.
"""

from __future__ import annotations

import csv
import itertools
import logging
import math
import shutil
import tempfile
import warnings
from pathlib import Path

import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger

HERE = Path(__file__).parent
METHODS, DATASETS, SEEDS = ("full", "lora", "probe"), ("digits", "wine"), (3, 0, 4, 1, 2)
CRASHED, RESUMED, NAN = ("full", "wine", 2), ("lora", "digits", 1), ("probe", "digits", 0)
TRUTH = []


def accuracy(method, dataset, seed, epoch):
    """The accuracy that this training "reaches"; float32 holds it exactly."""
    base = {"full": 52, "lora": 48, "probe": 40}[method] + {"digits": 4, "wine": 0}[dataset]
    return (base + seed) / 64 + epoch / 512


class Net(pl.LightningModule):
    """One weight, and metrics that are known beforehand."""

    def __init__(self, method, dataset, seed, lr=0.125, optimizer=torch.optim.SGD):
        super().__init__()
        self.save_hyperparameters()
        self.prepare(method, dataset, seed)

    def prepare(self, method, dataset, seed):
        """Set what is not a hyperparameter."""
        self.cell = (method, dataset, seed)
        self.weight = torch.nn.Parameter(torch.ones(1))

    def say(self, metric, value):
        """Log a value, and remember it for the truth."""
        self.log(metric, torch.tensor(value))
        step = self.global_step if metric == "train/loss" else self.global_step - 1
        step += metric == "test/accuracy"
        TRUTH.append((*self.cell, metric, step, self.current_epoch, value))

    def training_step(self, batch, index):
        if self.cell == CRASHED and self.current_epoch == 1 and index == 2:
            raise RuntimeError("out of luck")
        self.say("train/loss", 2.0**-self.global_step)
        return (self.weight * batch[0]).sum()

    def on_validation_epoch_end(self):
        last = self.cell == NAN and self.current_epoch == 2
        self.say("val/accuracy", math.nan if last else accuracy(*self.cell, self.current_epoch))

    def on_test_epoch_end(self):
        self.say("test/accuracy", accuracy(*self.cell, 3))

    def validation_step(self, batch, index):
        pass

    test_step = validation_step

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.125)


class Bare(Net):
    """Without hyperparameters."""

    def __init__(self, method, dataset, seed):
        pl.LightningModule.__init__(self)
        self.prepare(method, dataset, seed)


def trainer(logger, checkpoints=None):
    """Three epochs of four steps."""
    keep = [pl.callbacks.ModelCheckpoint(checkpoints, "{epoch}", save_top_k=-1)]
    return pl.Trainer(
        accelerator="cpu",
        max_epochs=3,
        logger=logger,
        log_every_n_steps=1,
        num_sanity_val_steps=0,
        enable_checkpointing=checkpoints is not None,
        callbacks=keep if checkpoints else None,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def train(net, logger):
    """Train, perhaps twice, and test."""
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(4, 1)))
    with tempfile.TemporaryDirectory() as folder:
        resumed = net.cell == RESUMED and isinstance(net.hparams.get("lr"), float)
        runner = trainer(logger, folder if resumed else None)
        try:
            runner.fit(net, data, data)
        except RuntimeError:
            return
        if resumed:
            runner = trainer(logger)
            runner.fit(net, data, data, ckpt_path=f"{folder}/epoch=0.ckpt", weights_only=False)
        runner.test(net, data, verbose=False)


def main():
    """Make all of it anew."""
    warnings.simplefilter("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    for name in ("results", "bare"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    for cell in itertools.product(METHODS, DATASETS, SEEDS):
        train(Net(*cell), CSVLogger(HERE / "results", f"{cell[0]}-{cell[1]}"))
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "seed", "metric", "step", "epoch", "value"])
        out.writerows(TRUTH)
    for method, seed in (("lora", 0), ("full", 1)):
        folder = HERE / "bare" / f"dataset=wine,method={method},seed={seed}"
        train(Bare(method, "wine", seed), CSVLogger(folder))


if __name__ == "__main__":
    main()
