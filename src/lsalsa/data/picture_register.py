"""The published sets of pictures, one file a picture: sizes and checksums in `registers/<set>.txt`, and addresses.

A table in that folder has a line `name bytes sha256` for every picture. It is read when the set is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from lsalsa.data.register import Published, PublishedFile, mirrored

RAW = "https://raw.githubusercontent.com/btolooshams/"
DENSAE = RAW + "densae/4f1062300fb721a34813b4359d795165305a47f3/data/"
BSDS = (
    "non-commercial research and education only (Berkeley's terms for BSDS); commercial use is not allowed",
    "D. Martin, C. Fowlkes, D. Tal, J. Malik: A database of human segmented natural images and its application to "
    "evaluating segmentation algorithms and measuring ecological statistics, ICCV, 2001",
)
USUAL = (
    "none stated; pictures that the field has used for decades, their rights are unclear: research only",
    "the usual test pictures of image processing, as the cited repository has them",
)
"""Licence and citation of sets that nobody publishes as such."""


@dataclass(frozen=True)
class PictureSet(Published):
    """A published set of pictures.

    Attributes
    ----------
    base : str
        Address that the names of the files are added to; it names a commit, so it never changes.
    """

    base: str

    @cached_property
    def files(self) -> tuple[PublishedFile, ...]:
        """Every picture, in the order of its table."""
        table = files("lsalsa.data") / "registers" / f"{self.name}.txt"
        return mirrored((self.base,), table.read_text(encoding="ascii"))


BSD68 = PictureSet("bsd68", "BSD68", *BSDS, DENSAE + "BSD68/1/")
CBSD432 = PictureSet("cbsd432", "CBSD432", *BSDS, DENSAE + "CBSD432/1/")
SET12 = PictureSet("set12", "Set12", *USUAL, RAW + "dea/e21772e6b3d3492adf36f2168f5b2b3b7a4b31b4/data/Set12/1/")
CRSAE_TEST9 = PictureSet(
    "crsae_test9",
    "nine test pictures of CRsAE's code",
    *USUAL,
    RAW + "crsae/fc1a09f3cef277adc1f9ea828cf624f5490bbae7/pytorch/data/test_img/1/",
)

PICTURE_SETS = {one.name: one for one in (BSD68, CBSD432, SET12, CRSAE_TEST9)}
