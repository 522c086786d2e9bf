"""A folder of one's own data: its files are inputs of the workflow."""

import re

import numpy as np
from PIL import Image
from workplace import ROOT

FETCHING = "fetch_images digits"


def save(path, n_train):
    """A part of MNIST, as an NPZ file."""
    random = np.random.default_rng(n_train)
    arrays = {}
    for side, count in (("train", n_train), ("test", 10)):
        arrays[f"{side}_images"] = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays[f"{side}_labels"] = np.arange(count) % 10
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)


def test_images_of_a_folder_are_used_and_read_again_when_they_change(fresh):
    def change(settings):
        settings["images"]["digits"] = {"source": "mnist"}

    presets = (fresh.variant(change),)
    arguments = ("images_digits", "--config", "data_dir=data")
    for more in ([], ["--dry-run"]):
        refused = fresh.run(*arguments, *more, presets=presets, fails=True)
        assert "\nimages.digits: data_dir data is not a folder\n" in refused
    save(fresh.path / "data" / "mnist" / "some.npz", 20)
    assert FETCHING in fresh.plan(*arguments, presets=presets)
    shown = fresh.run(*arguments, presets=presets)
    extent = "20 of 60,000 train and 10 of 10,000 test images, from some.npz"
    assert f"MNIST: partial: {extent}" in shown
    with np.load(fresh.path / "results" / "smoke" / "images" / "digits.npz") as arrays:
        assert dict(arrays["source"].tolist())["extent"] == f"partial: {extent}"
    assert FETCHING not in fresh.plan(*arguments, presets=presets)
    (fresh.path / "data").rename(fresh.path / "moved{x}")
    moved = ("images_digits", "--config", f"data_dir={fresh.path / 'moved{x}'}")
    assert FETCHING not in fresh.plan(*moved, presets=presets)
    (fresh.path / "moved{x}").rename(fresh.path / "data")
    save(fresh.path / "data" / "mnist" / "some.npz", 30)
    assert FETCHING in fresh.plan(*arguments, presets=presets)


def test_mixtures_of_the_documentation_become_signals_without_true_sources(fresh):
    text = (ROOT / "docs" / "data.md").read_text()
    study = re.search(r"<!-- example: sums -->\n```yaml\n(.*?)```", text, re.DOTALL)[1]
    (fresh.path / "own.yaml").write_text(study)
    for name in ("faces", "textures", "sums"):
        (fresh.path / "data" / name).mkdir(parents=True)
        for i in range(6):
            pixels = np.random.default_rng(i).integers(0, 256, (32 + 5 * i, 70 - i), dtype=np.uint8)
            Image.fromarray(pixels).save(fresh.path / "data" / name / f"{i}.png")
    arguments = ("--config", "data_dir=data")
    planned = fresh.plan(*arguments, presets=("own.yaml",))
    assert {"make_table energies", "make_figure parts", "evaluate sums lsalsa"} <= planned
    assert not [job for job in planned if job.startswith(("measure_overlap", "train_classifier"))]
    fresh.run("signals_sums", *arguments, presets=("own.yaml",))
    with np.load(fresh.path / "results" / "own_sums" / "signals" / "sums.npz") as arrays:
        assert arrays["test"].shape[1] == 64 and 1.5 < arrays["test"].max() <= 2
        assert "test_index_0" not in arrays
