"""Names that a configuration can use because a file exists: algorithms, losses, sources, tables and figures."""

from __future__ import annotations

import ast
import importlib
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.discovery import modules_in
from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.study.papers import ROOT, modules_of_papers, papers

EVERY_METHOD = {"penalty_factor": 1.0, "penalty": None, "penalty_second": None}
NOT_SEARCHED = ("depth", "seed")
ONE_ATOM = [np.ones((1, 1))]
LEARNED = {"learning_rate": None, "batch_size": 100, "decay": 1.0}
CLAIMS = ("orderings", "curves", "sources", "others")
"""Modules of `lsalsa.study.claims` whose classes are kinds of claims."""


def solvers() -> list[str]:
    """Return the algorithms that are not trained."""
    return importlib.import_module("lsalsa.solvers").available()


def encoders() -> list[str]:
    """Return the algorithms that are trained."""
    return importlib.import_module("lsalsa.encoders").available()


def is_learned(algorithm: str) -> bool:
    """Return True for an encoder, False for a solver."""
    return algorithm in encoders()


def module_of(algorithm: str) -> str:
    """Return the module that defines an algorithm."""
    return f"lsalsa.{'encoders' if is_learned(algorithm) else 'solvers'}.{algorithm}"


def class_of(algorithm: str) -> type:
    """Return the solver or encoder of a name; raise ConfigError in one sentence if its file cannot be imported."""
    folder, find = ("encoders", "encoder_class") if is_learned(algorithm) else ("solvers", "solver_class")
    package = importlib.import_module(f"lsalsa.{folder}")
    return _loaded(module_of(algorithm), lambda: getattr(package, find)(algorithm))


def dictionary_methods() -> list[str]:
    """Return the methods that can learn dictionaries."""
    return importlib.import_module("lsalsa.dictionary").available()


def dictionary_method(name: str) -> Any:
    """Return the class of a method of dictionary learning; raise ConfigError if its file cannot be imported."""
    package = importlib.import_module("lsalsa.dictionary")
    return _loaded(f"lsalsa.dictionary.{name}", lambda: package.method_class(name))


def losses() -> list[str]:
    """Return the losses that can train encoders."""
    return importlib.import_module("lsalsa.losses").available()


def is_supervised(loss: str) -> bool:
    """Return True for a loss that compares codes with the optimal ones."""
    return importlib.import_module("lsalsa.losses").loss_class(loss).supervised


def options_of(loss: str) -> dict[str, Any]:
    """Return name -> default of the options of a loss."""
    return dict(importlib.import_module("lsalsa.losses").loss_class(loss).defaults)


def optimizers() -> list[str]:
    """Return the optimisers that can train encoders."""
    return list(importlib.import_module("lsalsa.training.optimizers").OPTIMIZERS)


def searchable(algorithm: str) -> dict[str, Any]:
    """Return name -> default of every setting that a method's search may list; with None the method decides."""
    found = class_of(algorithm)
    if not is_learned(algorithm):
        return EVERY_METHOD | dict(found.settings)  # type: ignore[attr-defined]
    solved = found.solves  # type: ignore[attr-defined]
    if solved is not importlib.import_module("lsalsa.problem").SparseCodingProblem:
        raise ConfigError(f"{algorithm} needs a {solved.__name__}, but tasks have dictionaries")
    own = {name: value for name, value in found.defaults.items() if name not in NOT_SEARCHED}  # type: ignore[attr-defined]
    return EVERY_METHOD | LEARNED | own


@cache
def refused(algorithm: str, name: str, value: Any) -> str | None:
    """Return the sentence with which a candidate of a search will be refused by whatever takes it, None if it is not.

    Parameters
    ----------
    algorithm : str
    name : str
        One of `searchable(algorithm)`.
    value : number, str or bool
        Of the type of its default.
    """
    try:
        if name in EVERY_METHOD:
            if not 0 < value < math.inf:
                return "must be positive and finite"
        elif is_learned(algorithm) and name in LEARNED:
            settings = importlib.import_module("lsalsa.training").TrainingSettings
            settings(**{"learning_rate": 1.0, name: value})
        elif is_learned(algorithm):
            class_of(algorithm).complete({name: value})  # type: ignore[attr-defined]
        elif not _usual(
            class_of(algorithm), name, value
        ):  # to ask a solver costs a tenth of a second: it prepares itself
            problem = importlib.import_module("lsalsa.problem").SparseCodingProblem(ONE_ATOM, [1.0])
            class_of(algorithm)(problem, **{name: value})
    except LsalsaError as error:
        return str(error)
    except Exception as error:  # a user's file can raise anything
        return f"{type(error).__name__}: {error}"
    return None


