"""The settings of a study as types: the only place for name, type, range and default of every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, create_model

from lsalsa.study.config.fields import (
    Above0,
    Candidate,
    Count,
    CountOrAll,
    Depths,
    Folder,
    Grid,
    Name,
    NotNegative,
    Settings,
    Share,
    Tolerance,
    Whole,
    number,
)
from lsalsa.study.papers import Paper, papers


class Images(Settings):
    """A set of images: a source, which is a file of `lsalsa/data/sources`, and the settings of its `load`."""

    noun: ClassVar[str] = "images"

    source: str
    settings: dict[str, Any] = {}


class Dictionary(Settings):
    """The learning of a dictionary by a method, which is a file of `lsalsa/dictionary`; its own settings stand beside
    those of every method. What is left out has the method's default.
    """

    model_config = ConfigDict(extra="allow")
    noun: ClassVar[str] = "a dictionary"

    method: str = "sgd"
    penalty: Above0
    epochs: Count | None = None
    tolerance: Tolerance | None = None
    batch_size: Count | None = None
    start: Literal["signals", "random"] = "signals"
    n_train: Count = 10_000

    @property
    def own(self) -> dict[str, Any]:
        """The settings that only the method has."""
        return {name: number(value) for name, value in (self.model_extra or {}).items()}


class Cutting(Settings):
    """A set of images and how it becomes patches. Without `image_size` the images keep their own, where it is known."""

    images: str
    image_size: Count | None = None
    resize: Literal["pad", "downscale", "none"] = "none"
    min_std: NotNegative = 0.0
    validation_fraction: Share = 0.1


class Component(Cutting):
    """One type of source: how its images become patches, and the dictionary learned from them."""

    noun: ClassVar[str] = "a component"

    title: str | None = None
    patch_size: Count
    n_atoms: Count
    dictionary: Dictionary


class Classifier(Settings):
    """The linear classifier that scores codes."""

    noun: ClassVar[str] = "a classifier"

    projection: Count | dict[str, Count] | None = None


class Search(Settings):
    """The comparison of candidates: how many, at some depths fewer, their epochs at each rung, and steps from the best
    to its neighbours.

    Solvers have `rounds` and `extend` only: they are not trained, and try the whole grid.
    """

    noun: ClassVar[str] = "search"

    n_train: Count = 4000
    rungs: Depths = [1, 2]
    candidates: CountOrAll = 64
    candidates_at: dict[Count, Count] = {}
    rounds: Whole = 4
    extend: Whole = 2


class Override(Settings):
    """Settings of one method in one task; a grid here replaces the method's own grid."""

    noun: ClassVar[str] = "an override"

    depths: Depths | None = None
    search: Grid = {}
    epochs: Count | None = None
    epochs_at: dict[Count, Count] | None = None


class Mixtures(Cutting):
    """Images that are sums already; their values are multiplied by `scale`, 2 where a file has the mean of two."""

    noun: ClassVar[str] = "a block of mixtures"

    scale: Above0 = 1.0


class Task(Settings):
    """Signals to encode: patches of one component, or sums of patches of several.

    With `mixtures` the signals are the user's, and the components give the dictionaries only: the true sources are not
    known.
    """

    noun: ClassVar[str] = "a task"

    title: str
    components: Annotated[list[str], Field(min_length=1)]
    mixtures: Mixtures | None = None
    penalties: Annotated[list[Above0], Field(min_length=1)]
    zero_share: Share | None = None
    n_train: Count
    n_validation: Count
    n_test_images: Count
    n_labelled_images: Whole = 0
    optimal_tolerance: Above0 = 1e-6
    classifier: Classifier = Classifier()
    methods: Annotated[list[str], Field(min_length=1)] | None = None
    search: Search | None = None
    overrides: dict[str, Override] = {}


class Method(Settings):
    """An algorithm, in a variant, at some depths, with the hyper-parameters to search.

    The algorithm is a file of `lsalsa/solvers` or `lsalsa/encoders`. Without `algorithm` the method has the name of
    one. In print a method has its `label`, or the algorithm's name with the `variant` in brackets. Methods of one
    `family`, by default their algorithm, are variants of one another: the best of them can stand for all. `search` has
    the candidates, `compare` says how they are compared, where that differs from the task's other methods.
    """

    noun: ClassVar[str] = "a method"
    learned_only: ClassVar[tuple[str, ...]] = (
        *("loss", "loss_options", "optimizer", "epochs", "epochs_at", "keep", "set_backs", "layer_wise"),
    )

    algorithm: str | None = None
    variant: str | None = None
    label: str | None = None
    family: str | None = None
    depths: Depths
    search: Grid = {}
    compare: Search | None = None
    choose_by: Literal["rmse", "objective"] | None = None
    loss: str = "codes"
    loss_options: dict[str, Candidate] = {}
    optimizer: str = "sgd"
    epochs: Count = 10
    epochs_at: dict[Count, Count] = {}
    keep: Literal["best", "last"] = "best"
    set_backs: Annotated[int, Field(ge=0)] = 0
    layer_wise: bool = False
    tasks: Annotated[list[str], Field(min_length=1)] | None = None


class Timing(Settings):
    """The measurement of every method's seconds."""

    noun: ClassVar[str] = "timing"

    n_samples: Count = 10_000
    passes: Annotated[int, Field(ge=3)] = 20


class Output(Settings):
    """The results that a table or figure shows."""

    title: str
    kind: str
    task: str | None = None
    component: str | None = None
    methods: Annotated[list[str], Field(min_length=1)] | None = None
    depths: Depths | None = None
    tasks: Annotated[list[str], Field(min_length=1)] | None = None
    components: Annotated[list[str], Field(min_length=1)] | None = None


