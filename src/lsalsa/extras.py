"""Packages that the library needs for a few things only; the extras of pyproject.toml bring them."""

from collections.abc import Iterator
from contextlib import contextmanager

from lsalsa.errors import MissingPackageError


@contextmanager
def from_extra(package: str, purpose: str, extra: str = "study") -> Iterator[None]:
    """Around the import of a package that may be absent: say in one sentence how to get it.

    Parameters
    ----------
    package : str
        Its name for pip.
    purpose : str
        What needs it, as the beginning of the sentence: "decoding image files".
    extra : str
        Which of the extras brings it.

    Raises
    ------
    MissingPackageError
        When the import inside fails.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        sentence = f"{purpose} needs the package {package}, which is not installed: pip install 'lsalsa[{extra}]'"
        raise MissingPackageError(sentence) from error
