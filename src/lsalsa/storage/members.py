"""Members of zip files, and arrays in NPZ files: no more is read than can be there, whatever the file says."""

from __future__ import annotations

import lzma
import math
import os
import struct
import zipfile
import zlib
from typing import IO, NamedTuple

import numpy as np

from lsalsa.errors import shortened

MOST_UNPACKED = 100 * 2**20
"""A member of a zip file may unpack to this many bytes, however small it is when packed."""
MOST_TIMES = 200
"""A larger member may unpack to this many times its packed size; images and arrays stay far below."""

# What zipfile and numpy raise on damaged or foreign bytes; RuntimeError is an encrypted member.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
)

HEADERS = {
    1: np.lib.format.read_array_header_1_0,
    2: np.lib.format.read_array_header_2_0,
    3: np.lib.format.read_array_header_2_0,  # differs in the letters of field names only
}


class Header(NamedTuple):
    """What the header of an array says, once the bytes after it are as many as it says.

    Parameters
    ----------
    shape : tuple of int
    is_by_columns : bool
        Whether the first index runs fastest in the file.
    dtype : dtype
    """

    shape: tuple[int, ...]
    is_by_columns: bool
    dtype: np.dtype


def size_fault(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """What is impossible or dangerous in the sizes that a zip file gives for a member; None when nothing is."""
    told = f"which would unpack from {member.compress_size} to {member.file_size} bytes"
    if archive.fp is not None and member.compress_size > os.fstat(archive.fp.fileno()).st_size:
        return f"{told}, and the file is shorter"
    return told if member.file_size > max(MOST_UNPACKED, MOST_TIMES * member.compress_size) else None


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Content of a member, at most as long as the zip file says; one of DAMAGE when it is not what the file says."""
    with archive.open(member) as stream:  # ZipFile.read would unpack all, and look at the size afterwards
        return stream.read(member.file_size)


def read_header(stream: IO[bytes], member: zipfile.ZipInfo) -> Header:
    """Read the header of an array, and leave the stream at its first number.

    Parameters
    ----------
    stream : file
        The opened member, at its start.
    member : ZipInfo

    Returns
    -------
    header : Header

    Raises
    ------
    ValueError and others of DAMAGE
        When it is no header of an array of plain values, or tells of more or fewer bytes than the member has.
    """
    name = shortened(member.filename.removesuffix(".npy"))
    try:
        version, _ = np.lib.format.read_magic(stream)
        if version not in HEADERS:
            raise ValueError(f"version {version} of the format is unknown")
        shape, is_by_columns, dtype = HEADERS[version](stream)
    except ValueError as error:
        raise ValueError(f"{name}: {_first_line(error)}") from error
    if dtype.hasobject:
        raise ValueError(f"{name} holds Python objects, which are never read")
    if any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"{name}: no array has the shape {shortened(shape)}")
    told, found = math.prod(shape) * dtype.itemsize, member.file_size - stream.tell()
    if told != found:
        kind = f"{shortened(dtype, 60)} of shape {shortened(shape)}"
        raise ValueError(f"{name}: the header tells of {kind}, {shortened(told, 40)} bytes, and {found} bytes follow")
    return Header(shape, is_by_columns, dtype)


def read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Read an array of an NPZ file, whose memory is taken only when the file has as many bytes.

    Parameters
    ----------
    archive : ZipFile
    name : str
        Of the array; its member has the suffix .npy.

    Returns
    -------
    array : array

    Raises
    ------
    ValueError and others of DAMAGE
        When the member is missing, is no array of plain values, or is not as long as it says.
    MemoryError
        When the array is as long as it says, and too long for the memory; it names the array and the file.
    """
    member = archive.getinfo(f"{name}.npy")
    if fault := size_fault(archive, member):
        raise ValueError(f"{shortened(name)}: {fault}")
    try:
        with archive.open(member) as stream:
            shape = read_header(stream, member).shape
        with archive.open(member) as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)
    except MemoryError as error:
        told = f"{shortened(name)} of {archive.filename}, of shape {shape}, does not fit into the memory"
        raise MemoryError(f"{told}: {error}") from error


def _first_line(error: Exception) -> str:
    """The first sentence of an error of NumPy: the others advise to trust the file."""
    return shortened(str(error).partition("\n")[0], 120)