def _usual(solver: Any, name: str, value: Any) -> bool:
    """Return True for what a solver declares itself, and for a positive number."""
    declared = (solver.settings[name], *solver.candidates.get(name, ()))
    return value in declared or (not isinstance(value, str) and value > 0)


def n_parameters(algorithm: str, depth: int, n_features: int, n_atoms: int, **settings: Any) -> int:
    """Count the numbers in an encoder, with its default settings unless others are given.

    Parameters
    ----------
    algorithm : str
        An encoder.
    depth, n_features, n_atoms : int
    **settings
        Of the encoder.

    Returns
    -------
    count : int

    Raises
    ------
    ConfigError
        The encoder's file cannot be imported.
    """
    encoder: Any = class_of(algorithm)
    shapes = encoder.shapes(encoder.complete({**settings, "depth": depth}), n_features, n_atoms)
    return sum(math.prod(shape) for shape in shapes.values())


def sources() -> list[str]:
    """Return the sources of images."""
    return importlib.import_module("lsalsa.data.sources").available()


def source_settings(source: str) -> dict[str, Any]:
    """Return the settings of a source with their defaults."""
    package = importlib.import_module("lsalsa.data.sources")
    return _loaded(f"lsalsa.data.sources.{source}", lambda: package.settings_of(source))


def source_files(source: str, settings: Mapping[str, Any], data_dir: str | None) -> list[Path]:
    """Return the user's files that a source will read.

    Parameters
    ----------
    source : str
    settings : mapping
        Of the source.
    data_dir : str or None
        Folder of data sets that the configuration names.

    Returns
    -------
    files : list of path

    Raises
    ------
    DataError, StorageError
        A file does not exist.
    """
    return importlib.import_module("lsalsa.data.sources").files_of(source, settings=settings, data_dir=data_dir)


def notebooks() -> dict[str, Path]:
    """Return name -> source of every notebook: a file of ``workflow/notebooks`` or ``papers/<paper>/notebooks``."""
    folders = [ROOT / "workflow", *(paper.folder for paper in papers().values())]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("notebooks/*.py"))}


def published() -> dict[str, Path]:
    """Return ``<paper>/<file>`` -> the file of numbers that a paper prints."""
    return {
        f"{paper.name}/{path.stem}": path
        for paper in papers().values()
        for path in sorted(paper.folder.glob("published/*.csv"))
    }


# --- kinds of tables and figures ---------------------------------------------------------------------------------


@cache
def kinds(section: str) -> dict[str, str]:
    """Return kind -> module for a section, "tables" or "figures".

    A kind is a file of the engine, or ``<paper>.<file>`` for a file of a paper.
    """
    package = f"lsalsa.study.{section}"
    found = {name: f"{package}.{name}" for name in modules_in(package)}
    for paper, own in modules_of_papers(section).items():
        found |= {f"{paper}.{name}": f"{own}.{name}" for name in modules_in(own)}
    return found


def claim_modules() -> list[str]:
    """Return the modules whose classes are the kinds of claims: the engine's, and ``claims.py`` of each paper."""
    return [*(f"lsalsa.study.claims.{name}" for name in CLAIMS), *modules_of_papers("claims").values()]


@cache
def declared(section: str, kind: str, name: str, default: Any = None) -> Any:
    """Return a value that a kind declares at the top of its module.

    It is read from the source. The module of a figure imports matplotlib, and a dry run should not wait for that.

    Parameters
    ----------
    section : {"tables", "figures"}
    kind : str
        One of `kinds(section)`.
    name : str
        needs, subject, options, methods, truth or caption.
    default : object, optional
        The value if the module does not declare the name.

    Raises
    ------
    ConfigError
        The module does not declare the name, and there is no default.
    """
    path = _source_of(kinds(section)[kind])
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    if default is None:
        raise ConfigError(f"{path} does not declare its {name}: {name} = ...")
    return default


def load_kind(section: str, kind: str) -> Any:
    """Import the module of a kind."""
    return importlib.import_module(kinds(section)[kind])


def _source_of(module: str) -> Path:
    package, _, name = module.rpartition(".")
    return Path(next(iter(importlib.import_module(package).__path__))) / f"{name}.py"


def _loaded(module: str, read: Callable[[], Any]) -> Any:
    """Return the result of `read`; if a plug-in file cannot be imported, name it in one sentence."""
    try:
        return read()
    except ConfigError:
        raise
    except Exception as error:  # a user's file can raise anything
        path = module.replace(".", "/")
        raise ConfigError(f"src/{path}.py cannot be used: {type(error).__name__}: {error}") from error
