"""Seeds depend on the names and on nothing else."""

import os
import subprocess
import sys

import numpy as np

from lsalsa.seeds import generator, seed_for


def test_the_same_names_give_the_same_seed():
    assert seed_for(1, "digits", "lsalsa", 5, 0) == seed_for(1, "digits", "lsalsa", 5, 0)


def test_every_name_and_the_study_seed_change_the_seed():
    seeds = {
        seed_for(1, "digits", "lsalsa", 5, 0),
        seed_for(2, "digits", "lsalsa", 5, 0),
        seed_for(1, "photos", "lsalsa", 5, 0),
        seed_for(1, "digits", "lista", 5, 0),
        seed_for(1, "digits", "lsalsa", 6, 0),
        seed_for(1, "digits", "lsalsa", 5, 1),
        seed_for(1, "digits", "lsalsa", 5),
        seed_for(1, "lsalsa", "digits", 5, 0),
        seed_for(1),
    }
    assert len(seeds) == 9


def test_where_one_name_ends_matters():
    assert seed_for(1, "ab", "c") != seed_for(1, "a", "bc")


def test_another_process_finds_the_same_seed():
    script = "from lsalsa.seeds import seed_for; print(seed_for(1, 'digits', 3))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "77"}
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)
    assert int(result.stdout) == seed_for(1, "digits", 3)


def test_equal_seeds_give_equal_draws_and_leave_the_global_generator_alone():
    before = np.random.get_state()[1].copy()
    first, second, other = (generator(seed_for(1, name)).standard_normal(5) for name in "aab")
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert np.array_equal(np.random.get_state()[1], before)


def test_streams_of_one_seed_differ_even_where_a_step_is_zero():
    """Zeros at the end of a seed sequence are padding to NumPy: [5], [5, 0] and [5, 0, 0] would be one stream."""
    streams = [(), (0,), (0, 0), (1,), (0, 1), (1, 0)]
    firsts = {generator(5, *steps).integers(2**60) for steps in streams}
    assert len(firsts) == len(streams)


def test_an_empty_name_is_a_name():
    assert seed_for(1, "") != seed_for(1)
