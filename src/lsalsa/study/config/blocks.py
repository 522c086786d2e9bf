"""The settings of what a study computes as types: images, components, tasks, methods."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from lsalsa.study.config.fields import (
    Above0,
    Candidate,
    Count,
    CountOrAll,
    Depths,
    Grid,
    NotNegative,
    Settings,
    Share,
    Tolerance,
    Whole,
    number,
)


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
    """The comparison of candidates: how many, at some depths another number, their epochs at each rung, and steps from
    the best to its neighbours.

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
