"""Train a model on pictures of one's own: patches, a dictionary for each source, certified codes, an encoder."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass

import numpy as np

from lsalsa.arrays import check_count
from lsalsa.data.overlapping import PatchGrid
from lsalsa.dictionary import learn_dictionary
from lsalsa.encoders import Encoder, encoder_class
from lsalsa.errors import ConfigError, DataError
from lsalsa.exact import optimal_codes
from lsalsa.losses import loss_for
from lsalsa.metrics import rmse
from lsalsa.models.pictures import PictureModel
from lsalsa.problem import SparseCodingProblem
from lsalsa.seeds import generator, seed_for
from lsalsa.training.loop import Training
from lsalsa.training.settings import TrainingSettings

PENALTY_SHARE = 0.1
"""The default penalty over the median norm of patches without their means; of several sources, their geometric mean. It
is the same for all sources: where one is cheaper, it takes what belongs to the others."""

ATOMS_PER_NUMBER, MOST_ATOMS = 2, 256
"""The default number of atoms: twice the numbers of a patch, and no more than this for each source."""

FLAT = 0.01
"""Standard deviation below which a patch shows nothing; white is 1."""

ASIDE = 0.1
"""Share of the pictures, and of the patches, for validation; of a single picture, of its rows at the bottom."""

CODED = 500
"""Patches that are coded between two signs of progress."""

Stage = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]
"""Title and number of parts -> a context that gives a function to be told of finished parts."""


@dataclass(frozen=True)
class PictureTraining:
    """How a model of pictures is made; None stands for a rule that looks at the pictures.

    Parameters
    ----------
    patch_size : int
    stride : int, optional
        From one patch to the next when the model is used; a quarter of `patch_size` by default.
    n_atoms : int, optional
        Of each source; `ATOMS_PER_NUMBER` times the numbers of a patch by default, at most `MOST_ATOMS`.
    penalties : sequence of float, optional
        Of each source; by default the same for all, see `PENALTY_SHARE`.
    remove_mean : bool, optional
        Whether patches are coded without their means; by default where there is one source.
    colour : bool
    encoder : str
    depth : int
    learning_rate : float
        Of Adam, falling to a tenth over the epochs.
    epochs : int
    dictionary_epochs : int
        At most; the learning ends when the objective stands still.
    n_train : int
        Patches that each dictionary, and the encoder, learns from.
    seed : int
    """

    patch_size: int = 8
    stride: int | None = None
    n_atoms: int | None = None
    penalties: Sequence[float] | None = None
    remove_mean: bool | None = None
    colour: bool = False
    encoder: str = "lista"
    depth: int = 10
    learning_rate: float = 1e-3
    epochs: int = 20
    dictionary_epochs: int = 15
    n_train: int = 20_000
    seed: int = 0

    def resolved(self, patches: Mapping[str, np.ndarray]) -> PictureTraining:
        """The same with a value in the place of every rule.

        Parameters
        ----------
        patches : mapping of str to array, (n, n_features)
            Of each source, without flat ones.

        Raises
        ------
        ConfigError
            When the penalties are not one for each source.
        """
        n_sources, n_features = len(patches), self.grid.n_features
        common = [_common_penalty(list(patches.values()))] * n_sources
        penalties = common if self.penalties is None else self.penalties
        if len(penalties) != n_sources:
            raise ConfigError(f"penalties must be one for each of {n_sources} sources, found {list(penalties)}")
        chosen = {
            "stride": self.grid.stride,
            "n_atoms": self.n_atoms or min(ATOMS_PER_NUMBER * n_features, MOST_ATOMS),
            "penalties": tuple(float(each) for each in penalties),
            "remove_mean": n_sources == 1 if self.remove_mean is None else self.remove_mean,
        }
        return PictureTraining(**{**asdict(self), **chosen})

    @property
    def grid(self) -> PatchGrid:
        """The patches."""
        check_count("patch_size", self.patch_size)
        stride = max(1, self.patch_size // 4) if self.stride is None else self.stride
        return PatchGrid(self.patch_size, stride, 3 if self.colour else 1)


def fit_pictures(
    sources: Mapping[str, Mapping[str, np.ndarray]], settings: PictureTraining, stage: Stage | None = None
) -> PictureModel:
    """Train a model on one set of pictures, or on one for each source that is to be taken apart.

    Parameters
    ----------
    sources : mapping of str to mapping of str to array
        Name of each source -> name of each picture -> (height, width), or (height, width, 3) with colour; white is 1.
        Sizes may differ.
    settings : PictureTraining
    stage : callable, optional
        Shows how far the training is.

    Returns
    -------
    model : PictureModel
        Its `origin` has the settings, the counts, the seconds, and how near the encoder came on patches that no part of
        the training saw: RMSE to the optimal codes, and objective over the optimal one.

    Raises
    ------
    DataError
        When a source has no patch that shows anything.
    ConfigError, ShapeError
        Settings that cannot be, pictures that do not fit.
    """
    show: Stage = stage or (lambda title, total: nullcontext(lambda done: None))
    clock = time.perf_counter()
    drawn = {name: _draw(name, pictures, settings) for name, pictures in sources.items()}
    chosen = settings.resolved({name: each[0] for name, each in drawn.items()})
    dictionaries = []
    for number, (name, (patches, _)) in enumerate(drawn.items()):
        with show(f"dictionary of {name}", chosen.dictionary_epochs) as advance:
            dictionaries.append(_dictionary(patches, number, chosen, advance))
    assert chosen.penalties is not None  # resolved
    problem = SparseCodingProblem(dictionaries, chosen.penalties)
    pairs = []
    for side, split in enumerate(("train", "validation")):
        signals = _mixtures([each[side] for each in drawn.values()], chosen, split)
        with show(f"optimal codes, {split}", len(signals)) as advance:
            pairs.append((signals, _codes(problem, signals, advance)))
    with show(f"{chosen.encoder}, {chosen.depth} layers", chosen.epochs) as advance:
        encoder = _train(problem, pairs, chosen, advance)
    facts = {
        "settings": asdict(chosen),
        "pictures": {name: len(pictures) for name, pictures in sources.items()},
        "validation": _nearness(problem, encoder, *pairs[1]),
        "seconds": round(time.perf_counter() - clock, 1),
        "machine": platform.machine(),
    }
    return PictureModel(encoder, problem, chosen.grid, bool(chosen.remove_mean), list(sources), facts)


def _common_penalty(sources: Sequence[np.ndarray]) -> float:
    """The default penalty, see `PENALTY_SHARE`, to two digits."""
    norms = [np.linalg.norm(each - each.mean(axis=1, keepdims=True), axis=1) for each in sources]
    return float(f"{PENALTY_SHARE * np.exp(np.mean(np.log([np.median(each) for each in norms]))):.2g}")


# --- patches -----------------------------------------------------------------------------------------------------


def _draw(name: str, pictures: Mapping[str, np.ndarray], settings: PictureTraining) -> tuple[np.ndarray, np.ndarray]:
    """Patches of a source for training and for validation, which share no pixel: in their own pictures, or rows."""
    grid, seed = settings.grid, seed_for(settings.seed, "patches", name)
    for each, picture in pictures.items():
        grid.check(f"{each} of {name}", picture)
    train, aside = _sides(name, list(pictures.values()), grid.patch_size, seed)
    counts = settings.n_train, max(1, round(ASIDE * settings.n_train))
    return tuple(  # type: ignore[return-value]
        _patches(name, side, grid, count, generator(seed, number))
        for number, (side, count) in enumerate(zip((train, aside), counts, strict=True))
    )


def _sides(
    name: str, pictures: Sequence[np.ndarray], patch_size: int, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    if len(pictures) > 1:
        order = generator(seed).permutation(len(pictures)).tolist()
        n_aside = max(1, round(ASIDE * len(pictures)))
        return [pictures[i] for i in sorted(order[n_aside:])], [pictures[i] for i in sorted(order[:n_aside])]
    height = pictures[0].shape[0]
    cut = height - max(patch_size, round(ASIDE * height))
    if cut < patch_size:
        raise DataError(f"{name} must hold several pictures, or one of at least {2 * patch_size} rows, found {height}")
    return [pictures[0][:cut]], [pictures[0][cut:]]


def _patches(
    name: str, pictures: Sequence[np.ndarray], grid: PatchGrid, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Patches from random places, of each picture in the share of its places; flat ones are left out."""
    size = grid.patch_size
    places = np.array([(each.shape[0] - size + 1) * (each.shape[1] - size + 1) for each in pictures])
    picked = rng.choice(len(pictures), min(count, int(places.sum())), p=places / places.sum())
    found = np.empty((len(picked), grid.n_features), np.float32)
    for row, number in enumerate(picked):
        picture = pictures[number]
        top, left = rng.integers(picture.shape[0] - size + 1), rng.integers(picture.shape[1] - size + 1)
        found[row] = picture[top : top + size, left : left + size].ravel()
    found = found[found.std(axis=1) >= FLAT]
    if not len(found):
        raise DataError(f"{name} shows nothing: no patch of {size} x {size} pixels has a contrast of {FLAT:g} of white")
    return found


