"""The block `sc2net` of the configuration."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.study.config.fields import (
    Above0,
    Count,
    Depths,
    NotNegative,
    PaperSettings,
    Settings,
    ascending,
    number,
)

Penalties = Annotated[
    list[Annotated[float, BeforeValidator(number), Field(gt=0)]], Field(min_length=1), AfterValidator(ascending)
]
CLASSIFIER_C = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]


class PixelDictionary(Settings):
    """The dictionary of whole images, learned by scikit-learn's mini-batch solver."""

    noun: ClassVar[str] = "a dictionary of SC2Net"

    alpha: Above0 = 0.1
    alpha_as_released: Above0 = 1000.0
    n_train: Count = 10_000
    batch_size: Count = 256
    epochs: Count = 10


class NetworkTraining(Settings):
    """The training of every network: Adadelta; the epoch of the best validation score is kept."""

    noun: ClassVar[str] = "the training of SC2Net"

    epochs: Count = 20
    batch_size: Count = 300
    learning_rate: Above0 = 1.0
    learning_rate_supervised: Above0 = 0.1
    n_validation: Count = 5000
    set_backs: Annotated[int, Field(ge=0)] = 3
    clip: Above0 | None = None


class Convergence(Settings):
    """The objective of every method over its steps."""

    noun: ClassVar[str] = "convergence"

    depths: Depths = [1, 3, 10]
    iterations: Depths = [1, 2, 3, 5, 10, 20, 30, 50, 100]


class Support(Settings):
    """Recovery of the support of synthetic codes."""

    noun: ClassVar[str] = "support recovery"

    n_nonzero: Depths = [1, 2, 4, 6, 8]
    n_features: Count = 20
    n_atoms: Count = 100
    n_train: Count = 20_000
    n_test: Count = 2000
    depth: Count = 7
    penalty: Above0 = 0.01
    noise: NotNegative = 0.02
    epochs: Count = 20


class SC2Net(PaperSettings):
    """The SC2Net paper: its images, and the extent of its sweeps."""

    noun: ClassVar[str] = "SC2Net"

    images: Annotated[list[str], Field(min_length=1)]
    n_atoms: Count = 100
    penalty: Above0 = 0.1
    repetitions: Count = 3
    iterations: Count = 100
    layers: Count = 10
    steps: Count = 3
    draws: Count = 10
    n_fitted: Count = 6000
    n_scored: Count = 2000
    classifier_c: Penalties = CLASSIFIER_C
    dictionary: PixelDictionary = PixelDictionary()
    training: NetworkTraining = NetworkTraining()
    label_weight: Above0 | None = None
    depths: Depths | None = None
    penalties: Penalties | None = None
    ablations: bool = False
    convergence: Convergence | None = None
    target_iterations: Depths | None = None
    support: Support | None = None
