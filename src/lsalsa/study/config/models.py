"""The settings of a study as types: name, type, range and default of every key stand here and nowhere else."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

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
from lsalsa.study.config.sc2net import SC2Net


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
    fit: Literal["pad", "shrink", "none"] = "none"
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
    methods: list[str] | None = None
    search: Search | None = None
    overrides: dict[str, Override] = {}


class Method(Settings):
    """A solver or an encoder, the depths it is run at, and the hyper-parameters that are searched."""

    noun: ClassVar[str] = "a method"
    learned_only: ClassVar[tuple[str, ...]] = ("loss", "optimizer", "epochs", "keep", "set_backs")

    kind: str | None = None
    depths: Depths
    search: Grid = {}
    loss: Literal["codes", "sc2net"] = "codes"
    optimizer: Literal["sgd", "adam", "adadelta"] = "sgd"
    epochs: Count = 10
    keep: Literal["best", "last"] = "best"
    set_backs: Annotated[int, Field(ge=0)] = 0


class Timing(Settings):
    """How the seconds of every method are measured."""

    noun: ClassVar[str] = "timing"

    n_samples: Count = 10_000
    passes: Annotated[int, Field(ge=3)] = 20


class Theory(Settings):
    """The theory put to the test: how many random instances each statement is tried on."""

    noun: ClassVar[str] = "theory"

    runs: Count = 200


class Output(Settings):
    """What tables and figures share: which results they show."""

    title: str
    kind: str
    task: str | None = None
    component: str | None = None
    protocol: Literal["paper", "honest"] = "paper"
    methods: Annotated[list[str], Field(min_length=1)] | None = None
    depths: Depths | None = None

    def named_tasks(self) -> list[str]:
        """Tasks whose results are shown."""
        return [] if self.task is None else [self.task]

    def named_components(self) -> list[str]:
        """Components that are listed without a task."""
        return []


class Table(Output):
    """One table: a row per depth and method, beside the paper's numbers where `paper` names their file."""

    noun: ClassVar[str] = "a table"

    paper: str | None = None


class Figure(Output):
    """One figure: of a task or a `page` of its samples, of several `tasks`, or of `components` and `n_atoms`."""

    noun: ClassVar[str] = "a figure"

    tasks: Annotated[list[str], Field(min_length=1)] | None = None
    components: Annotated[list[str], Field(min_length=1)] | None = None
    n_atoms: Count | None = None
    page: Count | None = None

    def named_tasks(self) -> list[str]:
        """Tasks whose results are shown."""
        return super().named_tasks() or list(self.tasks or ())

    def named_components(self) -> list[str]:
        """Components that are listed without a task."""
        return list(self.components or ())


class Notebook(Settings):
    """One page of the report: `workflow/notebooks/<name>.py`, run on the listed tables, figures and tasks' data."""

    noun: ClassVar[str] = "a notebook"

    title: str
    tables: list[str] = []
    figures: list[str] = []
    tasks: list[str] = []


class Study(Settings):
    """A whole study."""

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
    theory: Theory | None = None
    tables: dict[Name, Table] = {}
    figures: dict[Name, Figure] = {}
    notebooks: dict[Name, Notebook] = {}
    claims: Name | None = None
    sc2net: SC2Net | None = None

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

    def depths_of(self, tasks: list[str], methods: list[str]) -> list[int]:
        """All depths at which any of the tasks runs any of the methods."""
        return sorted({depth for task in tasks for method in methods for depth in self.method_of(task, method).depths})

    def components_of(self, output: Output) -> list[str]:
        """Names of the components that a table or figure is about: those it lists, else those of its tasks."""
        of_tasks = dict.fromkeys(c for task in output.named_tasks() for c in self.tasks[task].components)
        return output.named_components() or list(of_tasks)

    def methods_shown(self, output: Output) -> list[str]:
        """Names of the methods that a table or figure shows: those it lists, else those of its tasks."""
        of_tasks = dict.fromkeys(m for task in output.named_tasks() for m in self.methods_of(task))
        return list(output.methods or of_tasks)

    def kind_of(self, method: str) -> str:
        """The solver or encoder behind a method."""
        return self.methods[method].kind or method
