"""Run one variant in one repetition: the codes of all images by one method, and how well they classify."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lsalsa.arrays import Device, to_host
from lsalsa.encoders import Encoder, encoder_class
from lsalsa.exact import optimal_codes
from lsalsa.losses import Loss, TiedDecoderLoss, loss_for
from lsalsa.metrics import near_zero_share, zero_share
from lsalsa.problem import SparseCodingProblem
from lsalsa.solvers import solve
from lsalsa.study.methods.coders import Coder
from lsalsa.training import train
from papers.sc2net.classify import released_accuracies, standard_accuracy, tuned_accuracy
from papers.sc2net.images import Vectors, validation_split

GAP = 1e-4  # relative duality gap of converged codes
SOLVERS = ("ista", "fista")
UNSUPERVISED = ("slstm", "adaptive_ista")
"""Networks whose codes always belong to their own decoder."""
ENCODERS: dict[str, dict[str, Any]] = {
    "lista": {"x0": "zero", "learn_thresholds": True},
    "lfista": {"learn_thresholds": True},
    "adaptive_ista": {},
    "slstm": {},
}
"""Networks, each with the settings that all its variants have."""


@dataclass
class Method:
    """A coder with the facts of its training.

    Attributes
    ----------
    encode : callable
        Signals (n_images, n_pixels) -> codes (n_images, n_atoms).
    history : list of dict
        One row per epoch; empty if nothing was trained.
    status : str
    seconds : float
        Of the training.
    decoder : array, (n_pixels, n_atoms), or None
        The dictionary that the codes belong to; None for the given one.
    target_objective : float or None
        Mean objective of the codes that it learned, over the images that choose its epoch; None without such codes.
    """

    encode: Coder
    history: list[dict] = field(default_factory=list)
    status: str = "ok"
    seconds: float = 0.0
    decoder: Any = None
    target_objective: float | None = None


def run_variant(
    vectors: Vectors, dictionary: Any, variant: Mapping[str, Any], *, seed: int, device: Device
) -> tuple[dict[str, Any], list[dict]]:
    """Encode all images by one method and classify them.

    Parameters
    ----------
    vectors : Vectors
    dictionary : array, (n_pixels, n_atoms)
    variant : mapping
        Resolved settings of the rule `run_sc2net_variant`.
    seed : int
        Of the network, its training and the random train images of the released protocol.
    device : Device

    Returns
    -------
    row : dict
        accuracy_percent, accuracy_tuned_percent and the tuned_c of its classifier, accuracy_released_percent and its
        standard deviation, objective, shares of zeros, seconds, status. The objective is the mean over test images,
        under the dictionary that the codes belong to; objective_unit_atoms is the same with its atoms scaled to norm 1
        and the codes by their norms, which reconstructs the same.
    history : list of dict
        A row for each epoch; empty if nothing is trained.
    """
    problem = SparseCodingProblem([device.put(dictionary)], [variant["penalty"]])
    method = method_of(problem, vectors, variant, seed=seed, device=device)
    clock = time.perf_counter()
    train_codes, test_codes = (_codes(method, signals, device) for signals in (vectors.train, vectors.test))
    encoding = time.perf_counter() - clock
    row = {
        **_accuracies(train_codes, test_codes, vectors, variant, seed),
        **_code_facts(problem, vectors.test, test_codes, method, raw=variant["method"] == "raw"),
        "target_objective": method.target_objective,
        "training_seconds": method.seconds,
        "encoding_seconds": encoding,
        "status": method.status,
    }
    return row, method.history


def _accuracies(
    train: np.ndarray, test: np.ndarray, vectors: Vectors, variant: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Return the accuracies of a classifier of the codes; None for codes that nobody classifies."""
    names = ("accuracy_percent", "accuracy_tuned_percent", "tuned_c")
    released = ("accuracy_released_percent", "accuracy_released_percent_std")
    if not variant["classified"]:
        return dict.fromkeys((*names, *released))
    parts = validation_split(len(train), variant["training"]["n_validation"], seed)
    tuned = tuned_accuracy(train, test, vectors, parts, variant["classifier_c"])
    found = dict(zip(names, (standard_accuracy(train, test, vectors), *tuned), strict=True))
    if variant["loss"] == "labelled":  # its network saw the labels of the train images, those to score on among them
        return found | dict.fromkeys(released)
    split = {"n_fitted": variant["n_fitted"], "n_scored": variant["n_scored"], "draws": variant["draws"], "seed": seed}
    scores = released_accuracies(train, vectors.train_labels, **split)
    spread = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    return found | dict(zip(released, (float(np.mean(scores)), spread), strict=True))


def _codes(method: Method, signals: np.ndarray, device: Device) -> np.ndarray:
    return to_host(method.encode(device.put(np.ascontiguousarray(signals))))


def _code_facts(problem: SparseCodingProblem, signals: Any, codes: Any, method: Method, raw: bool) -> dict[str, Any]:
    """Return objective and sparsity of the test codes; raw pixels have none."""
    objectives = ("objective", "objective_unit_atoms")
    names = ("zero_share", "near_zero_share_0_001", "near_zero_share_0_01", "atom_norm_mean")
    if raw:
        return dict.fromkeys((*objectives, *names))
    decoder = to_host(problem.dictionary if method.decoder is None else method.decoder)
    norms = np.linalg.norm(decoder.astype(np.float64), axis=0)
    scales = np.where(norms > 0, norms, 1).astype(decoder.dtype)
    values = (
        _objective(problem, decoder, codes, signals),
        _objective(problem, decoder / scales, codes * scales, signals),
    )
    shares = (zero_share(codes), near_zero_share(codes, 1e-3), near_zero_share(codes, 1e-2))
    return dict(zip((*objectives, *names), (*values, *shares, float(norms.mean())), strict=True))


