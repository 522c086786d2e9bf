"""The block `denoising` of the configuration, and the trainings that it asks for."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.study.config.fields import Above0, Count, Depths, Name, Settings, Whole, ascending, number
from lsalsa.study.config.rules import Resolved
from papers.crsae.denoising.arms import ARMS
from papers.crsae.denoising.peers import TITLES as PEERS

Numbers = Annotated[
    list[Annotated[float, BeforeValidator(number), Field(gt=0)]], Field(min_length=1), AfterValidator(ascending)
]
TIED = [name for name, arm in ARMS.items() if arm.encoder == "crsae" and arm.penalties != "em_closed"]


class Shown(Settings):
    """The picture that is drawn."""

    noun: ClassVar[str] = "a shown picture of the denoising"

    pictures: Name
    picture: str


class Sweep(Settings):
    """A trained arm under other depths and other noise than it was trained with, on some test pictures."""

    noun: ClassVar[str] = "a sweep of the denoising"

    arm: str = "em_unsupervised"
    pictures: Name
    names: Annotated[list[str], Field(min_length=1)]
    depths: Depths = [5, 10, 20, 40, 80]
    noises: Numbers = [10.0, 20.0, 30.0, 50.0]


class Stability(Settings):
    """Whether filters run away, over depth and rates; scored on the validation pictures only."""

    noun: ClassVar[str] = "the stability of the denoising"

    arm: str = "em_unsupervised"
    depths: Depths = [15, 40]
    rates: Numbers = [0.001, 0.005]
    rates_em: Numbers = [0.1, 1.0]
    steps: Count = 200
    repetitions: Count = 2


class Denoising(Settings):
    """Denoising of pictures: sets, sizes, training and arms.

    Whatever is chosen by looking at results (rates, depth, the strength of the prior) was and is to be chosen on the
    validation set. The test sets are for the tables; no job that trains sees them.

    - train, validation: sets of pictures. Filters learn from random crops of the first. The second is scored during
      training, for the history, and nothing stops or is chosen by it.
    - tests: sets that all arms and peers denoise. They must not contain the train or the validation set.
    - own_pictures: sets of the user's own, name -> folder or zip file in `data_dir`.
    - test_crop: side of the middle of each test picture, for small studies; the whole picture by default.
    - noise: its standard deviation in grey levels of 255, in training and test.
    - n_filters, filter_size, stride, depth: C, K, stride and T.
    - steps, steps_through_layers: mini-batches of training; of the arms whose gradient goes through the layers, whose
      steps take several times as long (`steps` by default).
    - batch, crop, copies: crops in a batch, their side, and how many of their stride^2 shifted copies a gradient goes
      back through.
    - prior, strength: mean of the Gamma prior of the Laplace rates, penalty / noise^2, and its weight delta. All arms
      start from that mean.
    - low_pass_penalty: that of the low-pass filter in the hand-set arms.
    - rate, rate_lcsc, rate_em: of Adam for all that learns from the reconstruction, the same for LCSC, and for the
      Laplace rates in EM. With too low a rate_em the low-pass keeps a high penalty for long, and filters run away.
    - warm_up: steps in which the rates rise from 0.
    - tangent: whether gradients of filters lose the part that only changes norms, see `lsalsa.training.Group`.
    - repetitions: seeds of each arm.
    - arms: names of `papers.crsae.denoising.arms.ARMS`.
    - peers: names of the usual methods, `papers.crsae.denoising.peers.TITLES`; all by default.
    - record: steps between two rows of a history.
    - n_validation, validation_crop: how many validation pictures are scored for the history, and the side of their
      middle that is.
    - shown: the picture that is drawn, by default the first of the first test set.
    - sweep, stability: sweeps over conditions at test, and over depth and rates in training.
    """

    noun: ClassVar[str] = "the denoising of CRsAE"

    train: Name = "cbsd432"
    validation: Name = "bsd68"
    tests: Annotated[list[Name], Field(min_length=1)] = ["crsae_test9", "set12"]
    own_pictures: dict[Name, str] = {}
    test_crop: Count | None = None
    noise: Above0 = 20.0
    n_filters: Annotated[int, Field(ge=2)] = 64
    filter_size: Annotated[int, Field(ge=3)] = 7
    stride: Count = 5
    depth: Count = 40
    steps: Count = 1000
    steps_through_layers: Count | None = None
    batch: Count = 4
    crop: Count = 64
    copies: Count = 5
    prior: Above0 = 20.0
    strength: Above0 = 100.0
    low_pass_penalty: Above0 = 0.011
    rate: Above0 = 0.005
    rate_lcsc: Above0 = 0.001
    rate_em: Above0 = 1.0
    warm_up: Whole = 0
    tangent: bool = True
    repetitions: Count = 3
    arms: Annotated[list[str], Field(min_length=1)] = TIED
    peers: list[str] = [*PEERS]
    record: Count = 50
    n_validation: Count = 4
    validation_crop: Count = 128
    shown: Shown | None = None
    sweep: Sweep | None = None
    stability: Stability | None = None


# --- runs: arms, and points of the stability sweep ---------------------------------------------------------------


def stability_points(block: Denoising) -> dict[str, Resolved]:
    """Return name -> arm, depth, rate and rate_em of each point of the stability sweep; none without it."""
    chosen = block.stability
    if chosen is None:
        return {}
    points = [(d, r, e) for d in chosen.depths for r in chosen.rates for e in chosen.rates_em]
    names = [f"{chosen.arm}_depth_{d}_rate_{r:g}_em_{e:g}".replace(".", "_") for d, r, e in points]
    of_points = [{"arm": chosen.arm, "depth": d, "rate": r, "rate_em": e} for d, r, e in points]
    return dict(zip(names, of_points, strict=True))


def runs_of(study: Any) -> list[str]:
    """Return everything that is trained: the arms, and the points of the stability sweep."""
    block = study.crsae.denoising
    return [] if block is None else [*block.arms, *stability_points(block)]


def arms_of(study: Any) -> list[str]:
    """Return the arms of a study; none without the experiment."""
    block = study.crsae.denoising
    return [] if block is None else block.arms
