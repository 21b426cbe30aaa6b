"""Makes this folder with Stable-Baselines3 itself: `python make.py`, stable-baselines3 2.9.2.

2 methods (PPO and A2C, trained for a few steps) x CartPole-v1 and Acrobot-v1 x 3 seeds, in
METHOD/ENV/seed_N: two environments a run
(0.monitor.csv, 1.monitor.csv) and evaluations.npz of EvalCallback, 4 episodes each. a2c on Acrobot
with seed 2 is cut off in the last line of 0.monitor.csv, as of a killed run, and has no evaluations.
Acrobot's episodes are cut at 30 steps, so that there are some.

logger/ppo/seed=0 is one more run: its monitor in the folder, what the logger wrote in log/ (CSV, JSON and TensorBoard)
and an evaluation in eval/.

truth.csv is written by numpy and pandas from what the tool wrote: the rows of the monitors (merged
by time, as the tool's own load_results does) and the mean of each evaluation.
"""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import gymnasium
import numpy as np
import pandas as pd
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import EvalCallback
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

HERE = Path(__file__).parent
METHODS = {"ppo": PPO, "a2c": A2C}
ENVS = ("CartPole-v1", "Acrobot-v1")
CUT = ("a2c", "Acrobot-v1", 2)
STEPS = 480


def environment(name: str, place: str | None):
    """One environment with its monitor."""
    limit = 30 if name == "Acrobot-v1" else None
    return Monitor(gymnasium.make(name, max_episode_steps=limit), place)


def train(method: str, env: str, seed: int, folder: Path) -> None:
    """One run of a few hundred steps."""
    folder.mkdir(parents=True)
    several = DummyVecEnv(
        [lambda n=n: environment(env, str(folder / str(n))) for n in range(2)],
    )
    options = {"n_steps": 40, "seed": seed, "device": "cpu"}
    options |= {"batch_size": 40, "n_epochs": 1} if method == "ppo" else {}
    model = METHODS[method]("MlpPolicy", several, **options)
    judge = EvalCallback(
        environment(env, None),
        n_eval_episodes=4,
        eval_freq=80,
        log_path=str(folder),
        verbose=0,
        warn=False,
    )
    model.learn(STEPS, callback=judge)


def logged() -> None:
    """One run with the logger's files in a folder of their own."""
    folder = HERE / "logger" / "ppo" / "seed=0"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    several = DummyVecEnv([lambda: environment("CartPole-v1", str(folder / "0"))])
    model = PPO("MlpPolicy", several, n_steps=64, batch_size=32, n_epochs=1, seed=0, device="cpu")
    model.set_logger(configure(str(folder / "log"), ["csv", "json", "tensorboard"]))
    judge = EvalCallback(
        environment("CartPole-v1", None),
        n_eval_episodes=2,
        eval_freq=100,
        log_path=str(folder / "eval"),
        verbose=0,
        warn=False,
    )
    model.learn(192, callback=judge)


def truth(method: str, env: str, seed: int, folder: Path) -> list[dict[str, object]]:
    """The rows that a reader should find."""
    common = {"method": method, "dataset": env, "seed": seed}
    frames = []
    for path in sorted(folder.glob("*.monitor.csv")):
        first, rest = path.read_text().split("\n", 1)
        frame = pd.read_csv(StringIO(rest))
        if (method, env, seed) == CUT and path.name.startswith("0"):
            frame = frame.iloc[:-1]
        frame["t"] += json.loads(first[1:])["t_start"]
        frames.append(frame)
    merged = pd.concat(frames).sort_values("t", kind="stable")
    steps = merged["l"].cumsum()
    rows = []
    for step, reward, length in zip(steps, merged["r"], merged["l"], strict=True):
        for metric, value in (("episode_return", reward), ("episode_length", length)):
            rows.append(common | {"split": "train", "metric": metric, "step": step, "value": value})
    path = folder / "evaluations.npz"
    if path.exists():
        with np.load(path) as found:
            for step, reward, length in zip(
                found["timesteps"], found["results"], found["ep_lengths"], strict=True
            ):
                means = (("episode_return", reward.mean()), ("episode_length", length.mean()))
                for metric, value in means:
                    row = {"split": "val", "metric": metric, "step": step, "value": value}
                    rows.append(common | row)
    return rows


def main() -> None:
    """All runs."""
    torch.set_num_threads(1)
    shutil.rmtree(HERE / "logs", ignore_errors=True)
    logged()
    rows = []
    for method in METHODS:
        for env in ENVS:
            for seed in range(3):
                folder = HERE / "logs" / method / env / f"seed_{seed}"
                train(method, env, seed, folder)
                if (method, env, seed) == CUT:
                    (folder / "evaluations.npz").unlink()
                    path = folder / "0.monitor.csv"
                    path.write_bytes(path.read_bytes().rstrip()[:-7])
                rows += truth(method, env, seed, folder)
    with (HERE / "truth.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
