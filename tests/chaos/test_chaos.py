"""Whenever and however a run is killed, what it gives in the end is what an unbroken run gives.

`make test` strikes three jobs that keep state; `make chaos CHAOS=30` strikes the whole smoke study so many times.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from chaos import cloned, drawn, hashes, left_over, run_with_kills
from workplace import SMOKE, copied

from lsalsa.study.jobs.scratch import VARIABLE

RUNS = int(os.environ.get("LSALSA_CHAOS", "0"))
LONG = """
repetitions: 3
methods: {lista: {depths: [5], epochs: 300, search: {learning_rate: [1e-2, 3e-3, 1e-3], batch_size: [10]}}}
components: {digits_10: {dictionary: {epochs: 200}}}
search: {n_train: 600, rungs: [60, 250], candidates: 3, rounds: 0}
tables: {rmse_digits: {depths: [5], methods: [lista]}}
"""
SEARCH, ENCODERS = "search/digits/lista/depth_5.parquet", "encoders/digits/lista/depth_5"
STRUCK = {  # seed, of the moment and of the signal -> the results that are made anew while the run is struck
    6: ["dictionaries/digits_10.npz", "dictionaries/digits_10.parquet"],
    16: [SEARCH],
    14: [f"{ENCODERS}/repetition_{number}.npz" for number in range(3)] + [f"{ENCODERS}.parquet"],
}


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """State is saved all the time."""
    monkeypatch.setenv(VARIABLE, "0.1")


def test_three_jobs_that_are_killed_at_work_give_the_bytes_of_an_unbroken_run(tmp_path):
    whole = copied(tmp_path / "whole")
    (whole.path / "long.yaml").write_text(LONG)
    presets = [SMOKE, "long.yaml"]
    whole.run(f"results/smoke/{ENCODERS}.parquet", presets=presets)
    expected = hashes(whole.result("."))

    def struck(seed):
        workplace, names = cloned(whole, tmp_path / f"run_{seed}"), STRUCK[seed]
        for name in names:
            workplace.result(name).unlink()
        met = run_with_kills(workplace, [f"results/smoke/{names[0]}"], presets, *drawn(seed, 1, 1.5))
        return met, hashes(workplace.result(".")), left_over(workplace)

    with ThreadPoolExecutor(len(STRUCK)) as pool:
        for met, found, left in pool.map(struck, STRUCK):
            assert found == expected
            assert left == []
            assert met


@pytest.mark.skipif(not RUNS, reason="the long one: make chaos")
def test_the_whole_study_killed_at_random_gives_the_bytes_of_an_unbroken_run(tmp_path):
    first, second = copied(tmp_path / "first"), copied(tmp_path / "second")
    begun = time.monotonic()
    first.run()
    longest = time.monotonic() - begun
    second.run()
    once, again = hashes(first.result(".")), hashes(second.result("."))
    assert once.keys() == again.keys()
    expected = {name: value for name, value in once.items() if again[name] == value}  # others show measured times
    assert len(expected) > 0.75 * len(once)
    for seed in range(RUNS):
        workplace, count = copied(tmp_path / f"run_{seed}"), random.Random(seed).randint(1, 4)
        kinds, moments = drawn(seed, count, longest / count)
        met = run_with_kills(workplace, [], [SMOKE], kinds, moments, wait_for_job=False)
        found = hashes(workplace.result("."))
        assert found.keys() == once.keys(), (seed, met)
        assert {name for name in expected if found[name] != expected[name]} == set(), (seed, met)
        assert left_over(workplace) == [], (seed, met)
        assert "Nothing to be done" in workplace.run(), (seed, met)
        print(f"run {seed}: {', '.join(met) or 'not met'}: equal")
