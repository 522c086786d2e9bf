"""Learn filters from random crops of pictures, by one arm."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.arrays import Device, one_blas_thread, to_host
from lsalsa.convolution import lipschitz_bound
from lsalsa.encoders import encoder_class
from lsalsa.errors import DataError, DivergedError
from lsalsa.losses.gamma_prior import GammaPriorLoss
from lsalsa.losses.reconstruction import ReconstructionLoss
from lsalsa.problem.convolutional import ConvolutionalProblem
from lsalsa.seeds import generator
from lsalsa.training import Group
from papers.crsae.denoising.arms import Arm
from papers.crsae.denoising.denoise import averaged_targets
from papers.crsae.denoising.shifts import Shifts

log = logging.getLogger(__name__)
LOW_PASS = 0  # the filter that starts as a constant, in all arms
AVERAGING = 0.02  # rate of the closed form: a moving average over about 50 batches


def random_filters(side: int, count: int, seed: int) -> np.ndarray:
    """Draw the start of the filters: random normal of norm 1, but for one constant, the low-pass.

    Parameters
    ----------
    side : int
    count : int
    seed : int

    Returns
    -------
    filters : array, (side, side, count), float32
        The low-pass is the first.
    """
    filters = generator(seed).standard_normal((side, side, count))
    filters[..., LOW_PASS] = 1.0
    return (filters / np.linalg.norm(filters, axis=(0, 1))).astype(np.float32)


class Crops:
    """Random windows of pictures with fresh noise: the same for every arm of one seed.

    Parameters
    ----------
    pictures : sequence of array, (height, width)
        In [0, 1], of any sizes.
    side : int
        Height and width of a crop.
    noise : float
        Standard deviation of the noise.

    Raises
    ------
    DataError
        No picture, one smaller than a crop, or one with NaN or Inf.
    """

    def __init__(self, pictures: Sequence[np.ndarray], side: int, noise: float):
        if not pictures:
            raise DataError("learning filters needs at least one picture, found none")
        for number, picture in enumerate(pictures, start=1):
            if min(picture.shape) < side:
                shape = " x ".join(map(str, picture.shape))
                raise DataError(f"training picture {number} is {shape}, smaller than the crops of {side} x {side}")
            if not np.isfinite(picture).all():
                raise DataError(f"training picture {number} holds NaN or Inf")
        self.pictures, self.side, self.noise = pictures, side, noise

    def draw(self, count: int, draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return clean and noisy crops, each (count, side, side), float32."""
        chosen = draws.choice(len(self.pictures), count, replace=count > len(self.pictures))
        clean = np.stack([self._crop(self.pictures[one], draws) for one in chosen])
        return clean, clean + np.float32(self.noise) * draws.standard_normal(clean.shape, dtype=np.float32)

    def _crop(self, picture: np.ndarray, draws: np.random.Generator) -> np.ndarray:
        row, column = (int(draws.integers(size - self.side + 1)) for size in picture.shape)
        return picture[row : row + self.side, column : column + self.side]