def _mixtures(sources: Sequence[np.ndarray], settings: PictureTraining, split: str) -> np.ndarray:
    """What the encoder sees: patches as they are prepared, or sums of one of each source, drawn at random."""
    if len(sources) == 1:
        return _prepared(sources[0], settings)
    rng = generator(seed_for(settings.seed, "mixtures", split))
    count = max(map(len, sources))
    return sum(each[rng.integers(len(each), size=count)] for each in sources)  # type: ignore[return-value]


def _prepared(patches: np.ndarray, settings: PictureTraining) -> np.ndarray:
    return patches - patches.mean(axis=1, keepdims=True) if settings.remove_mean else patches


# --- dictionaries, codes, encoder --------------------------------------------------------------------------------


def _dictionary(
    patches: np.ndarray, number: int, settings: PictureTraining, advance: Callable[[int], object]
) -> np.ndarray:
    assert settings.n_atoms is not None and settings.penalties is not None  # resolved
    return learn_dictionary(
        _prepared(patches, settings),
        settings.n_atoms,
        settings.penalties[number],
        epochs=settings.dictionary_epochs,
        seed=seed_for(settings.seed, "dictionary", number),
        after_epoch=lambda row: advance(1),
    ).dictionary


def _codes(problem: SparseCodingProblem, signals: np.ndarray, advance: Callable[[int], object]) -> np.ndarray:
    parts = []
    for first in range(0, len(signals), CODED):
        parts.append(optimal_codes(problem, signals[first : first + CODED]).codes)
        advance(len(parts[-1]))
    return np.concatenate(parts)


