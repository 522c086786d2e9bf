"""The title of a table or figure with the limits of its numbers: partial data, a reduced study, the device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lsalsa.storage import read_arrays


class Heading(NamedTuple):
    """A title, and sentences on the limits of the numbers; empty without limits."""

    title: str
    note: str = ""


def heading(title: str, extents: Mapping[str, str], reduced: str | None, devices: Iterable[str] = ()) -> Heading:
    """Mark a title, and write a note, if the results are not those of the whole study on all data.

    Parameters
    ----------
    title : str
    extents : mapping
        Name of a set of images -> its extent, as its source gives it: "complete", or "partial: ..." and how much.
    reduced : str, optional
        In what a study is smaller than the paper's, as its configuration says.
    devices : iterable of str
        Devices that computed the numbers; only the CPU alone gets no mark.

    Returns
    -------
    heading : Heading
    """
    partial = [f"{name} ({extent.partition(':')[2].strip()})" for name, extent in extents.items() if lacks(extent)]
    marks, sentences = [], []
    if partial:
        marks.append("partial data")
        sentences.append(f"Partial data: {'; '.join(partial)}.")
    if reduced:
        marks.append("reduced study")
        sentences.append(f"Reduced study: {reduced.rstrip('.')}.")
    used = sorted(device.upper() for device in set(devices))
    if used not in ([], ["CPU"]):
        marks.append(" and ".join(used))
        sentences.append(f"Computed on the {' and the '.join(used)}.")
    return Heading(f"{title} ({', '.join(marks)})" if marks else title, " ".join(sentences))


def devices_in(contents: Iterable[Any]) -> set[str]:
    """Return the devices in the column ``device`` of all rows among some contents."""
    rows = (row for content in contents if isinstance(content, list) for row in content)
    return {row["device"] for row in rows if isinstance(row, Mapping) and row.get("device")}


def lacks(extent: str) -> bool:
    """Return True for the extent of a set of images that is not complete."""
    return extent.startswith("partial")


def extents_of(paths: Iterable[str | Path]) -> dict[str, str]:
    """Return name -> extent of each file of images; a file without an entry is complete."""
    sources = {Path(path).stem: dict(read_arrays(path, ["source"])["source"].tolist()) for path in paths}
    return {name: source.get("extent", "complete") for name, source in sources.items()}
