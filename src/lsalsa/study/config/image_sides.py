"""Height and width of a set of images, as far as they are known before the images are read."""

from __future__ import annotations

import importlib
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from lsalsa.data.register import DATA_SETS
from lsalsa.errors import ConfigError, StorageError
from lsalsa.storage.files import check_exists
from lsalsa.storage.members import DAMAGE, read_header
from lsalsa.study.config import plugins
from lsalsa.study.config.blocks import Cutting
from lsalsa.study.config.models import Study

Sides = tuple[int, int]
CuttingType = TypeVar("CuttingType", bound=Cutting)


def sides_of(study: Study, name: str) -> Sides | None:
    """Return height and width of a set of images; None if only its source can tell, or has faults of its own.

    They are a setting of the source, a fact of a set that is downloaded or comes with a package, or the header of the
    user's NPZ file.

    Parameters
    ----------
    study : Study
    name : str
        A set of images of the study.
    """
    images = study.images[name]
    settings = plugins.source_settings(images.source) | images.settings
    for name in ("image_size", "crop"):
        if isinstance(side := settings.get(name), int) and side > 0:
            return side, side
    if images.source in DATA_SETS:
        side = DATA_SETS[images.source].side
        return None if study.data_dir else (side, side)  # the user's part of a set can have another size
    if images.source == "npz_images" and isinstance(settings.get("path"), str):
        return _sides_in(Path(study.data_dir or "") / settings["path"])
    side = getattr(importlib.import_module(f"lsalsa.data.sources.{images.source}"), "SIDE", None)
    return None if side is None else (side, side)


def _sides_in(path: Path) -> Sides | None:
    """Read the shape of the images of an NPZ file from its header."""
    with suppress(*DAMAGE, StorageError):  # whoever reads the images says what is wrong
        check_exists(path)
        with zipfile.ZipFile(path) as archive:
            names = [name for name in ("images.npy", "train_images.npy") if name in archive.namelist()]
            member = archive.getinfo(names[0] if names else "")
            with archive.open(member) as stream:
                shape = read_header(stream, member).shape
                return (shape[1], shape[2]) if len(shape) > 2 else None
    return None


def with_sizes(study: Study) -> Study:
    """Return the study with the size of every component and mixture that keeps its images as they are.

    It stays open where only the source knows it, and where images are not square.
    """
    components = {name: _sized(study, component) for name, component in study.components.items()}
    tasks = dict(study.tasks)
    for name, task in tasks.items():
        if task.mixtures is not None:
            tasks[name] = task.model_copy(update={"mixtures": _sized(study, task.mixtures)})
    return study.model_copy(update={"components": components, "tasks": tasks})


def _sized(study: Study, cutting: CuttingType) -> CuttingType:
    """Return the settings with `image_size` filled in, where it is open and known."""
    images = study.images.get(cutting.images)
    if cutting.image_size is not None or cutting.resize != "none" or images is None:
        return cutting
    with suppress(ConfigError):  # the checks say what is wrong with a source
        sides = set(sides_of(study, cutting.images) or ()) if images.source in plugins.sources() else set()
        return cutting.model_copy(update={"image_size": sides.pop()}) if len(sides) == 1 else cutting
    return cutting


def misfits(path: str, component: Cutting, sides: Sides) -> Iterator[str]:
    """Yield a sentence if images of this height and width cannot reach the size that a component asks for, if any.

    Parameters
    ----------
    path : str
        Key of the component or of the mixtures.
    component : Cutting
    sides : (height, width)

    Yields
    ------
    sentence : str
    """
    if component.image_size is None:
        return
    found = f"{component.images} has images of {sides[0]} x {sides[1]} pixels"
    if component.resize == "none" and sides != (component.image_size,) * 2:
        yield f"{path}.image_size is {component.image_size}, but {found}; set resize to pad or downscale"
    if component.resize == "pad" and max(sides) > component.image_size:
        yield f"{path}.image_size is {component.image_size}, but {found}, too large to pad; set resize to downscale"
