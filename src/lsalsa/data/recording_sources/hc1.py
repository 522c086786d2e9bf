"""The recording d533101 of the set hc-1 of CRCNS: a tetrode in the hippocampus of a rat, and one of its cells from
inside.

The user obtains the file from crcns.org and accepts its terms there; nothing is downloaded here.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np

from lsalsa.data.archive import Archive, opened
from lsalsa.data.recordings import RecordingSet
from lsalsa.data.selection import check_share
from lsalsa.data.user_files import user_path
from lsalsa.errors import DataError, StorageError

RECORDING = "d533101"
PLACES = ("d5331.zip", "d5331", "hc1", "hc-1")
"""Where a folder `data_dir` may hold it, if the setting `path` does not say."""
N_CHANNELS, SAMPLING_RATE_HZ = 8, 10_000
TETRODE, INSIDE = slice(1, 5), 5
"""Channels 2 to 5 and 6, counted from 1."""
HIGH_PASS_HZ, TAPS = 400, 51
THRESHOLD, DEAD = 1800, 20
"""A spike is where the channel inside departs this far from its median; then the next 20 samples hold no other."""
USED, SILENT, BURST = 1_500_000, 29_800, (1_095_000, 1_103_000)
"""Samples that are used of the recording; the first without the cell inside; a burst of movement that is cut out."""
SOURCE = {
    "name": "hc-1 d533101 (CRCNS)",
    "licence": "terms of CRCNS.org: for scientific purposes only, not to be given to others",
    "citation": "D. A. Henze et al.: Intracellular features predicted by extracellular recordings in the hippocampus "
    "in vivo, J Neurophysiol 84:390, 2000; K. D. Harris et al.: Accuracy of tetrode spike separation as determined by "
    "simultaneous intracellular and extracellular measurements, J Neurophysiol 84:401, 2000; data: CRCNS.org, hc-1",
}


def own_files(data_dir: str | Path | None, *, path: str | None = None, **_: Any) -> list[Path]:
    """The zip file, or the data and their description in a folder.

    Parameters
    ----------
    data_dir, path, **_
        As `load` takes them.
    """
    place = _place(data_dir, path)
    return [place] if place.is_file() else [place / f"{RECORDING}.{suffix}" for suffix in ("dat", "xml")]


def load(
    *, seed: int, data_dir: str | Path | None = None, path: str | None = None, test_fraction: float = 0.5
) -> RecordingSet:
    """Read the four channels of the tetrode, high-passed, and the spikes of the cell that is known from inside.

    Parameters
    ----------
    seed, data_dir
        As in every source, see `lsalsa.data.recording_sources`; nothing here is left to chance.
    path : str, optional
        ``d5331.zip``, or a folder with ``d533101.dat`` and ``d533101.xml``; by default it is looked for in `data_dir`.
    test_fraction
        As in every source.
    """
    check_share("test_fraction", test_fraction)
    place = _place(data_dir, path)
    with opened(place) as archive:
        offset = _offset(archive)
        raw = _samples(archive)[:USED] - offset
    tetrode = _high_passed(raw[:, TETRODE])
    kept = np.ones(len(raw), dtype=bool)
    kept[:SILENT] = kept[slice(*BURST)] = False
    if not kept.any():
        raise DataError(f"{RECORDING} of {place} must be longer than its first {SILENT} samples, found {len(raw)}")
    spikes = _crossings(raw[kept, INSIDE])
    samples = tetrode[kept].astype(np.float32)
    whole = len(raw) == USED
    return RecordingSet(
        recordings=[samples],
        sampling_rate_hz=float(SAMPLING_RATE_HZ),
        names=[RECORDING],
        test_from=np.array([len(samples) - round(test_fraction * len(samples))]),
        source=SOURCE | {"extent": "complete" if whole else f"partial: {len(raw):,} of {USED:,} samples"},
        event_samples=[spikes],
        event_labels=[np.zeros(len(spikes), dtype=np.int64)],
        event_names=["cell recorded from inside"],
    )


def _place(data_dir: str | Path | None, path: str | None) -> Path:
    """The file or folder; StorageError with where it comes from when it is not there."""
    if path is not None:
        return user_path("recordings from hc1", path, data_dir)
    for name in PLACES:
        place = Path(data_dir or "") / name
        if place.exists():
            return place
    raise StorageError(
        f"{Path(data_dir or '.')} holds no {PLACES[0]}; get hc-1/Data/{PLACES[0]} from crcns.org/data-sets/hc/hc-1 "
        f"(free account) and put it there"
    )


def _member(archive: Archive, suffix: str) -> bytes:
    names = [name for name in archive.names if PurePosixPath(name).name == f"{RECORDING}.{suffix}"]
    if not names:
        raise StorageError(
            f"{archive.path} holds no {RECORDING}.{suffix}; it needs {RECORDING}.dat and {RECORDING}.xml"
        )
    return archive.read(names[0])


def _offset(archive: Archive) -> int:
    """What the amplifier adds to every value, once the description (in Neuroscope's format) fits what is read here."""
    try:
        system = ElementTree.fromstring(_member(archive, "xml")).find("acquisitionSystem")
        if system is None:
            raise ValueError("it has no acquisitionSystem")
        found = {name: float(system.findtext(name, "")) for name in ("nChannels", "samplingRate", "offset")}
    except (ElementTree.ParseError, ValueError) as error:
        raise DataError(f"{RECORDING}.xml of {archive.path} is no description of a recording: {error}") from error
    expected = {"nChannels": N_CHANNELS, "samplingRate": SAMPLING_RATE_HZ}
    for name, value in expected.items():
        if found[name] != value:
            raise DataError(f"{name} of {RECORDING}.xml must be {value}, found {found[name]:g}")
    if not found["offset"].is_integer():
        raise DataError(f"offset of {RECORDING}.xml must be a whole number, found {found['offset']:g}")
    return int(found["offset"])


def _samples(archive: Archive) -> np.ndarray:
    """All channels as they are stored, (n_samples, 8), int32."""
    data = _member(archive, "dat")
    if not data or len(data) % (2 * N_CHANNELS):
        raise DataError(
            f"{RECORDING}.dat of {archive.path} must hold whole samples of {N_CHANNELS} channels, 2 bytes each, "
            f"found {len(data)} bytes"
        )
    return np.frombuffer(data, dtype="<i2").reshape(-1, N_CHANNELS).astype(np.int32)


def _high_passed(channels: np.ndarray) -> np.ndarray:
    """The channels above 400 Hz, by a symmetric filter of order 50, which delays nothing: float64, same shape."""
    from scipy.signal import firwin, oaconvolve

    taps = firwin(TAPS, HIGH_PASS_HZ, pass_zero=False, fs=SAMPLING_RATE_HZ)
    return oaconvolve(channels.astype(np.float64), taps[:, None], mode="same", axes=0)


def _crossings(inside: np.ndarray) -> np.ndarray:
    """First samples at which the cell spikes, (n_spikes,), int64; DataError when it never does."""
    above = np.flatnonzero(np.abs(inside - np.median(inside)) >= THRESHOLD)
    spikes: list[int] = []
    for sample in above.tolist():
        if not spikes or sample - spikes[-1] > DEAD:
            spikes.append(sample)
    if not spikes:
        most = np.abs(inside - np.median(inside)).max()
        raise DataError(f"channel 6 of {RECORDING} must spike beyond {THRESHOLD} units from its median, most: {most:g}")
    return np.array(spikes, dtype=np.int64)
