"""Models: what they compute against the library's own parts, and files that are whole, wrong, old or too new."""

import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from worlds_of_pictures import stripes

import lsalsa
from lsalsa.arrays.unit_norm import unit_columns
from lsalsa.data.overlapping import PatchGrid
from lsalsa.data.patches import cut_patches
from lsalsa.data.recordings import RecordingSet
from lsalsa.errors import LsalsaError, StorageError
from lsalsa.metrics import missed_and_false, psnr
from lsalsa.models import format as model_format
from lsalsa.models.fitting import PictureTraining, fit_pictures
from lsalsa.models.noise import estimate_noise, penalty_of_noise
from lsalsa.models.pictures import PictureModel
from lsalsa.models.recordings import SpikeTraining, fit_recording
from lsalsa.storage import read_arrays, write_arrays
from lsalsa.study.methods.trained_models import models_of

QUICK = PictureTraining(patch_size=6, n_atoms=40, depth=5, epochs=6, dictionary_epochs=3, n_train=1500)


@pytest.fixture(scope="module")
def of_one():
    """A model of one source: stripes."""
    return fit_pictures({"stripes": {str(i): stripes(i, i % 2) for i in range(6)}}, QUICK)


@pytest.fixture(scope="module")
def of_two():
    """A model of two sources: stripes along and across."""
    sources = {
        name: {str(i): stripes(i, side, width=1) for i in range(4)} for side, name in enumerate(("across", "along"))
    }
    return fit_pictures(sources, QUICK)


# --- what they compute ----------------------------------------------------------------------------------------------


def patches_of(picture, grid):
    starts = [(top, left) for top in grid.starts(picture.shape[0]) for left in grid.starts(picture.shape[1])]
    size = grid.patch_size
    return np.stack([picture[top : top + size, left : left + size].ravel() for top, left in starts])


def test_codes_are_those_of_the_encoder_or_optimal(of_one):
    picture = stripes(9, True)
    patches = patches_of(picture, of_one.grid)
    centred = (patches - patches.mean(axis=1, keepdims=True)).astype(np.float32)
    np.testing.assert_allclose(of_one.encode(picture), of_one.encoder.encode(centred), atol=1e-5)
    exact = of_one.encode(picture, codes="exact")
    assert of_one.problem.relative_gap(centred, exact).max() < 1e-3


def test_codes_under_another_penalty_solve_the_problem_with_that_penalty(of_one):
    patches = patches_of(stripes(9, True), of_one.grid)[:50]
    patches = (patches - patches.mean(axis=1, keepdims=True)).astype(np.float32)
    codes = of_one.encode_patches(patches, codes="exact", penalty=0.3)
    assert of_one.problem.with_penalties(0.3).relative_gap(patches, codes).max() < 1e-3


def test_noise_is_estimated_and_removed(of_one):
    clean = stripes(9, True)
    noisy = (clean + 0.05 * np.random.default_rng(0).standard_normal(clean.shape)).astype(np.float32)
    assert estimate_noise(noisy) == pytest.approx(0.05, rel=0.1)
    gains = [psnr(of_one.denoise(noisy, codes=codes), clean) - psnr(noisy, clean) for codes in ("encoder", "exact")]
    assert min(gains) > 3


def test_noise_alone_has_mostly_codes_of_zeros_under_its_penalty():
    random = np.random.default_rng(0)
    atoms = unit_columns(random.standard_normal((64, 128)))
    noise = 0.2 * random.standard_normal((500, 64))
    codes = lsalsa.optimal_codes(lsalsa.SparseCodingProblem(atoms, penalty_of_noise(0.2, 128)), noise).codes
    assert (codes != 0).any(axis=1).mean() < 0.5
    assert penalty_of_noise(0.2, 128, overlap=True) < penalty_of_noise(0.2, 128)


def test_two_sources_are_taken_apart_and_their_energies_are_those_of_the_pictures(of_two):
    truth = {name: stripes(9 + side, side, width=1) for side, name in enumerate(("across", "along"))}
    mixture = truth["across"] + truth["along"]
    found = of_two.separate(mixture, codes="exact")
    for name, picture in found.pictures.items():  # half of the mixture is the best guess without a model
        assert psnr(picture, truth[name]) > psnr(mixture / 2, truth[name]) + 3
    rest = mixture - sum(found.pictures.values())
    assert found.energies["rest"] == pytest.approx(np.sum(rest**2) / np.sum(mixture.astype(float) ** 2), rel=1e-5)
    codes = of_two.encode(mixture, codes="exact")
    objective = of_two.problem.objective(patches_of(mixture, of_two.grid), codes)
    assert found.objective == pytest.approx(objective.mean(), rel=1e-4)
    assert found.objective < of_two.separate(mixture).objective


