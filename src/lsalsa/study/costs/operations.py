"""What a study costs, counted from its settings: ``lsalsa estimate config.yaml --operations`` prints it.

Counted are the products of matrices, 2 operations for each multiplication with its addition: all else is small beside
them. A search that walks to better neighbours is counted with all its rounds, which is the most that it can take. Not
counted are exact codes and classifiers, whose work depends on the data (little in the default study), and
the papers' experiments outside the tasks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsalsa.study.config import plugins, sizes
from lsalsa.study.config.models import Study
from lsalsa.study.config.rules import settings_of
from lsalsa.study.methods.search import search_grid_of
from lsalsa.study.pages.table import Grid as Printed
from lsalsa.training.grid import Grid
from lsalsa.training.layerwise import stages
from lsalsa.training.search import KEPT

TERAFLOPS = 40.0
"""Float32 operations per second, in 10^12, that products of these sizes reach on an H100."""

BACK = 3
"""A training step costs three forward passes: one forward; two products backward for each forward one."""

PRIMES = (10007, 10009)


@dataclass(frozen=True)
class Cost:
    """The operations of all jobs of a rule for one method on one task.

    Parameters
    ----------
    rule, task, method : str
        A dictionary has its component in the place of a method, and no task.
    operations : float
    """

    rule: str
    task: str
    method: str
    operations: float


@dataclass(frozen=True)
class Sizes:
    """The sizes of a task.

    Parameters
    ----------
    n_features, n_atoms : int
        Length of a signal and of a code.
    n_train, n_validation, n_test : int
        Signals in the splits.
    """

    n_features: int
    n_atoms: int
    n_train: int
    n_validation: int
    n_test: int


def costs(study: Study) -> list[Cost]:
    """Count the operations of a study.

    Parameters
    ----------
    study : Study

    Returns
    -------
    costs : list of Cost
        In the order of the work.
    """
    found = [Cost("learn_dictionary", "", name, dictionary(study, name)) for name in study.components]
    for task in study.tasks:
        of_task = sizes_of(study, task)
        for method in study.methods_of(task):
            parts = _encoder if plugins.is_learned(study.algorithm_of(method)) else _solver
            found += [Cost(rule, task, method, count) for rule, count in parts(study, task, method, of_task)]
    return found


def sizes_of(study: Study, task: str) -> Sizes:
    """Return the sizes of a task, from its configuration."""
    chosen = study.tasks[task]
    per_image = sizes.positions_of_task(study, task)
    n_features = sizes.n_features(study, chosen.components[0])
    n_test = chosen.n_test_images * per_image
    return Sizes(n_features, sizes.n_atoms(study, task), chosen.n_train, chosen.n_validation, n_test)


# --- the work of each rule ---------------------------------------------------------------------------------------


def dictionary(study: Study, component: str) -> float:
    """Count the learning of a dictionary, to its last epoch: filtered signals, codes, and what moves the atoms.

    Codes of `sgd` are iterations of FISTA. Those of `online` are exact: of them only the Gram matrix of each batch is
    counted, which every exact solver needs.
    """
    learned = settings_of(study, "learn_dictionary", component=component)
    n_features, n_atoms, batch = sizes.n_features(study, component), learned["n_atoms"], learned["batch_size"]
    product, gram = 2 * n_features * n_atoms, 2 * n_atoms**2
    if learned["method"] == "sgd":
        per_signal = float(product + learned["iterations"] * gram + 2 * product)
    else:
        per_signal = product + (gram + product) + n_atoms * 2 * product / batch
    return float(learned["epochs"] * learned["n_train"] * per_signal)


def solved(of_task: Sizes, depth: int) -> int:
    """Count the iterations of a solver on one signal: a filter, and a product with the Gram matrix in each."""
    return 2 * of_task.n_features * of_task.n_atoms + depth * 2 * of_task.n_atoms**2


def encoded(algorithm: str, of_task: Sizes, depth: int, settings: Mapping[str, Any]) -> int:
    """Count the forward pass of an encoder on one signal.

    Each of its matrices is used once if it has one for each layer or filters the signal, else once in every layer,
    unless the encoder says how often (`uses_per_layer`).

    Parameters
    ----------
    algorithm : str
        An encoder.
    of_task : Sizes
    depth : int
    settings : mapping
        Of the encoder.

    Returns
    -------
    operations : int
    """
    encoder: Any = plugins.class_of(algorithm)
    full = encoder.complete({**settings, "depth": depth})
    deeper = encoder.complete({**settings, "depth": depth + 1})
    filters, codes = PRIMES  # sizes that tell what a matrix works on, where signals and codes have the same length
    kinds, other = encoder.shapes(full, filters, codes), encoder.shapes(deeper, filters, codes)
    total = 0
    for name, shape in encoder.shapes(full, of_task.n_features, of_task.n_atoms).items():
        if math.prod(kinds[name]) >= codes * min(PRIMES):
            shared = filters not in kinds[name] and kinds[name] == other[name]
            uses = depth * encoder.uses_per_layer.get(name, 1) if shared or name in encoder.uses_per_layer else 1
            total += 2 * math.prod(shape) * uses
    return total


def trained(of_task: Sizes, forward: int, n_train: int, epochs: float) -> float:
    """Count some epochs of training: all steps, and the scores on the validation split.

    Parameters
    ----------
    of_task : Sizes
        Its validation split is scored after each epoch.
    forward : int
        Operations of a forward pass on one signal.
    n_train : int
        Training signals.
    epochs : float

    Returns
    -------
    operations : float
    """
    return epochs * (BACK * forward * n_train + forward * of_task.n_validation)


def _solver(study: Study, task: str, method: str, of_task: Sizes) -> Iterator[tuple[str, float]]:
    settings = settings_of(study, "search_solver", task=task, method=method)
    grid, depths = _grid_of(study, task, settings), settings["depths"]
    later = sum(_near(grid, settings["rounds"], whole=True)) * sum(solved(of_task, depth) for depth in depths)
    first = len(grid) * solved(of_task, max(depths))
    measured = 2 * of_task.n_features * of_task.n_atoms * len(depths) * len(grid)
    yield "search_solver", float(of_task.n_validation * (first + later + measured))
    yield from _tested(study, of_task, [solved(of_task, depth) for depth in depths], 1)


def _encoder(study: Study, task: str, method: str, of_task: Sizes) -> Iterator[tuple[str, float]]:
    depths, algorithm = study.method_of(task, method).depths, study.algorithm_of(method)
    grid = settings_of(study, "search_encoder", task=task, method=method, depth=str(depths[0]))["grid"]
    encoder: Any = plugins.class_of(algorithm)
    own = {name: values[0] for name, values in grid.items() if name in encoder.defaults}
    forward = {depth: encoded(algorithm, of_task, depth, own) for depth in depths}
    yield "search_encoder", sum(_searched(study, task, method, of_task, *one) for one in forward.items())
    total, repetitions = 0.0, study.repetitions
    for depth in depths:
        fixed = settings_of(study, "train_encoder", task=task, method=method, depth=str(depth))["fixed"]
        for layers, count in stages(depth, fixed["epochs"]) if fixed["layer_wise"] else [(depth, fixed["epochs"])]:
            work = encoded(algorithm, of_task, layers, own)
            total += trained(of_task, work, of_task.n_train, count * repetitions)
    yield "train_encoder", total
    yield from _tested(study, of_task, list(forward.values()), repetitions)


def _searched(study: Study, task: str, method: str, of_task: Sizes, depth: int, forward: int) -> float:
    search = settings_of(study, "search_encoder", task=task, method=method, depth=str(depth))
    epochs = halved(search, _grid_of(study, task, search))
    objective = 2 * of_task.n_features * of_task.n_atoms * of_task.n_validation
    return trained(of_task, forward, min(search["n_train"], of_task.n_train), epochs) + epochs * objective


def _tested(study: Study, of_task: Sizes, forward: Sequence[int], repetitions: int) -> Iterator[tuple[str, float]]:
    yield "evaluate", float(sum(forward) * of_task.n_test * repetitions)
    timed = min(study.timing.n_samples, of_task.n_test) * (study.timing.passes + 1)
    yield "time_methods", float(sum(forward) * timed)


# --- the epochs of a search --------------------------------------------------------------------------------------


def halved(search: Mapping[str, Any], grid: Grid) -> int:
    """Count the epochs that all candidates of a search have together, in all rounds.

    Parameters
    ----------
    search : mapping
        Settings of the rule search_encoder: rungs, candidates, rounds.
    grid : Grid

    Returns
    -------
    epochs : int
    """
    most = search["candidates"]
    whole = most is None or most >= len(grid)
    compared = [len(grid) if whole else most, *_near(grid, search["rounds"], whole)]
    return sum(_of_rungs(count, search["rungs"]) for count in compared)


def _grid_of(study: Study, task: str, settings: Mapping[str, Any]) -> Grid:
    """Return the grid of a search from the settings of its rule."""
    return search_grid_of(study.tasks[task].penalties, settings["grid"], settings["extend"])


def _of_rungs(count: int, rungs: Sequence[int]) -> int:
    """Count the epochs of successive halving."""
    total = 0
    for before, epochs in zip((0, *rungs), rungs, strict=False):
        total += count * (epochs - before)
        count = math.ceil(KEPT * count)
    return total


def _near(grid: Grid, rounds: int, whole: bool) -> list[int]:
    """Count the candidates of each round, at most; after a whole grid the first has only those beyond it."""
    axes = grid.axes.values()
    together = 2 if len(grid.together) > 1 else 0
    near = together + sum(min(2, len(axis.scale) - 1) if axis.scale else len(axis.values) - 1 for axis in axes)
    beyond = sum(len(axis.scale) > len(axis.values) for axis in axes)
    counts = [beyond + together if whole and number == 0 else near for number in range(rounds)]
    return counts if beyond or not whole else []


# --- in print ----------------------------------------------------------------------------------------------------


def printed(found: Iterable[Cost], teraflops: float = TERAFLOPS) -> list[Printed]:
    """Print costs by rule, then by task and rule.

    Parameters
    ----------
    found : iterable of Cost
    teraflops : float
        Operations per second, in 10^12, of the machine whose hours are printed.

    Returns
    -------
    grids : list of Grid
    """
    found, hours = list(found), f"hours at {teraflops:g} TFLOP/s"
    total = sum(cost.operations for cost in found)

    def line(words: Sequence[str], operations: float) -> list[str]:
        share = operations / total if total else 0.0
        return [*words, f"{operations:.2e}", f"{share:.1%}", f"{operations / teraflops / 3.6e15:.3g}"]

    def grid(key: Any, *head: str) -> Printed:
        sums: dict[tuple[str, ...], float] = {}
        for cost in found:
            sums[key(cost)] = sums.get(key(cost), 0.0) + cost.operations
        lines = [line(words, sums[words]) for words in sorted(sums, key=lambda words: -sums[words])]
        return Printed(
            [*head, "operations", "share", hours], [*lines, line(["all"] + [""] * (len(head) - 1), total)], len(head)
        )

    return [grid(lambda cost: (cost.rule,), "rule"), grid(lambda cost: (cost.task, cost.rule), "task", "rule")]
