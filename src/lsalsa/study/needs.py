"""Results that tables and figures need: each has a word, its files, and a way to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError
from lsalsa.storage import read_arrays, read_metadata, read_rows
from lsalsa.study.config import plugins
from lsalsa.study.config.models import Output, Study
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.files import trained
from lsalsa.study.papers import papers
from lsalsa.study.shown import Shown

Files = Callable[[Study, Output], Sequence[str]]
Read = Callable[[Sequence[str], Shown], Any]


def _no_images(study: Study, output: Output) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Need:
    """Results that a kind of table or figure needs.

    Attributes
    ----------
    files : callable
        (study, output) -> paths, under ``results/<study>`` or in the repository; empty if the output has no such
        results.
    read : callable
        (paths, shown) -> what the kind gets under its word.
    images : callable
        (study, output) -> sets of images behind these results, besides those of the output's tasks and components.
    of_repository : bool
        Whether the paths are relative to the repository.
    """

    files: Files
    read: Read
    images: Callable[[Study, Output], Iterable[str]] = _no_images
    of_repository: bool = False


def rows_of_all(paths: Sequence[str], shown: Shown) -> list[dict[str, Any]]:
    """Read the rows of all files, one after the other."""
    return [row for path in paths for row in read_rows(path)]


def _by(names: Callable[[Shown], Iterable[str]], read: Callable[[str], Any] = read_arrays) -> Read:
    """Read files into a mapping: name -> content of its file."""
    return lambda paths, shown: {name: read(path) for name, path in zip(names(shown), paths, strict=True)}


def _of_tasks(pattern: str) -> Files:
    return lambda study, output: [pattern.format(task=task) for task in study.tasks_of(output)]


def _of_components(pattern: str) -> Files:
    return lambda study, output: [pattern.format(component=name) for name in study.components_of(output)]


def _of_runs(study: Study, output: Output) -> list[str]:
    """Return the evaluations of the shown methods, in every task that runs them."""
    shown = study.methods_shown(output)
    pairs = [(task, method) for task in study.tasks_of(output) for method in shown if method in study.methods_of(task)]
    return [f"evaluation/{task}/{method}.parquet" for task, method in pairs]


def _searches(study: Study, output: Output) -> list[str]:
    """Return the searches of the shown methods, in every task that runs them."""
    shown = study.methods_shown(output)
    of_task = {
        task: [method for method in shown if method in study.methods_of(task)] for task in study.tasks_of(output)
    }
    return [path for task, methods in of_task.items() for path in trained(study, task, methods, [])["searches"]]


def _overlaps(study: Study, output: Output) -> list[str]:
    """Return how the dictionaries of each mixture overlap."""
    return [f"overlap/{task}.parquet" for task in study.tasks_of(output) if study.is_mixed(task)]


def _samples(study: Study, output: Output) -> list[str]:
    (task,) = study.tasks_of(output)
    return [f"evaluation/{task}/{method}_samples.npz" for method in study.methods_shown(output)]


def _published(study: Study, output: Output) -> list[str]:
    """Return the file of a paper's own numbers, if the output names one as <paper>/<file>."""
    name = getattr(output, "published", None)
    if name is None:
        return []
    paper, _, table = name.partition("/")
    return [f"papers/{paper}/published/{table}.csv"]


def _claims(study: Study, output: Output) -> list[str]:
    return [f"papers/{paper.name}/claims.yaml" for paper in study.papers_with_claims()]


def _classified(study: Study, output: Output) -> list[str]:
    return [f"classifiers/{task}.npz" for task in study.tasks_of(output) if task in classified_tasks(study)]


def classified_tasks(study: Study) -> set[str]:
    """Return the tasks whose classified codes a table or figure shows; the others need no classifier."""
    asking = [one for section, one in study.outputs() if "classifiers" in plugins.declared(section, one.kind, "needs")]
    return {task for output in asking for task in study.tasks_of(output)}