def test_patches_kept_aside_share_no_pixel_with_those_of_the_training(monkeypatch):
    seen = []
    monkeypatch.setattr("lsalsa.models.fitting._patches", lambda name, side, *rest: seen.append(side) or _flat(*rest))
    fit_pictures({"a": {"one": stripes(0, True)}}, QUICK)
    train, aside = seen
    assert train[0].shape[0] + aside[0].shape[0] == 48
    fit_pictures({"a": {str(i): stripes(i, True) for i in range(3)}}, QUICK)
    train, aside = seen[2:]
    assert len(train) == 2 and len(aside) == 1 and not any(np.array_equal(aside[0], each) for each in train)


def _flat(grid, count, rng):
    return rng.random((200, grid.n_features)).astype(np.float32)


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(of_two, tmp_path):
    of_two.save(tmp_path / "model.npz", {"job": {"rule": "by hand"}})
    return tmp_path / "model.npz"


def with_block(path, **changes):
    """The file again, with other values in the block of the model."""
    with zipfile.ZipFile(path) as archive:
        metadata = json.loads(archive.read("metadata.json"))
    metadata["model"] |= changes
    write_arrays(path, read_arrays(path), metadata)


def test_a_model_comes_back_whole(of_two, saved):
    again = lsalsa.load_model(saved)
    mixture = stripes(9, False) + stripes(11, True)
    for name, picture in again.separate(mixture).pictures.items():
        np.testing.assert_array_equal(picture, of_two.separate(mixture).pictures[name])
    assert json.loads(json.dumps(again.info())) == json.loads(json.dumps(of_two.info()))
    encoder = lsalsa.load_encoder(saved)
    assert set(encoder.arrays) == set(of_two.encoder.arrays)
    for name, array in encoder.arrays.items():
        np.testing.assert_array_equal(array, of_two.encoder.arrays[name])


def test_a_newer_file_that_this_version_can_read_is_read_and_another_one_is_refused(saved):
    with_block(saved, format=99, new_fact=1)
    assert lsalsa.load_model(saved).names == ["across", "along"]
    with_block(saved, readable_since=model_format.FORMAT + 1)
    with pytest.raises(StorageError, match="needs lsalsa with model format 2 or newer, this one reads up to 1"):
        lsalsa.load_model(saved)


def test_the_file_of_another_kind_is_refused_in_one_sentence(of_two, saved, tmp_path):
    of_two.encoder.save(tmp_path / "encoder.npz")
    write_arrays(tmp_path / "arrays.npz", {"a": np.zeros(3)})
    (tmp_path / "text.npz").write_text("no")
    without = {name: array for name, array in read_arrays(saved).items() if name != "problem.penalties"}
    with zipfile.ZipFile(saved) as archive:
        write_arrays(tmp_path / "half.npz", without, json.loads(archive.read("metadata.json")))
    for name, sentence in {
        "encoder": "holds an encoder without its problem; lsalsa.load_encoder reads it",
        "arrays": "holds no model",
        "text": "is not a whole NPZ file",
        "half": "is no whole model: its problem cannot be read, it lacks 'penalties'",
        "missing": "does not exist",
    }.items():
        with pytest.raises(StorageError, match=sentence):
            lsalsa.load_model(tmp_path / f"{name}.npz")
    for changes, sentence in {
        ("preprocessing", "{}"): "is no whole model of pictures: 'patch_size'",
        ("kind", '"sounds"'): "holds a model of 'sounds'; known here: pictures, recordings",
    }.items():
        with_block(saved, **{changes[0]: json.loads(changes[1])})
        with pytest.raises(StorageError, match=sentence):
            lsalsa.load_model(saved)


