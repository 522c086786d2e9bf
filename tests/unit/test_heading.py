"""Titles say when the data behind a table or figure are partial, its study is a smaller one, or a GPU computed it."""

import numpy as np
import pytest

from lsalsa.storage import write_arrays
from lsalsa.study.heading import Heading, devices_in, extents_of, heading

WHOLE, PART = "complete", "partial: 10,000 of 50,000 train and 1,000 of 10,000 test images, from cifar.tar.gz"


def test_whole_study_on_whole_data_has_its_title_alone():
    assert heading("Atoms", {"mnist": WHOLE, "cifar10": WHOLE}, None) == Heading("Atoms", "")
    assert heading("Diagram", {}, None) == Heading("Diagram", "")


def test_partial_data_are_marked_in_the_title_and_named_in_the_note():
    found = heading("Atoms", {"mnist": WHOLE, "cifar10": PART}, None)
    assert found.title == "Atoms (partial data)"
    assert found.note == f"Partial data: cifar10 ({PART.removeprefix('partial: ')})."


def test_every_partial_set_is_named():
    note = heading("t", {"asirra": "partial: 1 of 2", "cifar10": "partial: 3 of 4"}, None).note
    assert note == "Partial data: asirra (1 of 2); cifar10 (3 of 4)."


@pytest.mark.parametrize("words", ["fewer patches", "fewer patches."])
def test_reduced_study_is_marked_as_well(words):
    assert heading("t", {}, words) == Heading("t (reduced study)", "Reduced study: fewer patches.")
    both = heading("t", {"asirra": "partial: 1 of 2"}, words)
    assert both == Heading(
        "t (partial data, reduced study)", "Partial data: asirra (1 of 2). Reduced study: fewer patches."
    )


@pytest.mark.parametrize(
    ("devices", "mark", "sentence"),
    [
        ([], "t", ""),
        (["cpu", "cpu"], "t", ""),
        (["gpu"], "t (GPU)", "Computed on the GPU."),
        (["gpu", "cpu"], "t (CPU and GPU)", "Computed on the CPU and the GPU."),
    ],
)
def test_device_is_a_mark_unless_it_is_the_cpu_alone(devices, mark, sentence):
    assert heading("t", {}, None, iter(devices)) == Heading(mark, sentence)


def test_marks_stand_side_by_side():
    found = heading("t", {"asirra": "partial: 1 of 2"}, "fewer patches", ["gpu"])
    assert found.title == "t (partial data, reduced study, GPU)"
    assert found.note.endswith("Reduced study: fewer patches. Computed on the GPU.")


def test_devices_are_those_of_all_rows_that_name_one():
    evaluation = [{"rmse": 1.0, "device": "gpu"}, {"rmse": 2.0, "device": "cpu"}]
    published = [{"depth": 1, "rmse": 1.0}]
    contents = [evaluation, published, {"digits": {"codes": np.zeros(3)}}, ["claims.yaml"], []]
    assert devices_in(contents) == {"cpu", "gpu"}
    assert devices_in([published]) == set()


def test_extent_is_read_from_the_source_of_the_images(tmp_path):
    sources = {"old": {"name": "Digits"}, "new": {"name": "Digits", "extent": PART}}
    for name, source in sources.items():
        write_arrays(tmp_path / f"{name}.npz", {"images": np.zeros((2, 2)), "source": np.array([*source.items()])})
    assert extents_of([tmp_path / "old.npz", tmp_path / "new.npz"]) == {"old": WHOLE, "new": PART}
