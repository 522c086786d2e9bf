"""A folder of one's own data: its files are inputs of the workflow."""

import numpy as np

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
