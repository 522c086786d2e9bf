"""A day on a GPU, spent on the strict stand-in: every part runs and says what differs. No GPU's numbers."""

import shutil
from functools import partial

import gpu_day
import numpy as np
import pytest
import strict_cupy
from device_runs import RUNS

from benchmarks.cases import inference, search, training
from lsalsa.study.csv_rows import read_csv

ONE_OF_EACH = ("solver salsa", "encoder lsalsa", "encoder crsae", "dictionary", "convolution", "problem and metrics")
TINY = {
    "inference": partial(inference.run, shapes=[(30, 6, 8)], depth=2),
    "training": partial(training.run, sizes=[(6, 1, 2)], batch=20),
}

TINY_SEARCH = partial(search.run, counts=(1, 3), n_atoms=6, n_train=200)


@pytest.fixture(autouse=True)
def cupy(monkeypatch):
    with strict_cupy.installed(monkeypatch) as stand_in:
        yield stand_in


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A repository with reference results, and a demo that gives the same but for one number."""
    monkeypatch.setattr(gpu_day, "ROOT", tmp_path)

    def run(stdout, stderr):
        tables = tmp_path / "results" / gpu_day.DEMO["study"] / "tables"
        tables.mkdir(parents=True)
        for path in gpu_day.REFERENCE.glob("*.csv"):
            shutil.copy(path, tables)
        changed = tables / "rmse_digits.csv"
        changed.write_text(changed.read_text().replace(f"1,salsa,{rmse_of_salsa()}", "1,salsa,0.5"))
        (tables / "table_photos.csv").unlink()
        stdout.write("made")

    return run


def rmse_of_salsa():
    """The reference's number, after one step."""
    rows = read_csv(gpu_day.REFERENCE / "rmse_digits.csv")
    (rmse,) = (row["rmse"] for row in rows if (row["depth"], row["method"]) == (1, "salsa"))
    return rmse


def rows_of(folder, name):
    return read_csv(folder / f"{name}.csv")


def test_the_day_writes_every_part_and_a_page_that_says_what_differs(tmp_path, results):
    folder = tmp_path / "day"
    runs = {name: RUNS[name] for name in ONE_OF_EACH} | {"broken": lambda device, dtype: 1 / 0, "wrong": wrong}
    parts = gpu_day.parts(folder)
    small = {
        "numerics": partial(gpu_day.numerics, runs, (np.float64,)),
        "memory": partial(gpu_day.memory, 5),
        "floors": partial(gpu_day.floors, TINY, rounds=1, turn=0.0, pause=0.0),
        "search": partial(gpu_day.searches, TINY_SEARCH, rounds=1, turn=0.0, pause=0.0),
        "demo": partial(gpu_day.demo, folder, results),
    }
    bad = gpu_day.spend(folder, {name: (title, small.get(name, part)) for name, (title, part) in parts.items()})

    numerics = rows_of(folder, "numerics")
    assert {row["run"] for row in numerics if row["verdict"] == "same"} == set(ONE_OF_EACH)
    faults = {(row["run"], row["result"]): row["told"] for row in numerics if row["verdict"] != "same"}
    assert faults == {
        ("broken", None): "ZeroDivisionError: division by zero",
        ("wrong", "value"): "tolerance 1e-10",
        ("wrong", "lost"): "the GPU gives no such result",
        ("wrong", "shape"): "float64 (2,) instead of float64 (3,)",
        ("wrong", "undefined"): "tolerance 1e-10",
    }
    (scarce,) = rows_of(folder, "memory")
    assert (scarce["verdict"], scarce["result"]) == ("same", "codes")
    assert {row["benchmark"] for row in rows_of(folder, "floors")} == {"inference", "training"}
    assert all(row["ratio"] > 0 for row in rows_of(folder, "floors"))
    assert [row["candidates"] for row in rows_of(folder, "search")] == [1, 3]
    shown = [row for row in rows_of(folder, "demo") if row["verdict"] == "shown"]
    assert [(row["table"], row["row"], row["gpu"], row["reference"]) for row in shown] == [
        ("rmse_digits", "1 salsa", 0.5, rmse_of_salsa())
    ]
    assert [row["told"] for row in bad][-1] == "table_photos.csv was not made"
    page = (folder / "index.html").read_text()
    assert f"{len(bad)} results differ or failed" in page and len(bad) == 6
    assert "ZeroDivisionError" in page


def wrong(device, dtype):
    """A run whose results on a GPU are wrong in every way."""
    good = {"value": np.ones(3), "lost": np.ones(3), "shape": np.ones(3), "undefined": np.ones(3)}
    if device.name == "cpu":
        return good
    return {"value": np.array([1, 1, 1 + 1e-9]), "shape": np.ones(2), "undefined": np.array([1, np.nan, 1])}


def test_a_day_without_a_fault_says_so(tmp_path):
    runs = {"solver fista": RUNS["solver fista"]}
    assert gpu_day.spend(tmp_path, {"numerics": ("", partial(gpu_day.numerics, runs))}) == []
    assert "Nothing differs from the CPU" in (tmp_path / "index.html").read_text()


def test_a_limit_that_is_not_felt_proves_nothing(cupy, monkeypatch):
    monkeypatch.setattr(cupy.get_default_memory_pool(), "set_limit", lambda size: None)
    (row,) = gpu_day.memory(5)
    assert (row["verdict"], row["told"]) == ("differs", "the limit was not felt: no tile was made smaller")


def test_a_part_that_fails_does_not_stop_the_others(tmp_path):
    def broken():
        yield {"verdict": "same"}
        raise RuntimeError("no more")

    parts = {"one": ("One", broken), "two": ("Two", lambda: iter([{"verdict": "same"}]))}
    (bad,) = gpu_day.spend(tmp_path, parts)
    assert bad["told"] == "RuntimeError: no more"
    assert rows_of(tmp_path, "two") == [{"verdict": "same"}]


def test_without_a_gpu_the_day_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(gpu_day, "Device", lambda name: type("NoGpu", (), {"name": "cpu"}))
    with pytest.raises(SystemExit, match="needs a GPU, and CuPy finds none"):
        gpu_day.main([])


def test_the_demo_is_run_on_the_gpu_as_a_study_of_its_own():
    assert "--config study=demo_gpu device=gpu --configfile workflow/presets/demo.yaml" in " ".join(
        gpu_day.demo_command()
    )
