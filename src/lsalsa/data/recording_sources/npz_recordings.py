"""The user's recordings in an NPZ file, as `numpy.savez` writes it, with or without marked events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lsalsa.data.npz_file import decoded, holds_array, named_classes, read_plain_arrays, require_arrays
from lsalsa.data.recordings import RecordingSet
from lsalsa.data.selection import check_share
from lsalsa.data.user_files import user_file, user_source
from lsalsa.errors import DataError, ShapeError

NEEDED = ("samples", "sampling_rate_hz")
OPTIONAL = ("offsets", "names", "is_test", "test_from", "event_samples", "event_labels")

Arrays = Mapping[str, np.ndarray]


def own_files(data_dir: str | Path, *, path: str | None = None, **_: Any) -> list[Path]:
    """The file that is read.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    return [user_file("recordings from npz_recordings", path, data_dir)]


def marks_events(data_dir: str | Path, *, path: str | None = None, **_: Any) -> bool:
    """Whether the file marks events.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    return holds_array(user_file("recordings from npz_recordings", path, data_dir), "event_samples")


def load(
    *, seed: int, data_dir: str | Path | None = None, path: str | None = None, test_fraction: float = 0.2
) -> RecordingSet:
    """Load recordings from a file; values and units are those of the file.

    Parameters
    ----------
    seed, data_dir
        As in every source, see `lsalsa.data.recording_sources`; nothing here is left to chance.
    path : str
        NPZ file with ``samples`` (n_samples,) or (n_samples, n_channels), numbers, and ``sampling_rate_hz``. Several
        recordings stand one after another; ``offsets`` (n_recordings + 1,) has the row where each begins, and the end.
        Optionally ``names`` (n_recordings,); ``is_test`` (n_recordings,) bool, or ``test_from`` (n_recordings,), the
        sample of each recording at which its test side begins; ``event_samples`` (n_events,), rows of ``samples``, and
        ``event_labels`` (n_events,), whole numbers from 0 or strings.
    test_fraction
        As in every source.
    """
    file = user_file("recordings from npz_recordings", path, data_dir)
    check_share("test_fraction", test_fraction)
    arrays = read_plain_arrays(file, NEEDED + OPTIONAL)
    require_arrays(file, arrays, NEEDED)
    samples, offsets = _samples(arrays["samples"]), _offsets(arrays)
    names = arrays.get("names", np.array([f"recording {i}" for i in range(len(offsets) - 1)]))
    stored = {
        "samples": samples,
        "offsets": offsets,
        "sampling_rate_hz": _rate(arrays["sampling_rate_hz"]),
        "names": _names(names),
        "test_from": _test_from(arrays, np.diff(offsets), test_fraction),
        "source": np.array([*user_source(file).items()]),
    }
    if "event_labels" in arrays:
        require_arrays(file, arrays, ("event_samples",))
    return RecordingSet.from_arrays(stored | _events(arrays))


def _samples(samples: np.ndarray) -> np.ndarray:
    """Samples as (n_samples, n_channels) of float32, or of float64 where that has the same values and float32 not."""
    if samples.ndim not in (1, 2) or not samples.size:
        raise ShapeError(f"samples must have shape (n_samples,) or (n_samples, n_channels), found {samples.shape}")
    if samples.dtype.kind not in "iuf":
        raise DataError(f"samples must be numbers, found {samples.dtype}")
    dtype = np.float32 if np.can_cast(samples.dtype, np.float32) else np.float64
    with np.errstate(over="ignore", invalid="ignore"):  # what float64 does not hold is refused
        return samples.astype(dtype).reshape(len(samples), -1)


def _names(names: np.ndarray) -> np.ndarray:
    """Names of the recordings as text, one after another; whole numbers are names too."""
    names = decoded("names", names)
    if names.dtype.kind not in "iuU":
        raise DataError(f"names must be strings or whole numbers, found {names.dtype}")
    return names.astype(str).reshape(-1)


def _offsets(arrays: Arrays) -> np.ndarray:
    """Row where each recording begins, and the end; one recording by default."""
    n_samples = len(arrays["samples"])
    offsets = _whole_numbers("offsets", arrays.get("offsets", np.array([0, n_samples])))
    if len(offsets) < 2 or offsets[0] != 0 or offsets[-1] != n_samples or (np.diff(offsets) < 1).any():
        raise DataError(f"offsets must rise from 0 to {n_samples}, the number of samples, found {offsets.tolist()[:9]}")
    return offsets


def _rate(rate: np.ndarray) -> np.ndarray:
    if rate.size != 1 or rate.dtype.kind not in "iuf":
        raise DataError(f"sampling_rate_hz must be one number, found {rate.dtype} of shape {rate.shape}")
    return rate.reshape(())


def _test_from(arrays: Arrays, lengths: np.ndarray, test_fraction: float) -> np.ndarray:
    """First test sample of each recording: as the file says, or else so that the last share is for the test."""
    if "test_from" in arrays:
        return _whole_numbers("test_from", arrays["test_from"])
    if "is_test" not in arrays:
        return lengths - np.rint(test_fraction * lengths).astype(np.int64)
    is_test = arrays["is_test"]
    if is_test.dtype != bool or is_test.shape != lengths.shape:
        expected = f"boolean of shape {lengths.shape}, one entry per recording"
        raise DataError(f"is_test must be {expected}, found {is_test.dtype} of shape {is_test.shape}")
    return np.where(is_test, 0, lengths)


def _events(arrays: Arrays) -> dict[str, np.ndarray]:
    """Events in the order of their samples; without labels they are all of one kind."""
    if "event_samples" not in arrays:
        return {}
    samples = _whole_numbers("event_samples", arrays["event_samples"])
    if len(samples) and not 0 <= samples.min() <= samples.max() < len(arrays["samples"]):
        end = len(arrays["samples"]) - 1
        raise DataError(f"event_samples must be from 0 to {end}, found {samples.min()} to {samples.max()}")
    found = arrays.get("event_labels", np.full(samples.shape, "event"))
    names, labels = named_classes("event_labels", found, "event", samples.shape)
    order = np.argsort(samples, kind="stable")
    return {"event_samples": samples[order], "event_labels": labels[order], "event_names": np.array(names, dtype=str)}


def _whole_numbers(name: str, array: np.ndarray) -> np.ndarray:
    """The array as int64; DataError when it is no list of whole numbers."""
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise DataError(f"{name} must be whole numbers in one dimension, found {array.dtype} of shape {array.shape}")
    return array.astype(np.int64)