class Learning:
    """The filters of one arm while they learn.

    Parameters
    ----------
    arm : Arm
    settings : mapping
        noise, n_filters, filter_size, stride, depth, steps, batch, crop, copies, prior, strength, low_pass_penalty,
        rate, rate_lcsc, rate_em, warm_up, tangent; see `papers.crsae.denoising.experiment.Denoising`.
    seed : int
        Of the start, the crops, their noise and the chosen copies: arms differ in nothing else.
    device : Device

    Attributes
    ----------
    encoder : Encoder
        Whose parameters move.
    n_steps : int
        Steps done.
    """

    def __init__(self, arm: Arm, settings: Mapping[str, Any], *, seed: int, device: Device):
        self.arm, self.settings, self.seed, self.device = arm, settings, seed, device
        self.shifts = Shifts((settings["crop"],) * 2, settings["filter_size"], settings["stride"])
        self.problem = self._start()
        self.encoder: Any = self._encoder()
        self.groups = tuple(self._groups())
        self.optimizers = [group.new_optimizer(self.encoder) for group in self.groups]
        self.tiles, self.n_steps = self.encoder.gradient_tiles(), 0

    def _start(self) -> ConvolutionalProblem:
        settings = self.settings
        filters = random_filters(settings["filter_size"], settings["n_filters"], self.seed)
        penalties = np.full(settings["n_filters"], settings["prior"] * settings["noise"] ** 2)
        if self.arm.penalties == "hand_set":
            penalties[LOW_PASS] = settings["low_pass_penalty"]
        shape = self.shifts.copy_shape
        return ConvolutionalProblem(self.device.put(filters), penalties.tolist(), shape, settings["stride"])

    def _encoder(self) -> Any:
        kind, given = encoder_class(self.arm.encoder), {"depth": self.settings["depth"]}
        if "learn_penalties" in kind.defaults:
            given["learn_penalties"] = self.arm.penalties == "free"
        return kind.from_problem(self.problem, **given)

    def _groups(self) -> Iterator[Group]:
        """Stage 1: all that the encoder learns, by the reconstruction; stage 2: the penalties, by their prior."""
        settings, options = self.settings, {"clean": self.arm.clean, "hold_codes": self.arm.hold_codes}
        loss = ReconstructionLoss.from_problem(self.problem, self.encoder, **options)
        rate = settings["rate_lcsc" if self.arm.encoder == "lcsc" else "rate"]
        yield Group(loss, rate, optimizer="adam", tangent=settings["tangent"])
        if self.arm.penalties in ("em", "em_closed"):
            closed = self.arm.penalties == "em_closed"
            prior = {"noise": settings["noise"], "strength": settings["strength"], "closed_form": closed}
            of_rates = GammaPriorLoss.from_problem(self.problem, self.encoder, **prior)
            # Adam moves an array by its rate whatever the unit: the setting is for rates, penalty / noise^2.
            rate, optimizer = (AVERAGING, "sgd") if closed else (settings["rate_em"] * settings["noise"] ** 2, "adam")
            yield Group(of_rates, rate, ("penalties",), optimizer)

    def step(self, clean: np.ndarray, noisy: np.ndarray) -> float:
        """Move the parameters by a batch of crops.

        Parameters
        ----------
        clean, noisy : array, (n_crops, side, side), float32

        Returns
        -------
        loss : float
            Of stage 1 before the step, averaged over crops: 1/2 |w - reconstruction|^2 of the average over all copies
            for clean targets w, else the mean over the chosen copies of that of each copy, its noise in the target.

        Raises
        ------
        DivergedError
            When the filters have run away or a loss is not finite; then the parameters are those of before the step.
        """
        before = {name: array.copy() for name, array in self.encoder.arrays.items()}
        try:
            with np.errstate(over="ignore", invalid="ignore"), one_blas_thread():
                return self._step(clean, noisy)
        except DivergedError:
            for name, array in before.items():
                self.encoder.arrays[name][...] = array
            raise

    def _step(self, clean: np.ndarray, noisy: np.ndarray) -> float:
        copies, n_copies = self.shifts.split(self.device.put(noisy)), self.shifts.n_copies
        draws = generator(self.seed, 1, self.n_steps)
        chosen = draws.choice(n_copies, min(self.settings["copies"], n_copies), replace=False).tolist()
        signals, targets, losses = self.shifts.choose(copies, chosen), None, []
        if self.arm.clean:
            targets = averaged_targets(self.encoder, self.shifts, copies, self.device.put(clean), chosen)
        for group, optimizer in zip(self.groups, self.optimizers, strict=True):
            names = tuple(optimizer.arrays)
            loss, gradient = self.encoder.unchecked_loss_and_gradient(signals, targets, group.loss, names, self.tiles)
            if not np.isfinite(loss):
                raise DivergedError(f"the loss {group.loss.name} is {loss} in step {self.n_steps + 1}")
            group.keep_to_tangent(gradient, self.encoder)
            optimizer.step(gradient, group.learning_rate * self._share_of_rate(), self.tiles)
            group.loss.constrain(self.encoder)
            if names != ("penalties",):  # they do not change L, which takes time
                self.encoder.constrain()
            losses.append(loss)
        self.n_steps += 1
        return losses[0]

    def arrays(self) -> dict[str, Any]:
        """All arrays that change, by name: parameters, and what the optimisers keep of them."""
        arrays = {f"encoder.{name}": array for name, array in self.encoder.arrays.items()}
        for number, optimizer in enumerate(self.optimizers, start=1):
            for average, of_arrays in optimizer.averages.items():
                arrays |= {f"group {number}.{average}.{name}": array for name, array in of_arrays.items()}
        return arrays

    def _share_of_rate(self) -> float:
        """Rates rise over the first steps and fall over the last quarter, to 0."""
        steps, warm_up, done = self.settings["steps"], self.settings["warm_up"], self.n_steps
        return min(1.0, (done + 1) / max(1, warm_up), (steps - done) / max(1, steps // 4))

    def facts(self) -> dict[str, Any]:
        """The largest eigenvalue of H^T H, an upper bound, and the penalties, where the encoder has them."""
        bound = lipschitz_bound(self.encoder.arrays["filters"], self.encoder.settings["stride"])
        of_encoder = self.encoder.arrays.get("penalties")
        penalties = None if of_encoder is None else to_host(of_encoder)
        spread: dict[str, float | None] = {}
        for name, percent in {"min": 0, "median": 50, "max": 100}.items():
            spread[f"penalty_{name}"] = None if penalties is None else float(np.percentile(penalties, percent))
        return {"lambda_max": bound, **spread}
