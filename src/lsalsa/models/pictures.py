"""A model of pictures: patches, dictionaries, an encoder, and the way from a picture to its codes and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.arrays.checks import as_number
from lsalsa.data.overlapping import PatchGrid
from lsalsa.encoders import Encoder
from lsalsa.errors import ConfigError, LsalsaError, ShapeError, StorageError
from lsalsa.exact import optimal_codes
from lsalsa.metrics import zero_share
from lsalsa.models.format import Parts, problem_of, write_parts
from lsalsa.models.noise import estimate_noise, penalty_of_noise
from lsalsa.models.separation import Separation, energies_of
from lsalsa.problem import SparseCodingProblem

CODERS = ("encoder", "exact")
TOLERANCE = 1e-4
"""Relative duality gap of exact codes of pictures: far below what eight bits show."""

Advance = Callable[[int], object]


@dataclass
class PictureModel:
    """Sparse codes of the overlapping patches of a picture.

    Attributes
    ----------
    encoder : Encoder
    problem : SparseCodingProblem
        What the encoder approximates: one dictionary, or one for each source.
    grid : PatchGrid
        Sides, stride and channels of the patches.
    remove_mean : bool
        Whether each patch is coded without its mean, which is added again to what the codes make.
    names : list of str
        One of each dictionary.
    origin : dict
        Facts about the training, for readers.

    Raises
    ------
    ShapeError
        When encoder, problem, patches and names do not fit each other.
    ConfigError
        With several dictionaries and `remove_mean`: no source could claim the mean.
    """

    encoder: Encoder
    problem: SparseCodingProblem
    grid: PatchGrid
    remove_mean: bool
    names: list[str]
    origin: dict[str, Any] = field(default_factory=dict)
    kind = "pictures"

    def __post_init__(self) -> None:
        sizes = {"encoder": self.encoder.n_features, "problem": self.problem.n_features}
        for name, found in sizes.items():
            if found != self.grid.n_features:
                raise ShapeError(f"the {name} takes signals of {found} numbers, but a patch has {self.grid.n_features}")
        if self.encoder.n_atoms != self.problem.n_atoms:
            raise ShapeError(f"the encoder has {self.encoder.n_atoms} atoms, but the problem {self.problem.n_atoms}")
        if len(self.names) != len(self.problem.dictionaries):
            raise ShapeError(f"{len(self.problem.dictionaries)} dictionaries need a name each, found {self.names}")
        if self.remove_mean and len(self.names) > 1:
            raise ConfigError("patches of several sources keep their means: without them no source could claim one")

    # --- codes ---------------------------------------------------------------------------------------------------

    def encode_patches(self, patches: np.ndarray, *, codes: str = "encoder", penalty: float | None = None) -> Any:
        """Codes of patches.

        Parameters
        ----------
        patches : array, (n, n_features)
            Without their means, if the model removes them.
        codes : {"encoder", "exact"}
            Of the trained encoder, or certified optimal ones.
        penalty : float, optional
            The largest penalty, in place of the model's own; all keep their ratios. If x solves the problem of y, then
            s x solves that of s y with penalties s times as large. So the encoder serves every penalty.

        Returns
        -------
        codes : array, (n, n_atoms)
        """
        if codes not in CODERS:
            raise ConfigError(f"codes must be {' or '.join(CODERS)}, found {codes!r}")
        own = max(self.problem.penalties)
        scale = 1.0 if penalty is None else as_number(penalty) / own
        if not 0 < scale < np.inf:
            raise ConfigError(f"penalty must be positive and finite, found {penalty!r}")
        signals = np.ascontiguousarray(patches / scale, dtype=self.encoder.dtype)
        if codes == "encoder":
            found = self.encoder.encode(signals)
        else:
            found = optimal_codes(self.problem, signals, TOLERANCE).codes
        return found * signals.dtype.type(scale)

    def encode(self, picture: np.ndarray, *, codes: str = "encoder", advance: Advance | None = None) -> np.ndarray:
        """Codes of all patches of a picture, row by row from the top left.

        Parameters
        ----------
        picture : array, (height, width) or (height, width, 3)
            Black is 0, white is 1.
        codes : {"encoder", "exact"}
        advance : callable, optional
            Is told how many patches were coded, as they are.

        Returns
        -------
        codes : array, (n_patches, n_atoms)

        Raises
        ------
        ShapeError, DataError
            A picture with other channels, smaller than a patch, or with NaN or Inf.
        """
        found: list[np.ndarray] = []

        def work(patches: np.ndarray, means: np.ndarray) -> list[np.ndarray]:
            found.append(self.encode_patches(patches, codes=codes))
            return []

        self._apply(picture, work, advance)
        return np.concatenate(found)

    # --- pictures ------------------------------------------------------------------------------------------------

    def reconstruct(
        self,
        picture: np.ndarray,
        *,
        codes: str = "encoder",
        penalty: float | None = None,
        advance: Advance | None = None,
    ) -> np.ndarray:
        """The picture that the codes stand for: overlapping patches are averaged.

        Parameters
        ----------
        picture, codes
            As for `encode`.
        penalty
            As for `encode_patches`.
        advance
            As for `encode`.

        Returns
        -------
        picture : array, of the same shape, float64
        """

        def work(patches: np.ndarray, means: np.ndarray) -> list[np.ndarray]:
            return [self.problem.reconstruct(self.encode_patches(patches, codes=codes, penalty=penalty)) + means]

        return self._apply(picture, work, advance)[0]

    def denoise(
        self, picture: np.ndarray, noise: float | None = None, *, codes: str = "encoder", advance: Advance | None = None
    ) -> np.ndarray:
        """The picture without its noise: codes under the penalty that noise of this size calls for.

        Parameters
        ----------
        picture
            As for `encode`.
        noise : float, optional
            Standard deviation in the unit of the picture; `estimate_noise` by default. `penalty_of_noise` is the rule
            for the penalty.
        codes, advance
            As for `encode`.

        Returns
        -------
        picture : array, of the same shape, float64

        Raises
        ------
        ConfigError
            When the noise is not positive: there is nothing to remove.
        """
        self.grid.check("the picture", picture)
        noise = estimate_noise(picture) if noise is None else as_number(noise)
        if not 0 < noise < np.inf:
            raise ConfigError(
                f"noise must be positive and finite, found {noise:g}; a picture without noise stays as is"
            )
        penalty = penalty_of_noise(noise, self.problem.n_atoms, overlap=self.grid.stride < self.grid.patch_size)
        return self.reconstruct(picture, codes=codes, penalty=penalty, advance=advance)

    def separate(self, picture: np.ndarray, *, codes: str = "encoder", advance: Advance | None = None) -> Separation:
        """Take a sum of sources apart; no ground truth is needed, and none is known.

        Parameters
        ----------
        picture, codes, advance
            As for `encode`.

        Returns
        -------
        Separation

        Raises
        ------
        ConfigError
            When the model has one dictionary only.
        """
        if len(self.names) < 2:
            raise ConfigError(
                "separation needs a model of several sources, this one has one; train on a folder of each"
            )
        objectives, zeros = [], []

        def work(patches: np.ndarray, means: np.ndarray) -> list[np.ndarray]:
            found = self.encode_patches(patches, codes=codes)
            signals = self.problem.asarray(patches)
            objectives.append(self.problem.objective(signals, found))
            zeros.append(zero_share(found) * len(patches))
            return self.problem.reconstruct_components(found)

        pictures = dict(zip(self.names, self._apply(picture, work, advance), strict=True))
        objective = np.concatenate(objectives)
        energies, share = energies_of(picture, pictures), float(sum(zeros)) / len(objective)
        return Separation(pictures, energies, float(objective.mean()), share)

    def _apply(self, picture: np.ndarray, work: Any, advance: Advance | None) -> list[np.ndarray]:
        self.grid.check("the picture", picture)

        def prepared(patches: np.ndarray) -> list[np.ndarray]:
            means = patches.mean(axis=1, keepdims=True) if self.remove_mean else np.zeros((len(patches), 1))
            made = work(patches - means if self.remove_mean else patches, means)
            if advance is not None:
                advance(len(patches))
            return made

        return self.grid.apply(np.asarray(picture), prepared)

    # --- file ----------------------------------------------------------------------------------------------------

    def info(self) -> dict[str, Any]:
        """What the model is and where it came from, in values that JSON holds."""
        sizes = [each.shape[1] for each in self.problem.dictionaries]
        return {
            "kind": self.kind,
            "encoder": self.encoder.name,
            "encoder_settings": self.encoder.settings,
            "sources": dict(zip(self.names, sizes, strict=True)),
            "penalties": [float(each) for each in self.problem.penalties],
            "preprocessing": self._preprocessing(),
            "origin": self.origin,
        }

    def _preprocessing(self) -> dict[str, Any]:
        sizes = {name: getattr(self.grid, name) for name in ("patch_size", "stride", "n_channels")}
        return {**sizes, "black": 0.0, "white": 1.0, "remove_mean": self.remove_mean, "names": self.names}

    def save(self, path: str | Path, metadata: Mapping[str, Any] | None = None) -> None:
        """Write everything to one NPZ file; `lsalsa.load_model` reads it, and `lsalsa.load_encoder` its encoder.

        Parameters
        ----------
        path : path
        metadata : mapping, optional
            Whatever JSON can hold, to be written beside the model's own.

        Raises
        ------
        StorageError
            When the file cannot be written.
        """
        block = {"kind": self.kind, "preprocessing": self._preprocessing(), "origin": self.origin}
        write_parts(path, self.encoder, self.problem, block, metadata)

    @classmethod
    def of_parts(cls, path: str | Path, parts: Parts) -> PictureModel:
        """The model that `save` wrote; StorageError when its parts do not fit."""
        problem = problem_of(path, SparseCodingProblem, parts.arrays)
        settings, origin = parts.block.get("preprocessing", {}), dict(parts.block.get("origin", {}))
        try:
            grid = PatchGrid(settings["patch_size"], settings["stride"], settings["n_channels"])
            return cls(parts.encoder, problem, grid, settings["remove_mean"], list(settings["names"]), origin)
        except (KeyError, TypeError, LsalsaError) as error:
            raise StorageError(f"{path} is no whole model of pictures: {error}") from error
