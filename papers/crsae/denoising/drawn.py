"""The one picture that the figure draws, by every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lsalsa.errors import DataError
from papers.crsae.denoising.scoring import Noisy


class Drawn:
    """The picture that the figure draws, by every method: it looks at all and keeps the one, of the first repetition.

    Parameters
    ----------
    pictures, name : str
    noisy : Noisy or None
        None where these pictures do not have it: then nothing is kept.

    Attributes
    ----------
    arrays : dict of str to array
        clean, noisy, and method -> picture.
    facts : dict
        pictures, picture; method -> PSNR in dB under ``psnr_db``.
    """

    def __init__(self, pictures: str, name: str, noisy: Noisy | None):
        self.key = (pictures, name)
        self.arrays = {} if noisy is None else {"clean": noisy.clean, "noisy": noisy.noisy}
        self.facts: dict[str, Any] = {"pictures": pictures, "picture": name, "psnr_db": {}}

    def see(self, row: Mapping[str, Any], picture: np.ndarray) -> None:
        """Keep a denoised picture if it is the one."""
        if (row["pictures"], row["picture"]) == self.key and row["repetition"] == 0:
            self.arrays[row["method"]] = picture.astype(np.float32)
            self.facts["psnr_db"][row["method"]] = row["psnr_db"]


def drawn(noisy: Sequence[Noisy], shown: Mapping[str, Any]) -> Drawn:
    """Choose the picture that the figure draws.

    Parameters
    ----------
    noisy : sequence of Noisy
    shown : mapping
        pictures, and picture: its name in that set, or None for the first.

    Raises
    ------
    DataError
        When the set is there and has no such picture.
    """
    of_set = [one for one in noisy if one.pictures == shown["pictures"]]
    name = shown["picture"] or (of_set[0].name if of_set else "")
    found = next((one for one in of_set if one.name == name), None)
    if of_set and found is None:
        raise DataError(f"{shown['pictures']} has no picture {name}; it has {', '.join(one.name for one in of_set)}")
    return Drawn(shown["pictures"], name, found)