def _train(
    problem: SparseCodingProblem,
    pairs: Sequence[tuple[np.ndarray, np.ndarray]],
    settings: PictureTraining,
    advance: Callable[[int], object],
) -> Encoder:
    """The trained encoder: near the optimal codes, and near the sources that they stand for."""
    encoder = encoder_class(settings.encoder).from_problem(problem, depth=settings.depth)
    given = TrainingSettings(
        learning_rate=settings.learning_rate,
        optimizer="adam",
        decay=0.1 ** (1 / settings.epochs),
        epochs=settings.epochs,
        seed=seed_for(settings.seed, "encoder"),
        set_backs=3,
    )
    loss = loss_for("sources", problem, encoder)
    training = Training(encoder, *pairs[0], settings=given, loss=loss, validation=pairs[1])
    while training.status is None and training.epoch < settings.epochs:
        training.run_epoch()
        advance(1)
    training.finish()
    return encoder


def _nearness(
    problem: SparseCodingProblem, encoder: Encoder, signals: np.ndarray, codes: np.ndarray
) -> dict[str, float]:
    found = encoder.encode(signals)
    reached, best = (float(problem.objective(signals, each).mean()) for each in (found, codes))
    return {"rmse": rmse(found, codes), "objective": reached, "optimal_objective": best}
