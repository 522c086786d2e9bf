"""The settings of a study as types: name, type, range and default of every key stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from lsalsa.study.config.fields import (
    Above0,
    Count,
    Decay,
    Depths,
    Grid,
    Name,
    NotNegative,
    Settings,
    Share,
    Whole,
)
from lsalsa.study.papers import Paper, papers


class Images(Settings):
    """Where images come from: a file of `lsalsa/data/sources` and the settings of its `load`."""

    noun: ClassVar[str] = "images"

    source: str
    settings: dict[str, Any] = {}


class Dictionary(Settings):
    """How a dictionary is learned: projected gradient steps on FISTA codes."""

    noun: ClassVar[str] = "a dictionary"

    penalty: Above0
    step_size: Above0
    epochs: Count = 5
    batch_size: Count = 200
    iterations: Count = 60
    decay: Decay = 1.0
    start: Literal["signals", "random"] = "signals"
    n_train: Count = 10_000


class Component(Settings):
    """One kind of source: how its images become patches, and the dictionary learned from them."""

    noun: ClassVar[str] = "a component"

    title: str | None = None
    images: str
    image_size: Count
    resize: Literal["pad", "downscale", "none"] = "none"
    patch_size: Count
    min_std: NotNegative = 0.0
    validation_fraction: Share = 0.1
    n_atoms: Count
    dictionary: Dictionary


class Classifier(Settings):
    """The linear classifier that scores codes."""

    noun: ClassVar[str] = "a classifier"

    projection: Count | dict[str, Count] | None = None


class Search(Settings):
    """How the candidates of learned methods are compared: epochs at each rung, the better part goes on."""

    noun: ClassVar[str] = "search"

    n_train: Count = 4000
    rungs: Depths = [1, 2]


class Override(Settings):
    """What a task runs differently for one method; a grid listed here takes the place of the method's own."""

    noun: ClassVar[str] = "an override"

    depths: Depths | None = None
    search: Grid = {}
    epochs: Count | None = None


class Task(Settings):
    """Signals to be coded: patches of one component, or sums of patches of several."""

    noun: ClassVar[str] = "a task"

    title: str
    components: Annotated[list[str], Field(min_length=1)]
    penalties: Annotated[list[Above0], Field(min_length=1)]
    zero_share: Share | None = None
    n_train: Count
    n_validation: Count
    n_test_images: Count
    n_labelled_images: Count
    optimal_tolerance: Above0 = 1e-6
    classifier: Classifier = Classifier()
    methods: Annotated[list[str], Field(min_length=1)] | None = None
    search: Search | None = None
    overrides: dict[str, Override] = {}


class Method(Settings):
    """An algorithm, in a variant, at some depths, with the hyper-parameters that are searched.

    The algorithm is a file of `lsalsa/solvers` or `lsalsa/encoders`; without it, the method's own name is one. In print
    it has its `label`, else the algorithm's name and the `variant` in brackets.
    """

    noun: ClassVar[str] = "a method"
    learned_only: ClassVar[tuple[str, ...]] = ("loss", "optimizer", "epochs", "keep", "set_backs")

    algorithm: str | None = None
    variant: str | None = None
    label: str | None = None
    depths: Depths
    search: Grid = {}
    loss: str = "codes"
    optimizer: str = "sgd"
    epochs: Count = 10
    keep: Literal["best", "last"] = "best"
    set_backs: Annotated[int, Field(ge=0)] = 0


class Timing(Settings):
    """How the seconds of every method are measured."""

    noun: ClassVar[str] = "timing"

    n_samples: Count = 10_000
    passes: Annotated[int, Field(ge=3)] = 20


class Output(Settings):
    """What tables and figures share: which results they show."""

    title: str
    kind: str
    task: str | None = None
    component: str | None = None
    methods: Annotated[list[str], Field(min_length=1)] | None = None
    depths: Depths | None = None
    tasks: Annotated[list[str], Field(min_length=1)] | None = None
    components: Annotated[list[str], Field(min_length=1)] | None = None


class Table(Output):
    """One table; `published` names the file of a paper's own numbers, as <paper>/<file>."""

    noun: ClassVar[str] = "a table"

    protocol: Literal["fitted_on_test", "fitted_on_train"] | None = None
    published: str | None = None


