"""Files of published data sets: from the cache, or from the first address that gives them whole.

A file gets its name only when its size and checksum are those of the register. A download that breaks off leaves
nothing and starts again from the beginning. No address can hold up the others: what sends too much, or too slowly, is
given up. Two environment variables are read: LSALSA_CACHE, the folder of the cache,
and LSALSA_OFFLINE, which forbids every connection when it is set to anything but 0.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import IO, Any

from lsalsa.data.names import listed
from lsalsa.data.picture_register import PictureSet
from lsalsa.data.register import DataSet, PublishedFile
from lsalsa.errors import DataError, StorageError, shortened
from lsalsa.extras import from_extra
from lsalsa.storage import atomic, free_bytes

logger = logging.getLogger(__name__)

WAITS = (1, 2, 4)
"""Seconds before all addresses of a file are tried again."""

PATIENCE = 60
"""Seconds that any download may take."""

LEAST_SPEED = 20_000
"""Bytes a second: those that came give a download as much more time. It ends after PATIENCE + bytes / LEAST_SPEED."""

CHUNK = 2**16


class _Refused(Exception):
    """An address did not give the file; the next one is tried."""


class _Download(Thread):
    """One download, in the background: it can be given up in a header, in a body, in a silence.

    pooch writes into this object as into a file. It takes no more than the published bytes.

    Parameters
    ----------
    file : PublishedFile
    url : str
    stream : file
        Binary, to be written.
    """

    def __init__(self, file: PublishedFile, url: str, stream: IO[bytes]):
        super().__init__(daemon=True)  # one that was given up holds up no exit
        self._file, self._url, self._stream = file, url, stream
        self.received = 0
        self.error: Exception | None = None
        self._given_up = Event()

    def run(self) -> None:
        """Download; what goes wrong becomes `error`."""
        download = _pooch().HTTPDownloader(
            progressbar=sys.stderr.isatty(),
            chunk_size=CHUNK,
            headers={"Accept-Encoding": "identity"},  # a server must not unpack what is published packed
            hooks={"response": lambda response, **_: _check_response(response, self._file)},
        )
        try:
            download(self._url, self, None)
        except Exception as error:
            self.error = error

    def write(self, content: bytes) -> None:
        """Take a part of the file."""
        self.received += len(content)
        if self._given_up.is_set() or self.received > self._file.bytes:
            raise _Refused(f"{self._file.bytes} bytes expected, more sent")
        self._stream.write(content)

    def flush(self) -> None:
        """Nothing: the file is flushed when it is whole."""

    def wait(self) -> None:
        """Wait for the end, as long as it is fast enough; raise what went wrong."""
        start = time.monotonic()
        try:
            while self.is_alive():
                left = start + PATIENCE + self.received / LEAST_SPEED - time.monotonic()
                if left <= 0:
                    raise _Refused(f"{self.received} of {self._file.bytes} bytes in {time.monotonic() - start:.0f} s")
                self.join(left)
        finally:
            self._given_up.set()
        if self.error is not None:
            raise self.error


def cache_folder() -> Path:
    """Folder of all downloads: LSALSA_CACHE, or the place for caches of this user."""
    return Path(os.environ.get("LSALSA_CACHE") or _pooch().os_cache("lsalsa"))


def _pooch() -> ModuleType:
    with from_extra("pooch", "fetching published data sets"):
        import pooch
    return pooch


def is_offline() -> bool:
    """True when the environment forbids connections."""
    return os.environ.get("LSALSA_OFFLINE", "0") not in ("", "0")


def fetch(data_set: DataSet | PictureSet, *, sleep: Callable[[float], Any] = time.sleep) -> list[Path]:
    """Paths of all files of a data set, downloaded where the cache lacks them.

    Parameters
    ----------
    data_set : DataSet or PictureSet
    sleep : callable
        Waits for a number of seconds between two rounds of attempts.

    Returns
    -------
    paths : list of Path
        In the order of `data_set.files`, each verified.

    Raises
    ------
    DataError
        When a file cannot be obtained, offline or because no address gives it; it names every missing file.
    StorageError
        When the disk is full or the cache cannot be written.
    """
    folder = cache_folder() / data_set.name
    missing = [file for file in data_set.files if not _is_cached(folder / file.name, file)]
    if missing and is_offline():
        raise DataError(
            f"{data_set.title} is not in the cache and LSALSA_OFFLINE forbids downloads; {_by_hand(missing, folder)}"
        )
    if missing:
        logger.info("fetching %s; licence: %s; cite: %s", data_set.title, data_set.licence, data_set.citation)
        _check_space(folder, missing)
    for file in missing:
        _download(file, folder / file.name, sleep)
    return [folder / file.name for file in data_set.files]


def check_file(path: Path, file: PublishedFile) -> None:
    """Raise DataError when a file is not the published one, naming what was expected and found."""
    if fault := _fault(path, file):
        raise DataError(f"{path} is not the published {file.name}: {fault}")


def check_content(place: Path, content: bytes, file: PublishedFile) -> None:
    """Raise DataError when the content of a file in a folder or zip file is not the published one.

    Parameters
    ----------
    place : Path
        The folder or the zip file, for the message.
    content : bytes
    file : PublishedFile
    """
    if fault := _difference(file, len(content), lambda: hashlib.sha256(content).hexdigest()):
        raise DataError(f"{file.name} of {place} is not the published one: {fault}")


def _fault(path: Path, file: PublishedFile) -> str | None:
    """How a file differs from the published one; None when it does not."""
    return _difference(file, path.stat().st_size, lambda: _pooch().file_hash(str(path), alg="sha256"))


def _difference(file: PublishedFile, size: int, sha256_of: Callable[[], str]) -> str | None:
    """How something of this size and checksum differs from the published file; None when it does not."""
    if size != file.bytes:
        return f"{file.bytes} bytes expected, found {size}"
    sha256 = sha256_of()
    return None if sha256 == file.sha256 else f"sha256 {file.sha256} expected, found {sha256}"


def _is_cached(path: Path, file: PublishedFile) -> bool:
    """True for a file that is there and whole; a damaged one is logged and counts as missing."""
    if not path.is_file():
        return False
    fault = _fault(path, file)
    if fault:
        logger.warning("%s is damaged (%s)", path, fault)
    return fault is None


def _check_space(folder: Path, missing: list[PublishedFile]) -> None:
    """Refuse a download that the disk cannot hold, before it starts."""
    needed = sum(file.bytes for file in missing)
    free = free_bytes(folder)
    if needed > free:
        raise StorageError(f"{folder} cannot hold the download: {needed} bytes needed, {free} bytes free")


def _download(file: PublishedFile, path: Path, sleep: Callable[[float], Any]) -> None:
    """Try all addresses in order, again after growing waits, until one gives the file whole."""
    for wait in (*WAITS, None):
        refusals = []
        for url in file.urls:
            try:
                return _receive(file, url, path)
            except _Refused as refusal:
                refusals.append(f"{url}: {refusal}")
        reasons = "; ".join(refusals)
        if wait is not None:
            logger.warning("%s could not be downloaded (%s); trying again in %d s", file.name, reasons, wait)
            sleep(wait)
    raise DataError(f"no address gives {file.name} ({reasons}); {_by_hand([file], path.parent)}")


def _receive(file: PublishedFile, url: str, path: Path) -> None:
    """Download a file from one address; it gets its name after its checksum is right."""
    with atomic(path, file.bytes) as temporary:
        with open(temporary, "wb") as stream:
            download = _Download(file, url, stream)
            download.start()
            try:
                download.wait()
            except (_Refused, MemoryError):
                raise
            except OSError as error:
                if error.errno is not None:  # of the disk; those of the connection have no number
                    raise
                raise _Refused(shortened(error)) from error
            except Exception as error:  # whatever the libraries make of an answer that is none
                raise _Refused(shortened(f"{type(error).__name__}: {error}")) from error
        if fault := _fault(temporary, file):
            raise _Refused(fault)


def _check_response(response: Any, file: PublishedFile) -> None:
    """Refuse an answer by its headers, before its body is read; the downloader handles error statuses."""
    if response.is_redirect:
        response.close()  # its body could be endless
    if not response.ok or response.is_redirect:
        return
    # Some servers call every .gz file packed for the way; unpacked it would not be the published one.
    response.raw.headers.pop("Content-Encoding", None)
    kind, length = response.headers.get("Content-Type", ""), response.headers.get("Content-Length")
    if kind.startswith("text/html"):
        fault = "a web page instead of the file"
    elif length is not None and length != str(file.bytes):
        fault = f"{file.bytes} bytes expected, {shortened(length, 20)} announced"
    else:
        return
    response.close()
    raise _Refused(fault)


def _by_hand(missing: list[PublishedFile], folder: Path) -> str:
    """What the user can do instead of a download, as part of a message."""
    names = listed([file.name for file in missing])
    return f"put {names} into {folder}, or into a folder {folder.name} of data_dir"
