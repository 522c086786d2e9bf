"""How long a study takes on this machine: counted operations and jobs, and measured speeds.

Estimated are the rules of the engine but for those in `NOT_ESTIMATED`, and those rules of the papers whose `work` is
told. A search that walks to better neighbours is counted with all its rounds, which is the most that it can take.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from lsalsa.arrays import one_blas_thread
from lsalsa.study.config import plugins, sizes
from lsalsa.study.config.models import Study
from lsalsa.study.costs.floors import Floors, floors_of, seconds_of, start_up
from lsalsa.study.costs.operations import Cost, Sizes, costs, sizes_of

TRAINING = ("search_encoder", "train_encoder")
NOT_ESTIMATED = ("fetch_images", "train_classifier", "time_exact", "measure_overlap", "render_notebook")
"""Rules whose time depends on the network, on the data, or on what a notebook does."""

Stage = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]


@dataclass(frozen=True)
class Estimate:
    """What a rule takes.

    Attributes
    ----------
    rule : str
    jobs : int
    seconds : float
        Of one core, start-ups included.
    """

    rule: str
    jobs: int
    seconds: float


def estimates(study: Study, stage: Stage) -> list[Estimate]:
    """Estimate the time of each rule, the longest first.

    Parameters
    ----------
    study : Study
    stage : callable
        Title and number of measurements -> a context that is told of each.

    Returns
    -------
    estimates : list of Estimate
    """
    of_tasks = {task: sizes_of(study, task) for task in study.tasks}
    of_components = {name: _sizes_of_component(study, name) for name in study.components}
    shapes = {_shape(each) for each in [*of_tasks.values(), *of_components.values()]}
    works = [work for paper in study.active_papers() for work in paper.work(study)]
    pieces = {piece.key: piece for work in works for piece in work.pieces}
    with stage("measuring this machine", len(shapes) + len(pieces) + 1) as advance, one_blas_thread():  # as jobs have
        floors: dict[tuple[int, int], Floors] = {}
        for shape in sorted(shapes):
            floors[shape] = floors_of(Sizes(*shape, 1, 1, 1))
            advance(1)
        timed: dict[Hashable, float] = {}
        for key, piece in pieces.items():
            timed[key] = seconds_of(piece.start(), least=0.0)
            advance(1)
        start = start_up()
        advance(1)
    found: defaultdict[str, float] = defaultdict(float)
    for cost in costs(study):
        size = of_tasks[cost.task] if cost.task else of_components[cost.method]
        found[cost.rule] += _seconds(cost, floors[_shape(size)])
    for task, size in of_tasks.items():
        found["optimal_codes"] += sizes.n_rows(study, task) * floors[_shape(size)].exact
    for work in works:
        found[work.rule] += sum(timed[piece.key] * piece.times for piece in work.pieces)
    jobs = dict(jobs_of(study)) | {work.rule: work.jobs for work in works}
    rows = [Estimate(rule, count, found[rule] + count * start) for rule, count in jobs.items()]
    return sorted(rows, key=lambda row: -row.seconds)


def jobs_of(study: Study) -> Iterator[tuple[str, int]]:
    """Count the jobs of each rule that is estimated: pairs of rule and number."""
    learned, depths = Counter[bool](), 0
    for task in study.tasks:
        for method in study.methods_of(task):
            is_learned = plugins.is_learned(study.algorithm_of(method))
            learned[is_learned] += 1
            depths += len(study.method_of(task, method).depths) if is_learned else 0
    n_tasks, n_components = len(study.tasks), len(study.components)
    yield "cut_patches", n_components
    yield "learn_dictionary", n_components
    yield "make_signals", n_tasks
    yield "optimal_codes", n_tasks
    yield "search_solver", learned[False]
    yield "search_encoder", depths
    yield "train_encoder", depths
    yield "evaluate", learned[True] + learned[False]
    yield "time_methods", n_tasks
    yield "make_table", len(study.tables)
    yield "make_figure", len(study.figures)


def elapsed(rows: Iterable[Estimate], cores: int) -> float:
    """Estimate the seconds on a clock, all cores busy."""
    return sum(row.seconds for row in rows) / cores


def _seconds(cost: Cost, floors: Floors) -> float:
    return cost.operations / (floors.training if cost.rule in TRAINING else floors.solving)


def _shape(size: Sizes) -> tuple[int, int]:
    return size.n_features, size.n_atoms


def _sizes_of_component(study: Study, name: str) -> Sizes:
    return Sizes(sizes.n_features(study, name), study.components[name].n_atoms, 0, 0, 0)


def left_out(study: Study, rows: Iterable[Estimate]) -> list[str]:
    """Return the rules that are not estimated: of the engine, and of the papers of a study.

    Parameters
    ----------
    study : Study
    rows : iterable of Estimate
        What is.
    """
    of_papers = [rule for paper in study.active_papers() for rule in paper.rules]
    known = {row.rule for row in rows}
    return [rule for rule in (*NOT_ESTIMATED, *of_papers) if rule not in known]
