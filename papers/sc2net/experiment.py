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
from lsalsa.study.coders import Coder
from lsalsa.training import train
from papers.sc2net.classify import released_accuracies, standard_accuracy
from papers.sc2net.images import Vectors, validation_split

GAP = 1e-4  # relative duality gap of converged codes
SOLVERS = ("ista", "fista")
LEARNS_THRESHOLDS: dict[str, dict[str, Any]] = {
    "lista": {"x0": "zero", "learn_thresholds": True},
    "lfista": {"learn_thresholds": True},
}


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
    """

    encode: Coder
    history: list[dict] = field(default_factory=list)
    status: str = "ok"
    seconds: float = 0.0
    decoder: Any = None


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
        accuracy_percent, accuracy_released_percent and its standard deviation, objective, shares of zeros, seconds,
        status. The objective is the mean over test images, under the dictionary that the codes belong to.
    history : list of dict
        A row for each epoch; empty if nothing is trained.
    """
    problem = SparseCodingProblem([device.put(dictionary)], [variant["penalty"]])
    method = method_of(problem, vectors, variant, seed=seed, device=device)
    clock = time.perf_counter()
    train_codes, test_codes = (_codes(method, signals, device) for signals in (vectors.train, vectors.test))
    encoding = time.perf_counter() - clock
    split = {"n_fitted": variant["n_fitted"], "n_scored": variant["n_scored"], "draws": variant["draws"], "seed": seed}
    released = released_accuracies(train_codes, vectors.train_labels, **split)
    row = {
        "accuracy_percent": standard_accuracy(train_codes, test_codes, vectors),
        "accuracy_released_percent": float(np.mean(released)),
        "accuracy_released_percent_std": float(np.std(released, ddof=1)) if len(released) > 1 else None,
        **_code_facts(problem, vectors.test, test_codes, method, raw=variant["method"] == "raw"),
        "training_seconds": method.seconds,
        "encoding_seconds": encoding,
        "status": method.status,
    }
    return row, method.history


def _codes(method: Method, signals: np.ndarray, device: Device) -> np.ndarray:
    return to_host(method.encode(device.put(np.ascontiguousarray(signals))))


def _code_facts(problem: SparseCodingProblem, signals: Any, codes: Any, method: Method, raw: bool) -> dict[str, Any]:
    """Return objective and sparsity of the test codes; raw pixels have none."""
    names = ("objective", "zero_share", "near_zero_share_0_001", "near_zero_share_0_01", "atom_norm_mean")
    if raw:
        return dict.fromkeys(names)
    decoder = to_host(problem.dictionary if method.decoder is None else method.decoder)
    own = SparseCodingProblem([decoder], problem.penalties)
    shares = (zero_share(codes), near_zero_share(codes, 1e-3), near_zero_share(codes, 1e-2))
    norm = float(np.linalg.norm(decoder.astype(np.float64), axis=0).mean())
    return dict(zip(names, (float(own.objective(signals, codes).mean()), *shares, norm), strict=True))


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
    settings: dict[str, Any] = LEARNS_THRESHOLDS.get(kind) or {"start": variant["start"], "seed": seed}
    encoder = encoder_class(kind).from_problem(problem, depth=depth, **settings)
    method = Method(encoder.encode)
    if variant["loss"]:
        loss = loss_for(variant["loss"], problem, encoder, **({"project": True} if variant["project"] else {}))
        _train(method, encoder, loss, problem, vectors, variant, seed, device)
    if kind == "slstm":
        method.decoder = encoder.decoder(problem).matrix(encoder.arrays)
    return method


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
    targets = [optimal_codes(problem, part, GAP).codes if loss.supervised else None for part in signals]
    clock = time.perf_counter()
    history = train(
        encoder,
        signals[0],
        targets[0],
        loss=loss,
        validation=(signals[1], targets[1]),
        optimizer="adadelta",
        learning_rate=rates[loss.supervised],
        seed=seed,
        **given,
    )
    method.seconds, method.history, method.status = time.perf_counter() - clock, history.rows, history.status
    if isinstance(loss, TiedDecoderLoss):
        method.decoder = loss.decoder.matrix(encoder.arrays)
