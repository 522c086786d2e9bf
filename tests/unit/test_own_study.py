"""The user's own files in a study: pictures of several sizes in one folder, and mixtures without known sources."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from studies import changed, refusal, small

from lsalsa.data import component_patches, load_images, make_signals
from lsalsa.data.mixtures import given_signals
from lsalsa.dictionary import learn_dictionary
from lsalsa.errors import ConfigError
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.config.rules import settings_of
from lsalsa.study.load import load_study
from lsalsa.study.scoring.evaluation import Run, evaluate

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(20, 33), (16, 16), (47, 18), (31, 31), (16, 40)]
SIDE = 16


def example(name):
    """A study as docs/data.md has it."""
    text = (ROOT / "docs" / "data.md").read_text()
    found = re.search(rf"<!-- example: {name} -->\n```yaml\n(.*?)```", text, re.DOTALL)
    return yaml.safe_load(found[1])


def pictures(folder, sizes, seed=0):
    """Grey pictures of random pixels as files of one folder; returns them by name."""
    random, found = np.random.default_rng(seed), {}
    folder.mkdir(parents=True)
    for i, size in enumerate(sizes):
        found[f"{i}.png"] = random.integers(0, 256, size, dtype=np.uint8)
        Image.fromarray(found[f"{i}.png"]).save(folder / f"{i}.png")
    return found


def load(path, seed=1, **settings):
    return load_images("image_files", seed=seed, settings={"path": str(path), **settings})


# --- one folder, several sizes ----------------------------------------------------------------------------------


def test_every_crop_is_a_part_of_its_picture_and_each_part_comes_once(tmp_path):
    files = pictures(tmp_path / "own", SIZES)
    found = load(tmp_path / "own", crop=SIDE)
    expected = []
    for pixels in files.values():
        for top in range(0, pixels.shape[0] - SIDE + 1, SIDE):
            expected += [pixels[top : top + SIDE, left : left + SIDE] for left in range(0, pixels.shape[1] - 15, SIDE)]
    as_bytes = np.rint(found.images * 255).astype(np.uint8)
    assert sorted(one.tobytes() for one in as_bytes) == sorted(one.tobytes() for one in expected)
    assert found.labels is None and as_bytes.shape[1:] == (SIDE, SIDE)


def test_crops_of_one_file_are_a_group_on_one_side(tmp_path):
    files = pictures(tmp_path / "own", SIZES)
    found = load(tmp_path / "own", crop=SIDE)
    owner = {}
    for group, crop in zip(found.groups, found.images, strict=True):
        corner = np.rint(crop[0, :8] * 255).astype(np.uint8).tobytes()
        name = next(name for name, pixels in files.items() if corner in pixels.tobytes())
        assert owner.setdefault(group, name) == name
    assert sorted(owner.values()) == sorted(files)
    assert not set(found.groups[found.is_test]) & set(found.groups[~found.is_test])
    assert "cut from 5 files" in found.source["found"]


def test_most_crops_of_a_file_are_drawn_by_seed(tmp_path):
    pictures(tmp_path / "own", [(64, 64)] * 4)
    drawn = [load(tmp_path / "own", seed, crop=SIDE, per_image=3) for seed in (1, 1, 2)]
    assert all(np.unique(one.groups, return_counts=True)[1].tolist() == [3] * 4 for one in drawn)
    assert np.array_equal(drawn[0].images, drawn[1].images)
    assert {one.tobytes() for one in drawn[0].images} != {one.tobytes() for one in drawn[2].images}
    assert {one.tobytes() for one in drawn[0].images} <= {
        one.tobytes() for one in load(tmp_path / "own", crop=SIDE).images
    }


def test_colour_stays_in_crops_and_labels_go_with_them(tmp_path):
    for i, name in enumerate(("cat", "cat", "dog", "dog")):
        (tmp_path / name).mkdir(exist_ok=True)
        Image.new("RGB", (16 + 8 * i, 16), (250, 0, 10 * i)).save(tmp_path / name / f"{i}.png")
    found = load(tmp_path, crop=8, colour=True, test_fraction=0.5)
    blue = np.rint(found.images[:, 0, 0, 2] * 255).astype(int)
    assert found.images.shape == (4 + 6 + 8 + 10, 8, 8, 3)
    assert np.array_equal(found.labels, (blue >= 20).astype(int)) and found.class_names == ["cat", "dog"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"crop": 17}, r"crop 17 is larger than the image \d\.png of 16 x \d+ pixels"),
        ({"crop": 8, "image_size": 8}, "set one of the two"),
        ({"per_image": 2}, "per_image counts the squares of an image, so it needs crop"),
        ({"crop": 0}, "crop must be a whole number of at least 1, found 0"),
        ({"crop": 8, "per_image": 1.5}, "per_image must be a whole number of at least 1, found 1.5"),
    ],
)
def test_crops_that_cannot_be_are_refused(tmp_path, settings, words):
    pictures(tmp_path / "own", [(16, 20), (16, 33)])
    with pytest.raises(ConfigError, match=words):
        load(tmp_path / "own", **settings)


def test_size_of_a_component_is_that_of_its_images_where_known():
    settings = changed("images.digits", {"source": "image_files", "settings": {"path": "own", "crop": 24}})
    for component in settings["components"].values():
        del component["image_size"], component["resize"]
    assert {one.image_size for one in load_study(settings).components.values()} == {24}
    settings["images"]["digits"]["settings"] = {"path": "own"}
    assert "components.digits_8.image_size is missing; the size of its images is known only" in refusal(settings)
    settings["components"]["digits_8"] |= {"resize": "pad"}
    assert "components.digits_8.image_size is missing; resize asks for one" in refusal(settings)


def test_labelled_images_are_asked_for_only_by_classification():
    settings = small(tables={})
    del settings["tasks"]["digits"]["n_labelled_images"]
    assert load_study(settings).tasks["digits"].n_labelled_images == 0
    settings["tables"] = small()["tables"]
    assert "tasks.digits.n_labelled_images is missing; tables.table_digits of the kind" in refusal(settings)


def test_signals_without_labelled_images_have_an_empty_split(tmp_path):
    pictures(tmp_path / "own", SIZES)
    cut = component_patches(
        load(tmp_path / "own", crop=SIDE), image_size=SIDE, resize="none", patch_size=8, min_std=0.0, seed=1
    )
    counts = {"n_train": 5, "n_validation": 2, "n_test_images": 1}
    none, some = (make_signals([cut], **counts, n_labelled_images=count, seed=1) for count in (0, 1))
    assert none["labelled"].shape == (0, 64) and len(some["labelled"]) == 4
    for split in ("train", "validation", "test"):
        np.testing.assert_array_equal(none[split], some[split])


# --- mixtures that are given ------------------------------------------------------------------------------------


def mixed(**mixtures):
    """The small study with a task of given mixtures, and a table of a kind."""
    settings = small(tables={}, figures={"shown": {"title": "Shown", "kind": "rmse_curves", "task": "sums"}})
    settings["images"]["sums"] = {"source": "image_files", "settings": {"path": "sums", "crop": 20}}
    task = settings["tasks"].pop("digits") | {"components": ["digits_10"], "mixtures": {"images": "sums", **mixtures}}
    return settings | {"tasks": {"sums": task}}


def test_given_mixtures_are_scaled_patches_of_the_images(tmp_path):
    files = pictures(tmp_path / "own", [(16, 16)] * 6)
    cutting = {"image_size": 16, "resize": "none", "patch_size": 8, "min_std": 0.0}
    counts = {"n_train": 9, "n_validation": 2, "n_test_images": 1, "n_labelled_images": 0}
    found = given_signals(load(tmp_path / "own", crop=16), cutting=cutting, scale=2.0, seed=1, **counts)
    whole = np.stack([*files.values()]) / 255
    cells = [
        tuple(np.rint(255 * cell.ravel())) for one in whole for row in np.split(one, 2) for cell in np.split(row, 2, 1)
    ]
    assert {tuple(np.rint(255 / 2 * one)) for one in found["train"]} <= set(cells)
    assert len(found["train"]) == 9 and len(found["test"]) == 4
    assert not [name for name in found if "index" in name or "label_" in name]


@pytest.mark.parametrize(
    ("section", "kind", "words"),
    [
        ("tables", "source_psnr", "needs true sources, but those of the given mixtures of sums are not known"),
        ("tables", "source_si_sdr", "needs true sources"),
        ("figures", "source_curves", "needs true sources"),
        ("tables", "classification", "needs classes, but those of the given mixtures of sums are not known"),
        ("figures", "error_seconds", "needs classes"),
    ],
)
def test_kinds_that_need_the_truth_are_refused(section, kind, words):
    settings = mixed()
    settings[section] = {"shown": {"title": "Shown", "kind": kind, "task": "sums"}}
    assert f"{section}.shown.kind is {kind}, which {words}" in refusal(settings)


@pytest.mark.parametrize(
    ("mixtures", "words"),
    [
        ({"images": "summs"}, "tasks.sums.mixtures.images"),
        ({"scale": 0}, "tasks.sums.mixtures.scale"),
        ({"resize": "downscale", "image_size": 9}, "components.digits_10.patch_size must be at most image_size (9)"),
        ({"image_size": 32}, "tasks.sums.mixtures.image_size is 32, but sums has images of 20 x 20 pixels"),
        ({"patch_size": 8}, "tasks.sums.mixtures.patch_size is not a setting"),
    ],
)
def test_mixtures_that_cannot_be_are_refused(mixtures, words):
    assert words in refusal(mixed(**mixtures))


def test_mixtures_in_colour_are_not_coded_by_grey_dictionaries():
    settings = mixed()
    settings["images"]["sums"]["settings"]["colour"] = True
    assert "tasks.sums.components and mixtures must be all grey or all in colour" in refusal(settings)


def test_tables_of_a_paper_that_need_the_truth_are_not_offered():
    settings = mixed() | {"lsalsa": {"claims": False, "notebooks": False}}
    study = load_study(settings)
    assert "rmse_sums" in study.tables and "objective_sums" in study.tables
    kinds = {one.kind for _, one in study.outputs()}
    assert not kinds & {"source_psnr", "source_si_sdr", "source_curves", "classification", "error_seconds"}


@pytest.mark.parametrize(("crop", "found"), [(0, "0"), ("big", "'big'"), (True, "True"), (8.0, "8.0")])
def test_a_crop_that_is_no_count_is_refused_before_any_job(crop, found):
    settings = mixed()
    settings["images"]["sums"]["settings"]["crop"] = crop
    assert f"images.sums.settings.crop must be a whole number of at least 1, found {found}" in refusal(settings)


def test_results_name_the_images_of_the_mixtures_and_no_overlap():
    from lsalsa.study.files import intermediate_targets
    from lsalsa.study.needs import images_of

    settings = mixed()
    settings["tasks"]["sums"] |= {"components": ["digits_8", "digits_8b"], "penalties": [0.1, 0.1]}
    settings["components"]["digits_8b"] = settings["components"]["digits_8"]
    study = load_study(settings)
    assert images_of(study, "figures", study.figures["shown"]) == ["digits", "sums"]
    assert "overlap_sums" not in intermediate_targets(study)


# --- the examples of the documentation --------------------------------------------------------------------------


def fewer(settings):
    """An example with as few patches, atoms and epochs as a test has time for."""
    for component in settings["components"].values():
        component |= {"n_atoms": 24, "dictionary": component["dictionary"] | {"epochs": 1, "n_train": 60}}
    for task in settings["tasks"].values():
        task |= {"n_train": 40, "n_validation": 10, "n_test_images": 2}
    return load_study(settings)


def images_at(place, study, name):
    settings = settings_of(study, "fetch_images", images=name)["settings"]
    return load_images("image_files", seed=1, settings=settings, data_dir=place)


def learned(place, study, name):
    """Patches and dictionary of a component, by the settings of its rules."""
    images = images_at(place, study, study.components[name].images)
    patches = component_patches(images, **settings_of(study, "cut_patches", component=name))
    settings = settings_of(study, "learn_dictionary", component=name)
    del settings["dtype"]  # that of the patches
    return patches, learn_dictionary(patches["train"][: settings.pop("n_train")], **settings)


def solved(place, study, signals):
    """Problem of the only task, its test signals, and their optimal codes."""
    (task,) = study.tasks.values()
    dictionaries = [learned(place, study, name)[1].dictionary for name in task.components]
    problem = SparseCodingProblem(dictionaries, task.penalties)
    return problem, signals["test"], optimal_codes(problem, signals["test"], 1e-6).codes


def test_photographs_of_the_documentation_become_codes_that_rebuild_them(tmp_path):
    pictures(tmp_path / "photographs", [(64, 70), (130, 64), (64, 64), (90, 129), (65, 64)])
    study = fewer(example("photographs"))
    patches, _ = learned(tmp_path, study, "photographs")
    signals = make_signals([patches], **settings_of(study, "make_signals", task="photographs"))
    problem, test, codes = solved(tmp_path, study, signals)
    assert len(signals["labelled"]) == 0 and len(test) % 64 == 0
    rows, _ = evaluate(
        problem,
        test,
        codes,
        [Run(1, 0, lambda _: codes)],
        components=["photographs"],
        sources=[patches["test"][signals["test_index_0"]]],
    )
    residual = test.astype(np.float64) - codes.astype(np.float64) @ problem.dictionaries[0].astype(np.float64).T
    assert rows[1]["source_psnr"] == pytest.approx(-10 * np.log10(np.mean(residual**2)), abs=1e-4)


def test_mixtures_of_the_documentation_are_scored_without_true_sources(tmp_path):
    for seed, name in enumerate(("faces", "textures", "sums")):
        pictures(tmp_path / name, [(32, 40), (70, 32), (32, 32), (64, 33), (40, 40)], seed)
    study = fewer(example("sums"))
    settings = settings_of(study, "make_signals", task="sums")
    signals = given_signals(images_at(tmp_path, study, "sums"), **settings)
    problem, test, codes = solved(tmp_path, study, signals)
    names = ["faces", "textures"]
    runs = [Run(1, 0, lambda _: codes), Run(3, 0, lambda _: codes * 0)]
    rows, samples = evaluate(problem, test, codes, runs, components=names, sources=[])
    by = {(row["depth"], row["component"]): row for row in rows}
    parts = [
        codes[:, b].astype(np.float64) @ d.astype(np.float64).T
        for b, d in zip(problem.blocks, problem.dictionaries, strict=True)
    ]
    energies = [np.sum(part**2) for part in parts]
    for name, energy in zip(names, energies, strict=True):
        row = by[1, name]
        assert row["energy_share"] == row["energy_share_of_optimal"] == pytest.approx(energy / sum(energies), rel=1e-5)
        assert by[3, name]["energy_share"] == 0
        assert [row[key] for key in ("source_psnr", "source_si_sdr", "source_leak", "source_psnr_of_grey")] == [
            None
        ] * 4
    assert by[1, "all"]["source_psnr"] == pytest.approx(-10 * np.log10(np.mean((sum(parts) - test) ** 2)), abs=1e-4)
    assert by[1, "all"]["rmse"] == 0 and by[1, "all"]["objective"] == by[1, "all"]["objective_of_optimal"]
    assert np.isnan(samples["source_psnr"][:, 1:]).all() and np.isfinite(samples["source_psnr"][:, 0]).all()
