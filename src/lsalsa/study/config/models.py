"""The settings of a study as types: its blocks, and what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from lsalsa.study.config.blocks import Component, Cutting, Images, Method, Search, Task, Timing
from lsalsa.study.config.fields import Count, Depths, Folder, Name, Settings, Whole
from lsalsa.study.papers import Paper, papers


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
