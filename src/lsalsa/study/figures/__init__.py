"""Figures of a study: one module per kind, discovered by folder, each with `needs`, `subject` and `draw`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lsalsa.arrays import nearest
from lsalsa.discovery import modules_in
from lsalsa.errors import ConfigError
from lsalsa.study.heading import Heading

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Inputs = Mapping[str, Any]

NEEDS = {
    "evaluation": "evaluation/{task}/{method}.parquet, one per task and method",
    "samples": "evaluation/{task}/{method}_samples.npz, one per method",
    "timing": "timing/{task}.parquet, one per task",
    "exact": "exact/{task}.parquet",
    "classifiers": "classifiers/{task}.npz",
    "problem": "problems/{task}.npz",
    "signals": "signals/{task}.npz",
    "codes": "codes/{task}/test.npz",
    "problems": "problems/{task}.npz, one per task",
    "all_codes": "codes/{task}/test.npz, one per task",
    "patches": "patches/{component}.npz, one per component",
    "dictionaries": "dictionaries/{component}.npz, one per component",
}
"""Word in a kind's `needs` -> the files it stands for; several in the order of tasks, methods or components."""

SUBJECTS = {
    "task": ("task",),
    "tasks": ("task", "tasks"),
    "components": ("task", "components", "n_atoms"),
    "samples": ("task", "page"),
    "method": (),
}
"""Word in a kind's `subject` -> settings of a figure that name it; a figure of a method names it under `methods`."""


def available() -> list[str]:
    """Names of the kinds of figures."""
    return list(modules_in(__name__))


def needs(kind: str) -> tuple[str, ...]:
    """Words out of `NEEDS` that say which files a kind of figure is drawn from."""
    return _module(kind).needs


def read_data(
    kind: str, inputs: Inputs, *, methods: Sequence[str], components: Iterable[str], tasks: Iterable[str] = ()
) -> dict[str, Any]:
    """Read what a kind of figure needs.

    Parameters
    ----------
    kind : str
        One of `available()`.
    inputs : mapping
        Word of `needs(kind)` -> path, or list of paths where `NEEDS` says one per task, method or component.
    methods, components, tasks : iterables of str
        Names in the order of those lists.

    Returns
    -------
    data : dict
        Word -> content: ``evaluation``, ``timing`` and ``exact`` lists of rows; ``samples`` method -> arrays;
        ``patches`` and ``dictionaries`` component -> arrays; ``problems`` and ``all_codes`` task -> arrays;
        ``classifiers`` the metadata; every other the arrays of its file.
    """
    from lsalsa.storage import read_arrays, read_metadata, read_rows

    def each_of(names: Iterable[str]) -> Callable[[Any], Any]:
        return lambda paths: {name: read_arrays(path) for name, path in zip(names, paths, strict=True)}

    def rows_of_all(paths: Any) -> list[dict]:
        return [row for path in paths for row in read_rows(path)]

    readers: dict[str, Callable[[Any], Any]] = {"classifiers": read_metadata, "exact": read_rows}
    readers |= dict.fromkeys(("evaluation", "timing"), rows_of_all)
    readers |= dict.fromkeys(("patches", "dictionaries"), each_of(components))
    readers |= dict.fromkeys(("problems", "all_codes"), each_of(tasks))
    readers["samples"] = each_of(methods)
    return {need: readers.get(need, read_arrays)(inputs[need]) for need in needs(kind)}


def draw(
    kind: str,
    data: Mapping[str, Any],
    *,
    heading: Heading,
    methods: Sequence[str],
    depths: Sequence[int],
    components: Mapping[str, str],
    component: str | None = None,
    tasks: Mapping[str, Mapping[str, Any]] | None = None,
    n_atoms: int | None = None,
    page: int | None = None,
) -> Figure:
    """Draw a figure of a kind from what `read_data` returned.

    Parameters
    ----------
    heading : Heading
        Headline, and what limits the numbers; the sentence under it is worked out from the data.
    methods, depths : sequences
        What to show, in order.
    components : mapping
        Every component of the tasks, in order, or those that a figure of components lists: name -> its name in print.
    component : str, optional
        Restrict the figure to this component; None for the whole code, or for all components where they stand
        side by side.
    tasks : mapping, optional
        Name -> title and components of each task, for a kind about tasks.
    n_atoms : int, optional
        Atoms to show of each dictionary, for a kind about components; all without it.
    page : int, optional
        Which of the stored samples to show, for a kind about samples; the first ones without it.
    """
    if component is not None and component not in components:
        raise ConfigError(f"{component} is not a component of the task; its components are {', '.join(components)}")
    special: dict[str, dict[str, Any]] = {
        "tasks": {"tasks": tasks},
        "components": {"n_atoms": n_atoms},
        "samples": {"page": page},
    }
    module = _module(kind)
    options = {"methods": methods, "depths": depths, "component": component, "components": components}
    return module.draw(data, heading=heading, **options, **special.get(module.subject, {}))


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