class Figure(Output):
    """One figure: of a task or a `sample_page` of its samples, of several `tasks`, or of `components` and `n_atoms`."""

    noun: ClassVar[str] = "a figure"

    n_atoms: Count | None = None
    sample_page: Count | None = None


class Notebook(Settings):
    """One page of the report: `papers/<paper>/notebooks/<name>.py`, run on the tables, figures and tasks listed."""

    noun: ClassVar[str] = "a notebook"

    title: str
    tables: list[str] = []
    figures: list[str] = []
    tasks: list[str] = []


class Declared(Settings):
    """Tables, figures and notebooks, as the configuration or a paper declares them."""

    noun: ClassVar[str] = "what is shown"

    tables: dict[Name, Table] = {}
    figures: dict[Name, Figure] = {}
    notebooks: dict[Name, Notebook] = {}

    def outputs(self) -> Iterator[tuple[str, Output]]:
        """Section and settings of every table and figure."""
        yield from (("tables", table) for table in self.tables.values())
        yield from (("figures", figure) for figure in self.figures.values())


class Study(Declared):
    """A whole study: what the papers share. `study_type` adds a block for each paper."""

    noun: ClassVar[str] = "a study"

    study: Name
    title: str
    seed: Whole
    repetitions: Count = 3
    dtype: Literal["float32", "float64"] = "float32"
    device: Literal["auto", "cpu", "gpu"] = "auto"
    data_dir: str | None = None
    reduced: str | None = None
    images: dict[Name, Images]
    components: dict[Name, Component]
    tasks: dict[Name, Task]
    methods: dict[Name, Method]
    search: Search = Search()
    timing: Timing = Timing()

    # --- papers ---------------------------------------------------------------------------------------------------

    def block(self, paper: str) -> Any:
        """The settings of a paper; None where the study has none of it."""
        return getattr(self, paper, None)

    def active_papers(self) -> list[Paper]:
        """The papers whose block the study has."""
        return [paper for paper in papers().values() if self.block(paper.name) is not None]

    def papers_with_claims(self) -> list[Paper]:
        """The papers whose claims the study judges."""
        named = [paper for paper in self.active_papers() if (paper.folder / "claims.yaml").is_file()]
        return [paper for paper in named if self.block(paper.name).claims]

    # --- methods --------------------------------------------------------------------------------------------------

    def methods_of(self, task: str) -> list[str]:
        """Names of the methods that a task runs, in the order of the configuration."""
        return list(self.tasks[task].methods or self.methods)

    def method_of(self, task: str, method: str) -> Method:
        """A method as a task runs it: its settings, with the task's overrides in their place."""
        chosen, override = self.methods[method], self.tasks[task].overrides.get(method)
        if override is None:
            return chosen
        changes = {key: value for key, value in override if value is not None}
        return chosen.model_copy(update={**changes, "search": {**chosen.search, **override.search}})

    def algorithm_of(self, method: str) -> str:
        """The solver or encoder behind a method."""
        return self.methods[method].algorithm or method

    def depths_of(self, tasks: list[str], methods: list[str]) -> list[int]:
        """All depths at which any of the tasks runs any of the methods."""
        pairs = [(task, method) for task in tasks for method in methods if method in self.methods_of(task)]
        return sorted({depth for task, method in pairs for depth in self.method_of(task, method).depths})

    # --- tables and figures ---------------------------------------------------------------------------------------

    def tasks_of(self, output: Output) -> list[str]:
        """Tasks whose results a table or figure shows."""
        return [output.task] if output.task is not None else list(output.tasks or ())

    def components_of(self, output: Output) -> list[str]:
        """Components that a table or figure is about: those it lists, else those of its tasks."""
        of_tasks = dict.fromkeys(c for task in self.tasks_of(output) for c in self.tasks[task].components)
        return list(output.components or of_tasks)

    def methods_shown(self, output: Output) -> list[str]:
        """Methods that a table or figure shows: those it lists, else those of its tasks."""
        of_tasks = dict.fromkeys(m for task in self.tasks_of(output) for m in self.methods_of(task))
        return list(output.methods or of_tasks)


def study_type() -> type[Study]:
    """`Study` with a block for each paper that is there."""
    blocks: dict[str, Any] = {paper.name: (paper.settings | None, None) for paper in papers().values()}
    return create_model("Study", __base__=Study, **blocks)
