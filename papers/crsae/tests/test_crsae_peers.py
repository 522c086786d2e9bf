"""The usual methods of denoising remove noise from a photograph, and say what they cannot do."""

import sys

import numpy as np
import pytest

from lsalsa.data import load_pictures
from lsalsa.errors import ConfigError, DataError, ShapeError
from lsalsa.study.scoring.exact_peers import AbsentPeer
from papers.crsae.denoising import patch_dictionary
from papers.crsae.denoising.peers import TITLES, peers

SIGMA = 20 / 255
HERE = [name for name in TITLES if name != "bm3d"]


@pytest.fixture(scope="module")
def photograph():
    """A cat's face, 96 x 96 pixels, and the same with noise."""
    test = load_pictures("skimage_test")
    clean = test.images[test.names.index("chelsea")][80:176, 150:246]
    noise = np.random.default_rng(0).standard_normal(clean.shape, dtype=np.float32)
    return clean, clean + np.float32(SIGMA) * noise


def psnr(clean, picture):
    return -10 * np.log10(np.mean((clean - picture) ** 2))


@pytest.mark.parametrize("name", HERE)
def test_a_method_gains_more_than_a_decibel_and_repeats_itself(photograph, name):
    clean, noisy = photograph
    before = noisy.copy()
    method = peers([name])[name]
    found = method(noisy, SIGMA)
    assert found.shape == clean.shape
    assert found.dtype == np.float32
    assert psnr(clean, found) > psnr(clean, noisy) + 1
    np.testing.assert_array_equal(noisy, before)
    np.testing.assert_array_equal(found, method(noisy.astype(np.float64), SIGMA))


@pytest.mark.parametrize("name", ["wavelet", "total_variation", "non_local_means"])
def test_little_noise_changes_little_and_much_noise_much(photograph, name):
    _, noisy = photograph
    method = peers([name])[name]
    changes = [np.abs(method(noisy, sigma) - noisy).mean() for sigma in (SIGMA / 100, SIGMA, 4 * SIGMA)]
    assert changes[0] < 0.1 * changes[1] < 0.2 * changes[2]


def test_methods_come_in_the_order_asked_for():
    assert list(peers(["non_local_means", "wavelet"])) == ["non_local_means", "wavelet"]
    assert set(peers()) == set(TITLES)


def test_an_absent_package_is_named(photograph, monkeypatch):
    monkeypatch.setitem(sys.modules, "bm3d", None)
    with pytest.raises(AbsentPeer, match="bm3d cannot be imported"):
        peers(["bm3d"])["bm3d"](photograph[1], SIGMA)


def test_bm3d_where_it_is_installed(photograph):
    pytest.importorskip("bm3d")
    clean, noisy = photograph
    assert psnr(clean, peers(["bm3d"])["bm3d"](noisy, SIGMA)) > psnr(clean, noisy) + 5


@pytest.mark.parametrize(
    ("noisy", "sigma", "error", "message"),
    [
        (np.zeros((64, 64, 3), np.float32), SIGMA, ShapeError, r"found float32 of shape \(64, 64, 3\)"),
        (np.zeros((64, 63), np.float32), SIGMA, ShapeError, "at least 64 x 64"),
        (np.zeros((64, 64), np.uint8), SIGMA, ShapeError, "found uint8"),
        (np.full((64, 64), np.nan), SIGMA, DataError, "a noisy picture holds NaN or Inf"),
        (np.zeros((64, 64), np.float32), 0.0, ConfigError, "sigma must be a positive number, found 0.0"),
        (np.zeros((64, 64), np.float32), float("nan"), ConfigError, "sigma must be a positive number, found nan"),
    ],
)
def test_what_is_no_noisy_picture_is_refused(noisy, sigma, error, message):
    with pytest.raises(error, match=message):
        peers(["wavelet"])["wavelet"](noisy, sigma)


def test_an_unknown_method_is_refused():
    with pytest.raises(ConfigError, match="did you mean wavelet"):
        peers(["wavelets"])


def test_greedy_codes_are_those_of_a_search_by_least_squares():
    """The same rule written out: take the atom most like the rest and fit all taken, until the error is allowed."""
    rng = np.random.default_rng(4)
    atoms = rng.standard_normal((16, 30))
    atoms /= np.linalg.norm(atoms, axis=0)
    patches = rng.standard_normal((9, 16)) * np.array([0.1, *[1.0] * 8])[:, None]
    codes = patch_dictionary._greedy_codes(patches, atoms, allowed=4.0)
    assert not codes[0].any()  # below what is allowed from the start
    for patch, code in zip(patches, codes, strict=True):
        taken, rest = [], patch
        while rest @ rest > 4.0:
            taken.append(int(np.abs(atoms.T @ rest).argmax()))
            rest = patch - atoms[:, taken] @ np.linalg.lstsq(atoms[:, taken], patch, rcond=None)[0]
        assert set(np.flatnonzero(code)) == set(taken)
        np.testing.assert_allclose(patch - atoms @ code, rest, atol=1e-9)


def test_patches_that_nothing_changed_give_back_the_picture():
    picture = np.random.default_rng(5).standard_normal((20, 13), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(picture, (8, 8))
    found = patch_dictionary._mean_of_patches(np.ascontiguousarray(windows)[None], picture.shape)
    np.testing.assert_allclose(found, picture, atol=1e-6)
