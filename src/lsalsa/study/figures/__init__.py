"""Figures of a study: one module per kind, discovered by folder, each with `needs` and `draw`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lsalsa.arrays import nearest
from lsalsa.discovery import modules_in
from lsalsa.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Inputs = Mapping[str, Any]

NEEDS = {
    "evaluation": "evaluation/{task}/{method}.parquet, one per method",
    "samples": "evaluation/{task}/{method}_samples.npz, one per method",
    "timing": "timing/{task}.parquet",
    "classifiers": "classifiers/{task}.npz",
    "problem": "problems/{task}.npz",
    "signals": "signals/{task}.npz",
    "codes": "codes/{task}/test.npz",
    "patches": "patches/{component}.npz, one per component of the task",
}
"""Word in a kind's `needs` -> the files it stands for; several in the order of the methods or components."""


def available() -> list[str]:
    """Names of the kinds of figures."""
    return list(modules_in(__name__))


def needs(kind: str) -> tuple[str, ...]:
    """Words out of `NEEDS` that say which files a kind of figure is drawn from."""
    return _module(kind).needs


def read_data(kind: str, inputs: Inputs, *, methods: Sequence[str], components: Sequence[str]) -> dict[str, Any]:
    """Read what a kind of figure needs.

    Parameters
    ----------
    kind : str
        One of `available()`.
    inputs : mapping
        Word of `needs(kind)` -> path, or list of paths where `NEEDS` says one per method or component.
    methods, components : sequences of str
        Names in the order of those lists.

    Returns
    -------
    data : dict
        Word -> content: ``evaluation`` and ``timing`` lists of rows; ``samples`` method -> arrays;
        ``patches`` component -> arrays; ``classifiers`` the metadata; every other the arrays of its file.
    """
    from lsalsa.storage import read_arrays, read_metadata, read_rows

    readers: dict[str, Callable[[Any], Any]] = {
        "evaluation": lambda paths: [row for path in paths for row in read_rows(path)],
        "samples": lambda paths: {m: read_arrays(path) for m, path in zip(methods, paths, strict=True)},
        "patches": lambda paths: {c: read_arrays(path) for c, path in zip(components, paths, strict=True)},
        "timing": read_rows,
        "classifiers": read_metadata,
    }
    return {need: readers.get(need, read_arrays)(inputs[need]) for need in needs(kind)}


def draw(
    kind: str,
    data: Mapping[str, Any],
    *,
    title: str,
    methods: Sequence[str],
    depths: Sequence[int],
    components: Sequence[str],
    component: str | None = None,
) -> Figure:
    """Draw a figure of a kind from what `read_data` returned.

    Parameters
    ----------
    title : str
        Headline; the sentence under it is worked out from the data.
    methods, depths : sequences
        What to show, in order.
    components : sequence of str
        Every component of the task, in order.
    component : str, optional
        Restrict the figure to this component; None for the whole code, or for all components where they stand
        side by side.
    """
    if component is not None and component not in components:
        raise ConfigError(f"{component} is not a component of the task; its components are {', '.join(components)}")
    return _module(kind).draw(
        data, title=title, methods=methods, depths=depths, component=component, components=components
    )


def save_figure(figure: Figure, png: str | Path, svg: str | Path) -> None:
    """Write PNG and SVG whose bytes depend on the figure alone: no date, no version, no random identifier."""
    import matplotlib

    from lsalsa.storage import atomic

    _settle(figure)
    with matplotlib.rc_context({"svg.hashsalt": "lsalsa"}):
        with atomic(Path(png)) as temporary:
            figure.savefig(temporary, format="png", dpi=150, metadata={"Software": None})
        with atomic(Path(svg)) as temporary:
            figure.savefig(temporary, format="svg", dpi=150, metadata={"Date": None, "Creator": None})


def _settle(figure: Figure) -> None:
    """Fix the layout and round it: its solver is exact to the last bits only, and identifiers hash those bits."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(float(edge), 5) for edge in axes.get_position(original=True).bounds])


def _module(kind: str) -> ModuleType:
    if kind not in available():
        raise nearest("kind of figure", kind, available())
    return importlib.import_module(f"{__name__}.{kind}")