def _objective(problem: SparseCodingProblem, dictionary: np.ndarray, codes: np.ndarray, signals: np.ndarray) -> float:
    """Return the mean objective under another dictionary and the problem's penalties."""
    own = SparseCodingProblem([np.ascontiguousarray(dictionary)], problem.penalties)
    return float(own.objective(signals, codes).mean())


def method_of(
    problem: SparseCodingProblem, vectors: Vectors, variant: Mapping[str, Any], *, seed: int, device: Device
) -> Method:
    """Build the method of a variant, and train it if it learns.

    Parameters
    ----------
    problem : SparseCodingProblem
        On the device.
    vectors : Vectors
    variant : mapping
        Resolved settings of the rule `run_sc2net_variant`.
    seed : int
        Of the network and its training.
    device : Device

    Returns
    -------
    method : Method
    """
    kind, depth = variant["method"], variant["depth"]
    if kind == "raw":
        return Method(lambda signals: signals)
    if kind == "converged":
        return Method(lambda signals: optimal_codes(problem, signals, GAP).codes)
    if kind in SOLVERS:
        return Method(lambda signals: solve(problem, signals, kind, depth).codes)
    encoder = network_of(problem, variant, n_classes=len(vectors.classes), seed=seed)
    method = Method(encoder.encode)
    if variant["loss"]:
        _train(method, encoder, loss_of(problem, encoder, variant), problem, vectors, variant, seed, device)
    if kind in UNSUPERVISED:
        method.decoder = encoder.decoder(problem).matrix(encoder.arrays)
    return method


def network_of(problem: SparseCodingProblem, variant: Mapping[str, Any], *, n_classes: int, seed: int) -> Encoder:
    """Build the untrained network of a variant.

    Parameters
    ----------
    problem : SparseCodingProblem
    variant : mapping
        Resolved settings of the rule `run_sc2net_variant`.
    n_classes : int
        Of the labels, for a network that learns from them.
    seed : int

    Returns
    -------
    encoder : Encoder
    """
    kind = variant["method"]
    settings = {**ENCODERS[kind], **variant["options"]}
    if kind == "slstm":
        settings |= {"start": variant["start"], "seed": seed}
    if variant["loss"] == "labelled":
        settings["classes"] = n_classes
    return encoder_class(kind).from_problem(problem, depth=variant["depth"], **settings)


def loss_of(problem: SparseCodingProblem, encoder: Encoder, variant: Mapping[str, Any]) -> Loss:
    """Return the loss that trains the network of a variant.

    Parameters
    ----------
    problem : SparseCodingProblem
    encoder : Encoder
    variant : mapping
        Resolved settings of the rule `run_sc2net_variant`.

    Returns
    -------
    loss : Loss
    """
    options: dict[str, Any] = {"project": True} if variant["project"] else {}
    if variant["loss"] == "labelled":
        options["weight"] = variant["label_weight"]
    return loss_for(variant["loss"], problem, encoder, **options)


def _train(
    method: Method,
    encoder: Encoder,
    loss: Loss,
    problem: SparseCodingProblem,
    vectors: Vectors,
    variant: Mapping[str, Any],
    seed: int,
    device: Device,
) -> None:
    """Train on one part of the train images; the other part chooses the epoch."""
    given = dict(variant["training"])
    rates = {False: given.pop("learning_rate"), True: given.pop("learning_rate_supervised")}
    parts = validation_split(len(vectors.train), given.pop("n_validation"), seed)
    signals = [device.put(vectors.train[part]) for part in parts]
    targets = [_targets(problem, vectors, variant, part, device) for part in parts]
    clock = time.perf_counter()
    history = train(
        encoder,
        signals[0],
        targets[0],
        loss=loss,
        validation=(signals[1], targets[1]),
        optimizer="adadelta",
        learning_rate=rates[variant["loss"] == "codes"],
        seed=seed,
        **given,
    )
    method.seconds, method.history, method.status = time.perf_counter() - clock, history.rows, history.status
    if isinstance(loss, TiedDecoderLoss):
        method.decoder = loss.decoder.matrix(encoder.arrays)
    if variant["loss"] == "codes":
        method.target_objective = float(problem.objective(signals[1], targets[1]).mean())


def _targets(
    problem: SparseCodingProblem, vectors: Vectors, variant: Mapping[str, Any], part: np.ndarray, device: Device
) -> Any:
    """Return what a network learns to give for some train images: codes, labels, or None."""
    if variant["loss"] == "labelled":
        labels = vectors.train_labels[part][:, None] == vectors.classes
        return device.put(labels.astype(vectors.train.dtype))
    if variant["loss"] != "codes":
        return None
    signals = device.put(vectors.train[part])
    if variant["target_iterations"] is None:
        return optimal_codes(problem, signals, GAP).codes
    return solve(problem, signals, "fista", variant["target_iterations"]).codes