def explored(study: Study) -> dict[str, list[str]]:
    """Return task -> methods whose results a table or figure shows, in the order of the study."""
    words = {"evaluation", "samples"}
    asking = [one for section, one in study.outputs() if words & set(plugins.declared(section, one.kind, "needs"))]
    pairs = {(task, method) for one in asking for task in study.tasks_of(one) for method in study.methods_shown(one)}
    found = {task: [name for name in study.methods_of(task) if (task, name) in pairs] for task in study.tasks}
    return {task: methods for task, methods in found.items() if methods}


def _tasks(shown: Shown) -> Iterable[str]:
    return shown.tasks


NEEDS: dict[str, Need] = {
    "evaluation": Need(_of_runs, rows_of_all),
    "searches": Need(_searches, rows_of_all),
    "samples": Need(_samples, _by(lambda shown: shown.methods)),
    "overlap": Need(_overlaps, rows_of_all),
    "timing": Need(_of_tasks("timing/{task}.parquet"), rows_of_all),
    "exact": Need(_of_tasks("exact/{task}.parquet"), rows_of_all),
    "classifiers": Need(_of_tasks("classifiers/{task}.npz"), _by(_tasks, read_metadata)),
    "classified": Need(_classified, lambda paths, shown: {Path(path).stem: read_metadata(path) for path in paths}),
    "problems": Need(_of_tasks("problems/{task}.npz"), _by(_tasks)),
    "signals": Need(_of_tasks("signals/{task}.npz"), _by(_tasks)),
    "codes": Need(_of_tasks("codes/{task}/test.npz"), _by(_tasks)),
    "patches": Need(_of_components("patches/{component}.npz"), _by(lambda shown: shown.components)),
    "dictionaries": Need(_of_components("dictionaries/{component}.npz"), _by(lambda shown: shown.components)),
    "published": Need(
        _published, lambda paths, shown: [row for path in paths for row in read_csv(path)], of_repository=True
    ),
    "claims": Need(_claims, lambda paths, shown: list(paths), of_repository=True),
}
"""Words of the engine. Rows of several files form one list; everything else is a mapping: task, component or method ->
content of its file."""


def need(word: str) -> Need:
    """Return the need of a word: of the engine, or ``<paper>.<word>``; raise ConfigError if there is none."""
    paper, _, own = word.rpartition(".")
    known = papers()[paper].needs if paper in papers() else NEEDS
    if own not in known:
        raise ConfigError(f"no table or figure can need {word}; known: {', '.join(known)}")
    return known[own]


def words_of(study: Study, section: str, output: Output) -> tuple[str, ...]:
    """Return the words that a table or figure needs; claims also need the words of the papers' own claims.

    Parameters
    ----------
    study : Study
    section : {"tables", "figures"}
    output : Output

    Returns
    -------
    words : tuple of str
    """
    words = tuple(plugins.declared(section, output.kind, "needs"))
    if "claims" in words:
        words += tuple(f"{paper.name}.{word}" for paper in study.papers_with_claims() for word in paper.facts)
    return words


def images_of(study: Study, section: str, output: Output) -> list[str]:
    """Return the sets of images behind a table or figure; they show how complete its data are.

    Parameters
    ----------
    study : Study
    section : {"tables", "figures"}
    output : Output

    Returns
    -------
    names : list of str
        Sorted.
    """
    names = {study.components[component].images for component in study.components_of(output)}
    names |= {images for task in study.tasks_of(output) for images in study.images_of_task(task)}
    for word in words_of(study, section, output):
        names |= set(need(word).images(study, output))
    return sorted(names)


def read_needs(words: Iterable[str], inputs: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """Read the files of each word.

    Parameters
    ----------
    words : iterable of str
    inputs : mapping
        Inputs of a rule: ``key(word)`` -> path or paths. A word without an entry has no files.
    shown : Shown

    Returns
    -------
    data : dict
        Word -> content.
    """
    return {word: need(word).read(_listed(inputs.get(key(word), ())), shown) for word in words}


def key(word: str) -> str:
    """Turn a word into the name of a rule's input."""
    return word.replace(".", "_")


def _listed(paths: Any) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)
