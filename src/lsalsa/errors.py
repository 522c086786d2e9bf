"""Every error a user can cause, each raised with one sentence that names the thing, the expected and the found."""

MOST_SHOWN = 300
"""Characters of somebody else's text that a message quotes."""

DELETE_AND_RUN = "delete it and run again"
DELETE_OR_RENAME = "delete it or name another file"
"""Remedies for a file that cannot be used."""


class LsalsaError(Exception):
    """Base of the errors that are shown to a user without a traceback."""


class ShapeError(LsalsaError):
    """An array's shape does not fit the problem; the message names the array, the expected and the found."""


class DataError(LsalsaError):
    """Values that cannot be worked with: NaN, Inf, missing labels, an empty selection."""


class ConfigError(LsalsaError):
    """A setting that does not exist or has an impossible value; the message names the nearest valid one."""


class StorageError(LsalsaError):
    """A file that is missing, truncated, foreign, or cannot be written.

    Parameters
    ----------
    fault : str
        What is wrong, with the name of the file.
    remedy : str, optional
        What a user can do about it; a program that does it itself shows the fault alone.
    """

    def __init__(self, fault: str, remedy: str = ""):
        super().__init__(fault, remedy)
        self.fault, self.remedy = fault, remedy

    def __str__(self) -> str:
        return f"{self.fault}; {self.remedy}" if self.remedy else self.fault


class DivergedError(LsalsaError):
    """A computation left the finite numbers or missed its certificate."""


class DivergenceWarning(UserWarning):
    """A training that did not succeed, and says so in its status: nothing was raised, since its best state is kept."""


class MissingPackageError(LsalsaError, ImportError):
    """A package that the library can do without is asked for and not installed."""


class DeviceMemoryError(LsalsaError, MemoryError):
    """Not even a small part of the work fits into the memory of the GPU; recorded as status `oom`."""


def printable(text: str) -> str:
    """Text for one line of any terminal: bytes that are no UTF-8, and what cannot be printed, are written out."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: object, most: int = MOST_SHOWN) -> str:
    """Somebody else's text as a message quotes it: on one line, printable, and cut where it is too long.

    Parameters
    ----------
    text : object
        A name, or an error of another library.
    most : int
        Characters of it that are kept.
    """
    line = printable(" ".join(str(text).split()))
    return line if len(line) <= most else f"{line[:most]}... ({len(line):,} characters)"
