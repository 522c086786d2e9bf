"""What can be named in a configuration because a file of the library is there: solvers, encoders, sources, figures."""

from __future__ import annotations

import ast
import importlib
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError

EVERY_METHOD = {"penalty_factor": 1.0, "penalty": None, "penalty_second": None}
NOT_SEARCHED = ("depth", "seed")
LEARNED = {"learning_rate": None, "batch_size": 100, "decay": 1.0}


def solvers() -> list[str]:
    """Kinds of methods that are not trained."""
    return importlib.import_module("lsalsa.solvers").available()


def encoders() -> list[str]:
    """Kinds of methods that are trained."""
    return importlib.import_module("lsalsa.encoders").available()


def is_learned(kind: str) -> bool:
    """True for an encoder, False for a solver."""
    return kind in encoders()


def module_of(kind: str) -> str:
    """The module that defines a kind of method."""
    return f"lsalsa.{'encoders' if is_learned(kind) else 'solvers'}.{kind}"


def searchable(kind: str) -> dict[str, Any]:
    """Names that a method's search may list, each with what it is when not listed; None leaves it to the method."""
    if is_learned(kind):
        package = importlib.import_module("lsalsa.encoders")
        settings = _loaded(module_of(kind), lambda: package.encoder_class(kind).defaults)
        return (
            EVERY_METHOD | LEARNED | {name: value for name, value in settings.items() if name not in ("depth", "seed")}
        )
    package = importlib.import_module("lsalsa.solvers")
    settings = _loaded(module_of(kind), lambda: package.solver_class(kind).settings)
    return EVERY_METHOD | dict(settings)


def n_parameters(kind: str, depth: int, n_features: int, n_atoms: int) -> int:
    """Numbers that an encoder of a kind consists of, with its default settings."""
    encoder = importlib.import_module("lsalsa.encoders").encoder_class(kind)
    shapes = encoder.shapes(encoder.complete({"depth": depth}), n_features, n_atoms)
    return sum(math.prod(shape) for shape in shapes.values())


def sources() -> list[str]:
    """Sources of images."""
    return importlib.import_module("lsalsa.data.sources").available()


def source_settings(source: str) -> dict[str, Any]:
    """Settings of a source with their defaults."""
    package = importlib.import_module("lsalsa.data.sources")
    return _loaded(f"lsalsa.data.sources.{source}", lambda: package.settings_of(source))


def source_files(source: str, settings: Mapping[str, Any], data_dir: str | None) -> list[Path]:
    """Files of the user that a source will read; DataError or StorageError when they are not there."""
    return importlib.import_module("lsalsa.data.sources").files_of(source, settings=settings, data_dir=data_dir)


def table_kinds() -> list[str]:
    """Kinds of tables."""
    return sorted(importlib.import_module("lsalsa.study.tables").KINDS)


def figure_kinds() -> list[str]:
    """Kinds of figures."""
    return importlib.import_module("lsalsa.study.figures").available()


def figure_subjects() -> dict[str, tuple[str, ...]]:
    """What a figure can be about -> the settings that can name it."""
    return importlib.import_module("lsalsa.study.figures").SUBJECTS


def figure_needs(kind: str) -> tuple[str, ...]:
    """Names of the results that a kind of figure is drawn from."""
    return _declared_by_figure(kind, "needs")


def figure_subject(kind: str) -> str:
    """What a kind of figure is about, a word of `lsalsa.study.figures.SUBJECTS`."""
    return _declared_by_figure(kind, "subject")


def figure_methods(kind: str) -> tuple[str, ...]:
    """The only methods that a kind of figure about a method can draw."""
    return _declared_by_figure(kind, "methods")


@cache
def _declared_by_figure(kind: str, name: str) -> Any:
    """What a kind of figure declares under a name at the top of its module.

    It is read from the source: a module of a figure imports matplotlib, for which a dry run should not wait.
    """
    folder = Path(importlib.import_module("lsalsa.study.figures").__file__ or "").parent
    for node in ast.parse((folder / f"{kind}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise ConfigError(f"src/lsalsa/study/figures/{kind}.py does not declare its {name}: {name} = ...")


def _loaded(module: str, read: Callable[[], Any]) -> Any:
    """What `read` returns; a plug-in file that cannot be imported is named in one sentence."""
    try:
        return read()
    except ConfigError:
        raise
    except Exception as error:  # any fault of a file that somebody dropped into a folder
        path = module.replace(".", "/")
        raise ConfigError(f"src/{path}.py cannot be used: {type(error).__name__}: {error}") from error