class Table(Output):
    """One table; `published` names the file of a paper's own numbers as <paper>/<file>."""

    noun: ClassVar[str] = "a table"

    protocol: Literal["fitted_on_test", "fitted_on_train"] | None = None
    published: str | None = None


class Figure(Output):
    """One figure: of a task or a `sample_page` of its samples, of several `tasks`, or of `components` and `n_atoms`."""

    noun: ClassVar[str] = "a figure"

    n_atoms: Count | None = None
    sample_page: Count | None = None


class Notebook(Settings):
    """One page of the report: a file of `papers/<paper>/notebooks` or `workflow/notebooks`, and what it reads."""

    noun: ClassVar[str] = "a notebook"

    title: str
    tables: list[str] = []
    figures: list[str] = []
    tasks: list[str] = []


class Declared(Settings):
    """Tables, figures and notebooks that the configuration or a paper declares."""

    noun: ClassVar[str] = "what is shown"

    tables: dict[Name, Table] = {}
    figures: dict[Name, Figure] = {}
    notebooks: dict[Name, Notebook] = {}

    def outputs(self) -> Iterator[tuple[str, Output]]:
        """Yield section and settings of every table and figure."""
        yield from (("tables", table) for table in self.tables.values())
        yield from (("figures", figure) for figure in self.figures.values())


class Study(Declared):
    """A whole study: the part that all papers share. `study_type` adds a block for each paper."""

    noun: ClassVar[str] = "a study"

    study: Folder
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
        """Return the settings of a paper; None if the study has no block of it."""
        return getattr(self, paper, None)

    def active_papers(self) -> list[Paper]:
        """Return the papers whose block the study has."""
        return [paper for paper in papers().values() if self.block(paper.name) is not None]

    def papers_with_claims(self) -> list[Paper]:
        """Return the papers whose claims the study judges."""
        named = [paper for paper in self.active_papers() if (paper.folder / "claims.yaml").is_file()]
        return [paper for paper in named if self.block(paper.name).claims]

    # --- images ---------------------------------------------------------------------------------------------------

    def cuttings(self) -> Iterator[tuple[str, Cutting]]:
        """Yield key and settings of every set of images that becomes patches: of components, and of given mixtures."""
        yield from ((f"components.{name}", component) for name, component in self.components.items())
        given = ((name, task.mixtures) for name, task in self.tasks.items())
        yield from ((f"tasks.{name}.mixtures", mixtures) for name, mixtures in given if mixtures is not None)

    def images_of_task(self, task: str) -> list[str]:
        """Return the sets of images behind a task: of its components, and its mixtures where they are given."""
        mixtures = self.tasks[task].mixtures
        found = [self.components[component].images for component in self.tasks[task].components]
        return found + ([mixtures.images] if mixtures is not None else [])

    def is_mixed(self, task: str) -> bool:
        """Return True for sums of several components, made by the study: their true sources are known."""
        return len(self.tasks[task].components) > 1 and self.tasks[task].mixtures is None

    # --- methods --------------------------------------------------------------------------------------------------

    def methods_of(self, task: str) -> list[str]:
        """Return the methods that a task runs, in the order of the configuration: those it lists, or all for it."""
        named = self.tasks[task].methods
        return list(named or (name for name, method in self.methods.items() if task in (method.tasks or [task])))

    def method_of(self, task: str, method: str) -> Method:
        """Return the settings of a method in a task: the method's own, with the task's overrides."""
        chosen, override = self.methods[method], self.tasks[task].overrides.get(method)
        if override is None:
            return chosen
        changes = {key: value for key, value in override if value is not None}
        return chosen.model_copy(update={**changes, "search": {**chosen.search, **override.search}})

    def search_of(self, task: str, method: str) -> Search:
        """Return how the candidates of a method in a task are compared: in its own way, the task's, or the study's."""
        return self.methods[method].compare or self.tasks[task].search or self.search

    def algorithm_of(self, method: str) -> str:
        """Return the solver or encoder of a method."""
        return self.methods[method].algorithm or method

    def family_of(self, method: str) -> str:
        """Return the algorithm that a method is a variant of: its `family`, or the algorithm itself."""
        return self.methods[method].family or self.algorithm_of(method)

    def depths_of(self, tasks: list[str], methods: list[str]) -> list[int]:
        """Return all depths at which one of the tasks runs one of the methods."""
        pairs = [(task, method) for task in tasks for method in methods if method in self.methods_of(task)]
        return sorted({depth for task, method in pairs for depth in self.method_of(task, method).depths})

    # --- tables and figures ---------------------------------------------------------------------------------------

    def tasks_of(self, output: Output) -> list[str]:
        """Return the tasks whose results a table or figure shows."""
        return [output.task] if output.task is not None else list(output.tasks or ())

    def components_of(self, output: Output) -> list[str]:
        """Return the components of a table or figure: its own list, else those of its tasks."""
        of_tasks = dict.fromkeys(c for task in self.tasks_of(output) for c in self.tasks[task].components)
        return list(output.components or of_tasks)

    def methods_shown(self, output: Output) -> list[str]:
        """Return the methods that a table or figure shows: its own list, else those of its tasks."""
        of_tasks = dict.fromkeys(m for task in self.tasks_of(output) for m in self.methods_of(task))
        return list(output.methods or of_tasks)


def study_type() -> type[Study]:
    """Return `Study` with a block for each paper of the repository."""
    blocks: dict[str, Any] = {paper.name: (paper.settings | None, None) for paper in papers().values()}
    return create_model("Study", __base__=Study, **blocks)
