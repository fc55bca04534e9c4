"""The learning itself: logistic regression on image features, with confidences that mean what they say.

A model that reports 90 should be right nine times of ten. The regression's own scores are too timid or too bold,
depending on how many images there were, so they are divided by a temperature that is fitted on scores of images which
the regression had not seen (cross-validation). With a handful of images even those are all right, and the best
temperature would be zero: Platt's smoothed targets, which allow for one image that went the other way, prevent it.
"""

from __future__ import annotations

import functools
import importlib
import io
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Array = NDArray[np.float64]

STRENGTH = 10.0  # LogisticRegression's C, the best of 0.1 to 100 on normalised embeddings
FOLDS = 5
ENOUGH_FOR_ONE_FOLD = 1000  # from here a fifth of the images is plenty to fit one number
TEMPERATURES = (0.02, 50.0)
NEUTRAL_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Weights (labels x features), biases and assumed thresholds (0-1), in the order of `labels`.

    `independent` models may give an image several labels; otherwise an image's confidences add up to 1.
    """

    labels: tuple[str, ...]
    weights: Array
    biases: Array
    thresholds: Array
    independent: bool

    def scores(self, features: NDArray[Any]) -> Array:
        """What the confidences are formed from (images x labels); of an independent label 0 stands for 0.5."""
        return np.asarray(features.astype(np.float64) @ self.weights.T + self.biases)

    def confidences(self, features: NDArray[Any]) -> Array:
        """Confidences 0-1 (images x labels) of features (images x 1280)."""
        logits = self.scores(features)
        return _sigmoid(logits) if self.independent else np.exp(_log_softmax(logits))

    def with_thresholds(self, thresholds: Array) -> Model:
        return replace(self, thresholds=thresholds)


def warm_up() -> None:
    """Pay for scikit-learn's slow import beside what goes on: before the first training, or while its images are read.

    An engine that stores only is never to hold it in memory.
    """
    threading.Thread(target=_import_all, daemon=True).start()


def _import_all() -> None:
    for name in ("scipy.optimize", "sklearn.linear_model", "sklearn.model_selection"):
        importlib.import_module(name)


def fit(features: NDArray[Any], truth: NDArray[np.bool_], labels: tuple[str, ...], calibrated: bool = True) -> Model:
    """Learn `labels` from features (images x 1280) and truth (images x labels), one image at least for each label.

    Images with several labels make the labels independent. Thresholds are neutral until they are measured. Without
    being calibrated a model gives the same answers in a sixth of the time, but its confidences mean little.
    """
    independent = bool((truth.sum(axis=1) != 1).any())
    with one_thread():
        if independent:
            learned = [_fit_one(features, truth[:, number], calibrated) for number in range(len(labels))]
            weights, biases = np.vstack([row for row, _ in learned]), np.array([bias for _, bias in learned])
        else:
            weights, biases = _fit_classes(features, truth.argmax(axis=1), calibrated)
    return Model(labels, weights, biases, np.full(len(labels), NEUTRAL_THRESHOLD), independent)


def one_thread() -> AbstractContextManager[Any]:
    """Let the libraries below count with one thread: a second one makes problems of this size slower."""
    return _pools().limit(limits=1)


@functools.cache
def _pools() -> ThreadpoolController:
    """The libraries that have threads, sought once, as that takes as long as a small training."""
    from threadpoolctl import ThreadpoolController

    _import_all()  # for what is loaded later is not among them
    return ThreadpoolController()


def dump(model: Model) -> bytes:
    """The model as the bytes of an .npz file without pickled objects."""
    file = io.BytesIO()
    np.savez(file, labels=np.array(model.labels), weights=model.weights, biases=model.biases,
             thresholds=model.thresholds, independent=np.array(model.independent))
    return file.getvalue()


def load(data: bytes) -> Model:
    """The model that `dump` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return Model(tuple(str(label) for label in file["labels"]), file["weights"], file["biases"],
                     file["thresholds"], bool(file["independent"]))


def _fit_one(features: NDArray[Any], positive: NDArray[np.bool_], calibrated: bool) -> tuple[Array, float]:
    """One label against the rest: (weights, bias). A label that every image has teaches no more than that."""
    if positive.all():
        return np.zeros(features.shape[1]), float(np.log(len(positive) + 1))
    weights, biases = _fit_classes(features, positive.astype(int), calibrated)
    return weights[1] - weights[0], float(biases[1] - biases[0])


def _fit_classes(features: NDArray[Any], classes: NDArray[np.int_], calibrated: bool) -> tuple[Array, Array]:
    """Weights and biases, one row for each of classes 0, 1, ..."""
    weights, biases = _regress(features, classes)
    temperature = _temperature(features, classes) if calibrated else 1.0
    return weights / temperature, biases / temperature


def _regress(features: NDArray[Any], classes: NDArray[np.int_]) -> tuple[Array, Array]:
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=STRENGTH, max_iter=1000).fit(features, classes)
    weights, biases = found.coef_.astype(np.float64), found.intercept_.astype(np.float64)
    if len(weights) == 1:  # scikit-learn keeps one row for two classes
        weights, biases = np.vstack([-weights, weights]) / 2, np.hstack([-biases, biases]) / 2
    return weights, biases


def _temperature(features: NDArray[Any], classes: NDArray[np.int_]) -> float:
    """What the scores must be divided by, 1 when there are too few images to tell."""
    from scipy.optimize import minimize_scalar

    logits, truth = _unseen_scores(features, classes)
    if not len(truth):
        return 1.0
    targets = _smoothed(truth, np.bincount(classes))
    low, high = TEMPERATURES

    def loss(log_temperature: float) -> float:
        return float(-(targets * _log_softmax(logits / np.exp(log_temperature))).sum(axis=1).mean())

    best = minimize_scalar(loss, bounds=(np.log(low), np.log(high)), method="bounded")
    return float(np.exp(best.x))


def _unseen_scores(features: NDArray[Any], classes: NDArray[np.int_]) -> tuple[Array, NDArray[np.int_]]:
    """Scores of images by regressions that had not seen them, and their classes; the only image of a class stays in."""
    from sklearn.model_selection import StratifiedKFold

    counts = np.bincount(classes)
    single = np.flatnonzero(counts[classes] == 1)
    others = np.flatnonzero(counts[classes] > 1)
    if len(others) == 0 or len(counts) < 2:
        return np.empty((0, len(counts))), np.empty(0, int)
    folds = min(FOLDS, int(counts[counts > 1].min()))
    splits = StratifiedKFold(folds, shuffle=True, random_state=0).split(others, classes[others])
    scores, truth = [], []
    for seen, unseen in splits:
        weights, biases = _regress(features[(kept := np.hstack([others[seen], single]))], classes[kept])
        held_out = others[unseen]
        scores.append(features[held_out] @ weights.T + biases)
        truth.append(classes[held_out])
        if len(classes) > ENOUGH_FOR_ONE_FOLD:
            break
    return np.vstack(scores), np.hstack(truth)


def _smoothed(classes: NDArray[np.int_], counts: NDArray[np.int_]) -> Array:
    """Target probabilities (images x classes): (n + 1) / (n + 2) for the class of an image with n images of it."""
    sure = (counts[classes] + 1) / (counts[classes] + 2)
    others = (1 - sure) / (len(counts) - 1)
    targets: Array = np.repeat(others[:, None], len(counts), axis=1)
    targets[np.arange(len(classes)), classes] = sure
    return targets


def _sigmoid(logits: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(logits / 2)))


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
