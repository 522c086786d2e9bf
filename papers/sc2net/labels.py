"""Names of SC2Net's variants and cases in print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

NAMES = {
    "slstm_dictionary": "SLSTM from the dictionary",
    "slstm_untrained": "SLSTM untrained",
    "slstm_nogate": "SLSTM without gates",
    "slstm_nobias": "SLSTM without biases",
    "slstm_soft": "SLSTM with soft thresholding",
    "slstm_tanh": "SLSTM with the tanh of an LSTM",
    "slstm_labels": "SLSTM, labels in its loss",
    "adaptive_ista": "adaptive ISTA",
    "slstm_projected": "SLSTM, atoms projected",
    "slstm_dictionary_projected": "SLSTM from the dictionary, atoms projected",
    "lista_sc2net": "LISTA, unsupervised",
    "lfista_sc2net": "LFISTA, unsupervised",
    "slstm_sc2net": "SLSTM, unsupervised",
    "converged": "converged codes",
    "raw": "raw pixels",
}
CASES = {"decaying": "decaying spectrum", "low_rank": "noise beside rank 5"}


DEPTH = re.compile(r"_(steps|layers)_\d+$")
POINT = re.compile(r"_(steps|layers|targets|penalty)_[0-9e_-]+$")


def family(variant: str) -> str:
    """Return the variant without its number of steps or layers."""
    return DEPTH.sub("", variant)


def variant_label(variant: str) -> str:
    """Return a variant's name in print; the points of a sweep have the name of their method."""
    variant = POINT.sub("", variant)
    if variant in NAMES:
        return NAMES[variant]
    method, _, rest = variant.partition("_")
    return NAMES.get(method, method.upper()) + (", dictionary as released" if rest == "released" else "")


def targets_label(variant: str) -> str:
    """Return which codes LISTA learned, in print: after how many iterations of FISTA, or converged ones."""
    _, _, count = variant.partition("_targets_")
    return f"{count} iteration{'s' if count != '1' else ''}" if count else "converged"


def case_label(case: str) -> str:
    """Return the name in print of a case of support recovery."""
    return CASES[case]


def data_labels(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return set of images -> its data set in print; sets of one data set also have their own names in brackets."""
    names = {row["images"]: row["data"] for row in rows}
    taken = list(names.values())
    return {images: data if taken.count(data) == 1 else f"{data} ({images})" for images, data in names.items()}
