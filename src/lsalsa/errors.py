"""Every error a user can cause, each raised with one sentence that names the thing, the expected and the found."""


class LsalsaError(Exception):
    """Base of the errors that are shown to a user without a traceback."""


class ShapeError(LsalsaError):
    """An array's shape does not fit the problem; the message names the array, the expected and the found."""


class DataError(LsalsaError):
    """Values that cannot be worked with: NaN, Inf, missing labels, an empty selection."""


class ConfigError(LsalsaError):
    """A setting that does not exist or has an impossible value; the message names the nearest valid one."""


class StorageError(LsalsaError):
    """A file that is missing, truncated, foreign, or cannot be written."""


class DivergedError(LsalsaError):
    """A computation left the finite numbers or missed its certificate."""


class MissingPackageError(LsalsaError, ImportError):
    """A package that the library can do without is asked for and not installed."""


class DeviceMemoryError(LsalsaError, MemoryError):
    """Not even a small part of the work fits into the memory of the GPU; recorded as status `oom`."""