def test_parts_and_pictures_that_do_not_fit_are_refused(of_one, of_two):
    cases = {
        "a patch has 49": lambda: PictureModel(of_one.encoder, of_one.problem, PatchGrid(7, 1), True, ["a"]),
        "2 dictionaries need a name each": lambda: PictureModel(
            of_two.encoder, of_two.problem, of_two.grid, False, ["a"]
        ),
        "keep their means": lambda: PictureModel(of_two.encoder, of_two.problem, of_two.grid, True, ["a", "b"]),
        "the encoder has 40 atoms, but the problem 80": lambda: PictureModel(
            of_one.encoder, of_two.problem, of_one.grid, False, ["a", "b"]
        ),
        "at least 6 x 6 pixels": lambda: of_one.denoise(np.zeros((5, 9), np.float32)),
        "needs a model of several sources": lambda: of_one.separate(stripes(0, True)),
        "noise must be positive": lambda: of_one.denoise(np.zeros((9, 9), np.float32)),
        "codes must be encoder or exact, found 'best'": lambda: of_one.encode(stripes(0, True), codes="best"),
        "penalty must be positive": lambda: of_one.reconstruct(stripes(0, True), penalty=0.0),
        "shows nothing": lambda: fit_pictures({"a": {"b": np.zeros((40, 40), np.float32)}}, QUICK),
        "penalties must be one for each of 1 sources": lambda: fit_pictures(
            {"a": {"b": stripes(0, True)}}, PictureTraining(penalties=(0.1, 0.2))
        ),
        "several pictures, or one of at least 16 rows, found 10": lambda: fit_pictures(
            {"a": {"b": stripes(0, True)[:10]}}, PictureTraining()
        ),
    }
    for sentence, make in cases.items():
        with pytest.raises(LsalsaError, match=sentence):
            make()


def test_the_encoders_of_a_study_become_models_that_cut_pictures_as_the_study_does(of_one, tmp_path):
    pictures = {"patch_size": 6, "n_channels": 1, "names": ["stripes"]}
    job = SimpleNamespace(study="demo", wildcards={"task": "stripes", "depth": "5"}, params={"pictures": pictures})
    first, second = models_of(job, of_one.problem, [of_one.encoder, of_one.encoder])
    second.save(tmp_path / "repetition_1.npz", {"job": {"rule": "train_encoder"}})
    again = lsalsa.load_model(tmp_path / "repetition_1.npz")
    assert again.origin == {"study": "demo", "task": "stripes", "depth": "5", "repetition": 1}
    picture = stripes(9, True, (18, 24))
    cells = cut_patches(picture[None], 6)[0]
    np.testing.assert_array_equal(again.encode(picture), of_one.encoder.encode(cells))


# --- recordings -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recording():
    """Two cells on two channels, in noise of different size, 5 seconds at 1000 samples a second."""
    random = np.random.default_rng(0)
    t = np.arange(20)
    shapes = [np.exp(-(((t - 6) / 2.0) ** 2))[:, None] * [20, 2], np.exp(-(((t - 6) / 3.5) ** 2))[:, None] * [3, 40]]
    samples = random.standard_normal((5_000, 2)) * [1.0, 2.0]
    spikes = [np.sort(random.choice(120, 25, replace=False)) * 40 + 40 + 20 * cell for cell in range(2)]
    for shape, times in zip(shapes, spikes, strict=True):
        for time in times:
            samples[time : time + 20] -= shape
    source = {"name": "made", "licence": "none", "citation": "none", "extent": "complete"}
    found = RecordingSet([samples.astype(np.float32)], 1000.0, ["made"], np.array([4_000]), source)
    return found, [times + 6 for times in spikes]


def test_spikes_of_two_cells_are_found_and_the_model_comes_back(recording, tmp_path):
    found, true = recording
    settings = SpikeTraining(n_templates=2, n_channels=2, length_ms=20, before_ms=6, merge_ms=2, epochs=2)
    model = fit_recording(found, settings)
    model.save(tmp_path / "model.npz")
    again = lsalsa.load_model(tmp_path / "model.npz")
    spikes = again.find_spikes(found.recordings[0], 1000.0)
    for own, other in zip(spikes.estimates, model.find_spikes(found.recordings[0], 1000.0).estimates, strict=True):
        np.testing.assert_array_equal(own.samples, other.samples)
    errors = [[sum(missed_and_false(each.samples, cell, 4)) for each in spikes.estimates] for cell in true]
    assert min(errors[0][0] + errors[1][1], errors[0][1] + errors[1][0]) <= 5  # of 50 spikes
    assert again.info()["templates"] == {"count": 2, "samples": 20, "channels": 2}
    for make, sentence in {
        lambda: again.find_spikes(found.recordings[0], 2000.0): "has 2000 samples per second, but the model",
        lambda: again.find_spikes(found.recordings[0][:, :1], 1000.0): r"with channel 2, found \(5000, 1\)",
    }.items():
        with pytest.raises(LsalsaError, match=sentence):
            make()
    with_block(tmp_path / "model.npz", preprocessing={"channels": [0]})
    with pytest.raises(StorageError, match="is no whole model of recordings"):
        lsalsa.load_model(tmp_path / "model.npz")
