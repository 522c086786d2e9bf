"""Names in print."""

from __future__ import annotations

from collections.abc import Iterable

from lsalsa.study.config import plugins
from lsalsa.study.config.models import Study


def label_of(study: Study, method: str) -> str:
    """Return a method's name in print: its label, or the algorithm's name with the variant in brackets.

    Without both it is the algorithm's name if the method has the same one, else the method's own name in words.
    """
    chosen, algorithm = study.methods[method], study.algorithm_of(method)
    if chosen.label is not None:
        return chosen.label
    if chosen.variant is not None:
        return f"{plugins.class_of(algorithm).__name__} ({chosen.variant})"
    return plugins.class_of(algorithm).__name__ if method == algorithm else method.replace("_", " ")


def labels_of(study: Study, methods: Iterable[str]) -> dict[str, str]:
    """Return method -> its name in print, in the order of the methods."""
    return {method: label_of(study, method) for method in methods}
