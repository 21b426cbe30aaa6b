"""Write results/ with scikit-learn 1.9 itself: cv_results_ of grid searches, as CSV and as JSON.

    python tests/data/sklearn_cv/make.py

3 estimators x 2 data sets, five folds each; two of the grids have two and three candidates. One
candidate fails in each of its folds (error_score: not a number). csv/DATASET/METHOD.csv is
DataFrame(search.cv_results_).to_csv; json/METHOD-DATASET.json is the dictionary with its arrays as
lists. truth.csv holds the score of every fold, straight from the arrays.
"""

from __future__ import annotations

import csv
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

HERE = Path(__file__).parent
GRIDS = {
    "bayes": (GaussianNB(), {"var_smoothing": [1e-9]}),
    "logistic": (LogisticRegression(max_iter=30), {"C": [0.1, 1.0], "tol": [0.01]}),
    "tree": (DecisionTreeClassifier(random_state=0), {"max_depth": [1, 3, -1]}),
}
DATA = {"iris": load_iris, "wine": load_wine}


def main():
    """Make all of it anew."""
    warnings.simplefilter("ignore")
    for kind in ("csv", "json"):
        shutil.rmtree(HERE / kind, ignore_errors=True)
    truth = []
    for dataset, load in DATA.items():
        x, y = load(return_X_y=True)
        for method, (estimator, grid) in GRIDS.items():
            folds = StratifiedKFold(5, shuffle=True, random_state=0)
            search = GridSearchCV(
                estimator,
                grid,
                cv=folds,
                scoring=["accuracy", "neg_log_loss"],
                refit=False,
                return_train_score=True,
            )
            found = search.fit(x, y).cv_results_
            write(dataset, method, found)
            for metric in ("accuracy", "neg_log_loss"):
                for split in ("test", "train"):
                    for fold in range(5):
                        for row, value in enumerate(found[f"split{fold}_{split}_{metric}"]):
                            truth.append((method, dataset, row, fold, split, metric, float(value)))
    with (HERE / "truth.csv").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["method", "dataset", "candidate", "fold", "split", "metric", "value"])
        out.writerows(truth)


def write(dataset, method, found):
    """The results in both forms."""
    path = HERE / "csv" / dataset / f"{method}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(found).to_csv(path)
    plain = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in found.items()}
    path = HERE / "json" / f"dataset={dataset},method={method}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(plain))


if __name__ == "__main__":
    main()
