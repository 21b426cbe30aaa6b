"""Baselines, n-gram models and probability averages, all behind one small interface."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, logsumexp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

if TYPE_CHECKING:
    from collections.abc import Sequence

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Config = dict[str, float]

TEMPERATURES: tuple[float, ...] = tuple(float(value) for value in np.geomspace(0.05, 20.0, 61))


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts with gold labels as indices into ``sections``."""

    texts: list[str]
    labels: Labels


class Classifier(Protocol):
    """What the experiment needs of a model."""

    def fit(self, train: Texts, validation: Texts, classes: int) -> dict[str, int | float]:
        """Train; return facts to record (number of parameters, epochs, ...)."""

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Return one row of unnormalised log-scores a text."""


@dataclass
class MajorityClass:
    """Always the largest section; its scores are the log class frequencies of training."""

    log_prior: Matrix = field(init=False)

    def fit(self, train: Texts, validation: Texts, classes: int) -> dict[str, int | float]:
        """Count the classes."""
        del validation
        counts = np.bincount(train.labels, minlength=classes)
        # One added count keeps the logarithm finite for a class absent from a small trial.
        self.log_prior = np.log((counts + 1) / (counts + 1).sum())
        return {"parameters": classes}

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Return the same row for every text."""
        return np.tile(self.log_prior, (len(texts), 1))


@dataclass
class SectionName:
    """Predict the section whose own name occurs as a word; else the largest section."""

    sections: list[str]
    weight: float
    prior: MajorityClass = field(default_factory=MajorityClass)

    def fit(self, train: Texts, validation: Texts, classes: int) -> dict[str, int | float]:
        """Fit the class frequencies; the words are the section names."""
        return self.prior.fit(train, validation, classes)

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Mix class frequencies with an even share for each section named in the text."""
        # A plural name also matches its singular: "games" and "game".
        patterns = [
            re.compile(rf"\b{re.escape(name.removesuffix('s'))}s?\b", re.IGNORECASE)
            for name in self.sections
        ]
        named = np.array([[bool(p.search(text)) for p in patterns] for text in texts], dtype=float)
        totals = named.sum(axis=1, keepdims=True)
        share = named / np.maximum(totals, 1.0)
        prior = np.exp(self.prior.scores(texts))
        mixed = np.where(totals > 0, self.weight * share + (1 - self.weight) * prior, prior)
        return np.asarray(np.log(mixed), dtype=np.float64)


@dataclass
class NGramModel:
    """A scikit-learn pipeline of an n-gram vectoriser and a linear classifier."""

    pipeline: Pipeline

    def fit(self, train: Texts, validation: Texts, classes: int) -> dict[str, int | float]:
        """Fit vectoriser and classifier on the training texts."""
        del validation
        self.pipeline.fit(train.texts, train.labels)
        features = len(self.pipeline[0].vocabulary_)
        return {"features": features, "parameters": (features + 1) * classes}

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Return log-probabilities, or margins for a classifier without probabilities."""
        model: Any = self.pipeline
        if hasattr(model, "predict_log_proba"):
            return np.asarray(model.predict_log_proba(texts), dtype=np.float64)
        return np.asarray(model.decision_function(texts), dtype=np.float64)


def naive_bayes(alpha: float) -> NGramModel:
    """Multinomial naive Bayes over counts of words."""
    return NGramModel(make_pipeline(CountVectorizer(min_df=2), MultinomialNB(alpha=alpha)))


def word_logistic_regression(c: float) -> NGramModel:
    """Multinomial logistic regression over TF-IDF weighted word 1-grams and 2-grams."""
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return NGramModel(make_pipeline(vectoriser, LogisticRegression(C=c, max_iter=300)))


def char_svm(c: float, seed: int) -> NGramModel:
    """Linear one-versus-rest SVM over TF-IDF weighted character 2- to 5-grams within words."""
    vectoriser = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True
    )
    return NGramModel(make_pipeline(vectoriser, LinearSVC(C=c, random_state=seed)))


def scaled(scores: Matrix, temperature: float) -> Matrix:
    """Return log-probabilities: softmax of the scores over the temperature."""
    return np.asarray(log_softmax(scores / temperature, axis=1), dtype=np.float64)


def mean_log_loss(log_probabilities: Matrix, labels: Labels) -> float:
    """Return the mean negative log-probability of the gold labels."""
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def best_temperature(scores: Matrix, labels: Labels) -> float:
    """Choose the temperature with the lowest log-loss on (validation) data."""
    losses = [mean_log_loss(scaled(scores, value), labels) for value in TEMPERATURES]
    return TEMPERATURES[int(np.argmin(losses))]


def average(members: Sequence[Matrix]) -> Matrix:
    """Return the logarithm of the mean of the members' probabilities."""
    stacked = logsumexp(np.stack(list(members)), axis=0) - np.log(len(members))
    return np.asarray(stacked, dtype=np.float64)


def accuracy(log_probabilities: Matrix, labels: Labels) -> float:
    """Return the share of examples whose most probable label is the gold label."""
    return float((log_probabilities.argmax(axis=1) == labels).mean())
