"""Images brought to a size and cut into patches, split by image into train, validation, labelled and test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lsalsa.arrays import check_count, nearest
from lsalsa.data.images import ImageSet
from lsalsa.data.selection import check_share, classes_of, share_of_classes
from lsalsa.errors import ConfigError, DataError
from lsalsa.seeds import generator, seed_for

RESIZE_MODES = ("none", "pad", "downscale")
BLOCK = 2**14


@dataclass(frozen=True)
class PatchSet:
    """Patches and where each was cut.

    Attributes
    ----------
    values : array, (n_patches, n_features), float32
        Pixels of a patch row by row.
    image : array, (n_patches,), int64
        Index of the image in its set.
    position : array, (n_patches,), int64
        Cell of the image's grid, row by row from the top left.
    label : array, (n_patches,), int64, or None
        Class of the image; None where the images have no labels.
    """

    values: np.ndarray
    image: np.ndarray
    position: np.ndarray
    label: np.ndarray | None

    @classmethod
    def of_images(cls, images: np.ndarray, labels: np.ndarray | None, ids: np.ndarray, patch_size: int) -> PatchSet:
        """Every patch of some images, image after image.

        Parameters
        ----------
        images : array, (n_images, height, width) or (n_images, height, width, n_channels), float32
        labels : array, (n_images,), int64, or None
        ids : array, (n_chosen,), int64
            Positions of the images among `images`.
        patch_size : int
        """
        values = cut_patches(images[ids], patch_size)
        n_positions = values.shape[1]
        return cls(
            values=values.reshape(len(ids) * n_positions, -1),
            image=np.repeat(ids, n_positions),
            position=np.tile(np.arange(n_positions), len(ids)),
            label=None if labels is None else np.repeat(labels[ids], n_positions),
        )

    def take(self, chosen: np.ndarray) -> PatchSet:
        """The patches that a mask or an array of positions chooses."""
        label = None if self.label is None else self.label[chosen]
        return PatchSet(self.values[chosen], self.image[chosen], self.position[chosen], label)

    def to_arrays(self, split: str) -> dict[str, np.ndarray]:
        """Arrays by their names in a file of patches."""
        arrays = {split: self.values, f"{split}_image": self.image, f"{split}_position": self.position}
        return arrays if self.label is None else arrays | {f"{split}_label": self.label}


def resize_images(images: np.ndarray, size: int, resize: str = "pad") -> np.ndarray:
    """Bring images to size x size pixels.

    Parameters
    ----------
    images : array, (n_images, height, width) or (n_images, height, width, n_channels)
    size : int
        Height and width afterwards.
    resize : {"pad", "downscale", "none"}
        ``pad`` puts the image in the middle of a black square. ``downscale`` pads to the next multiple of `size`
        and averages blocks (28 -> 32 -> 16). ``none`` expects images of that size.

    Returns
    -------
    resized : array, (n_images, size, size) or (n_images, size, size, n_channels), same dtype

    Raises
    ------
    ConfigError
        When the images do not have the size that the way of resizing needs.
    """
    check_count("image_size", size)
    if resize not in RESIZE_MODES:
        raise nearest("way to resize images", resize, RESIZE_MODES)
    height, width = images.shape[1:3]
    found = f"images of {height} x {width} pixels"
    if resize == "none" and (height, width) != (size, size):
        raise ConfigError(f"{found} do not have image_size {size}; set resize to pad or downscale")
    if resize == "pad" and max(height, width) > size:
        raise ConfigError(f"{found} cannot be padded to image_size {size}; set resize to downscale")
    factor = -(-max(height, width) // size)
    return _block_means(_padded(images, factor * size), factor)


def cut_patches(images: np.ndarray, patch_size: int) -> np.ndarray:
    """Cut images into a grid of patches from the top left; pixels left over at the bottom and right are dropped.

    Parameters
    ----------
    images : array, (n_images, height, width) or (n_images, height, width, n_channels)
    patch_size : int

    Returns
    -------
    patches : array, (n_images, n_positions, patch_size**2 * n_channels), same dtype
        Positions row by row; pixels of a patch row by row, channel by channel (docs/method.md, section 2).

    Raises
    ------
    ConfigError
        When a patch is larger than an image.
    """
    check_count("patch_size", patch_size)
    n_images, height, width, *channels = images.shape
    rows, columns = height // patch_size, width // patch_size
    if rows == 0 or columns == 0:
        raise ConfigError(f"patch_size {patch_size} is larger than the images of {height} x {width} pixels")
    grid = images[:, : rows * patch_size, : columns * patch_size]
    cells = grid.reshape(n_images, rows, patch_size, columns, patch_size, *channels).swapaxes(2, 3)
    return cells.reshape(n_images, rows * columns, math.prod([patch_size, patch_size, *channels]))


def component_patches(
    image_set: ImageSet,
    *,
    image_size: int,
    resize: str,
    patch_size: int,
    min_std: float,
    validation_fraction: float = 0.1,
    seed: int,
) -> dict[str, np.ndarray]:
    """Patches of one component, split by image.

    Parameters
    ----------
    image_set : ImageSet
    image_size, resize
        See `resize_images`.
    patch_size : int
    min_std : float
        Smallest standard deviation of a train or validation patch. Test and labelled images stay complete.
    validation_fraction : float
        Share of the train images of every class, or of all images without labels, that is set aside for validation.
    seed : int

    Returns
    -------
    arrays : dict
        For each split of train, validation, labelled and test: ``{split}`` (n, n_features) float32 and
        ``{split}_image``, ``{split}_position``, ``{split}_label``, see `PatchSet`; no ``{split}_label`` where the
        images have no labels. ``labelled`` holds every patch of the images of ``train``, those left out of
        ``train`` for their small standard deviation too. In ``labelled`` and ``test`` the patches of an image stand
        together, in order.

    Raises
    ------
    ConfigError
        When the sizes do not fit each other, or the fraction is not between 0 and 1.
    DataError
        When no patch is left, or there are too few images to set some aside.
    """
    images = resize_images(image_set.images, image_size, resize)
    train, validation = _split_train(image_set, validation_fraction, seed)

    def cut(ids: np.ndarray) -> PatchSet:
        return PatchSet.of_images(images, image_set.labels, ids, patch_size)

    labelled = cut(train)
    splits = {
        "train": select_patches(labelled, min_std),
        "validation": select_patches(cut(validation), min_std),
        "labelled": labelled,
        "test": cut(np.flatnonzero(image_set.is_test)),
    }
    return {name: array for split, patches in splits.items() for name, array in patches.to_arrays(split).items()}


def select_patches(patches: PatchSet, min_std: float) -> PatchSet:
    """The patches whose pixels have at least this standard deviation; DataError when there is none."""
    deviation = _deviations(patches.values)
    kept = deviation >= min_std
    if not kept.any():
        raise DataError(
            f"no patch has a standard deviation of min_std {min_std:g} or more, "
            f"the largest is {deviation.max(initial=0):.3g}; lower min_std"
        )
    return patches.take(kept)


def _deviations(values: np.ndarray) -> np.ndarray:
    """Standard deviation of every row in float64; block by block, because it takes copies in float64."""
    blocks = [values[start : start + BLOCK].std(axis=1, dtype=np.float64) for start in range(0, len(values), BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros(0)


def _split_train(image_set: ImageSet, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids of the train images to learn from, and of those set aside for validation."""
    check_share("validation_fraction", fraction)
    ids = np.flatnonzero(~image_set.is_test)
    classes = classes_of(image_set.labels, len(image_set.images))[ids]
    aside = share_of_classes(classes, fraction, generator(seed_for(seed, "validation")))
    if not aside.any():
        raise DataError(f"{len(ids)} train images are too few to set one aside for validation")
    return ids[~aside], ids[aside]


def _padded(images: np.ndarray, size: int) -> np.ndarray:
    """Images in the middle of a black square."""
    margins = [((size - length) // 2, (size - length + 1) // 2) for length in images.shape[1:3]]
    return np.pad(images, [(0, 0), *margins, *[(0, 0)] * (images.ndim - 3)])


def _block_means(images: np.ndarray, factor: int) -> np.ndarray:
    """Each block of factor x factor pixels becomes their mean."""
    if factor == 1:
        return images
    n_images, size, _, *channels = images.shape
    blocks = images.reshape(n_images, size // factor, factor, size // factor, factor, *channels)
    if np.issubdtype(images.dtype, np.floating):
        return blocks.mean(axis=(2, 4), dtype=images.dtype)
    return np.rint(blocks.mean(axis=(2, 4))).astype(images.dtype)  # a sum of bytes is no byte
