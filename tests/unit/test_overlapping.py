"""Overlapping patches: put together again they are the picture, and every pixel is the mean of its patches."""

import numpy as np
import pytest

from lsalsa.data import overlapping
from lsalsa.data.overlapping import PatchGrid
from lsalsa.errors import ConfigError, DataError, ShapeError


def mean_of_patches(picture, size, starts, values):
    """Pixel by pixel, from a list of places and the values of their patches."""
    total, count = np.zeros(picture.shape), np.zeros(picture.shape[:2])
    for (top, left), patch in zip(starts, values, strict=True):
        for i in range(size):
            for j in range(size):
                total[top + i, left + j] += patch.reshape(size, size, -1)[i, j].reshape(picture.shape[2:])
                count[top + i, left + j] += 1
    return total / count.reshape(count.shape + (1,) * (picture.ndim - 2))


@pytest.mark.parametrize("band", [1, 4096])
@pytest.mark.parametrize("channels", [(), (3,)])
@pytest.mark.parametrize(("size", "stride"), [(4, 1), (5, 3), (3, 3), (7, 2)])
def test_every_pixel_is_the_mean_of_its_patches(monkeypatch, size, stride, channels, band):
    monkeypatch.setattr(overlapping, "BAND", band)
    random = np.random.default_rng(0)
    picture = random.random((11, 13, *channels)).astype(np.float32)
    grid = PatchGrid(size, stride, 3 if channels else 1)
    seen = []

    def work(patches):
        seen.append(patches)
        return [patches, np.arange(patches.size).reshape(patches.shape) + 1000.0 * len(seen)]

    same, other = grid.apply(picture, work)
    np.testing.assert_allclose(same, picture, atol=1e-6)
    starts = [(top, left) for top in grid.starts(11) for left in grid.starts(13)]
    patches = np.concatenate(seen)
    assert len(starts) == len(patches) == grid.count(picture)
    for (top, left), patch in zip(starts, patches, strict=True):
        np.testing.assert_array_equal(patch, picture[top : top + size, left : left + size].ravel())
    made = [np.arange(each.size).reshape(each.shape) + 1000.0 * (i + 1) for i, each in enumerate(seen)]
    np.testing.assert_allclose(other, mean_of_patches(picture, size, starts, np.concatenate(made)))


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: PatchGrid(4, 5), ConfigError, "stride must be at most patch_size 4, found 5"),
        (lambda: PatchGrid(4, 1, 2), ConfigError, "n_channels must be 1 for grey or 3 for colour, found 2"),
        (lambda: PatchGrid(0, 1), ConfigError, "patch_size"),
        (lambda: PatchGrid(4, 1).check("a.png", np.zeros((4, 3))), ShapeError, "a.png must have at least 4 x 4 pixels"),
        (lambda: PatchGrid(4, 1).check("a.png", np.zeros((4, 4, 3))), ShapeError, r"must have shape \(height, width\)"),
        (lambda: PatchGrid(2, 1).check("a.png", np.full((4, 4), np.nan)), DataError, "a.png holds NaN or Inf"),
    ],
)
def test_what_cannot_be_cut_is_refused_in_one_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()
