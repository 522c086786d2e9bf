"""Dictionary learning by gradient steps: what it finds, what it writes down, what it refuses."""

import numpy as np
import pytest
from worlds import unit_columns

from lsalsa import learn_dictionary
from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError, DataError, DivergedError, LsalsaError, ShapeError


def planted(n_samples=1500, n_features=10, n_atoms=12, n_used=2, seed=0, dtype=np.float64):
    """Signals of a few atoms each, and the atoms."""
    generator = np.random.default_rng([77, seed])  # not a stream that the library could start from
    atoms = unit_columns(generator, n_features, n_atoms)
    codes = np.zeros((n_samples, n_atoms))
    for code in codes:
        used = generator.choice(n_atoms, n_used, replace=False)
        code[used] = generator.uniform(1, 2, n_used) * generator.choice([-1, 1], n_used)
    return (codes @ atoms.T).astype(dtype), atoms


SIGNALS, ATOMS = planted()


def learn(signals=SIGNALS, n_atoms=12, penalty=0.1, **settings):
    given = {"step_size": 0.5, "epochs": 3, "batch_size": 100, "iterations": 40, "seed": 0, **settings}
    return learn_dictionary(signals, n_atoms, penalty, method="sgd", **given)


def test_planted_atoms_are_found_up_to_sign_and_order():
    """At least 18 of 20 at a cosine above 0.98; a random dictionary has hardly one above 0.9."""
    signals, atoms = planted(n_features=16, n_atoms=20)
    found = learn(signals, n_atoms=20, step_size=2.0, batch_size=50, epochs=25, decay=0.95).dictionary
    assert np.sum(np.abs(atoms.T @ found).max(axis=1) > 0.98) >= 18
    random = unit_columns(np.random.default_rng(9), 16, 20)
    assert np.sum(np.abs(atoms.T @ random).max(axis=1) > 0.9) <= 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_atoms_have_length_one_in_the_dtype_of_the_signals(dtype):
    result = learn(SIGNALS.astype(dtype))
    assert result.dictionary.shape == (10, 12)
    assert result.dictionary.dtype == dtype
    lengths = np.linalg.norm(result.dictionary.astype(float), axis=0)
    np.testing.assert_allclose(lengths, 1, atol=1e-6 if dtype == np.float32 else 1e-14)


def test_the_objective_falls_from_epoch_to_epoch_and_is_written_down():
    result = learn(epochs=5, step_size=0.05, batch_size=500)  # slow enough to take several epochs
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4, 5]
    wanted = {"epoch", "objective", "dead_atoms", "zero_share", "seconds"}
    assert all(wanted <= set(row) for row in result.history)
    objectives = [row["objective"] for row in result.history]
    assert all(later < earlier for earlier, later in zip(objectives, objectives[1:], strict=False))
    assert all(0 < row["zero_share"] < 1 for row in result.history)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    first, again, other = learn(seed=4), learn(seed=4), learn(seed=5)
    assert first.dictionary.tobytes() == again.dictionary.tobytes()
    assert not np.array_equal(first.dictionary, other.dictionary)


def test_threads_and_the_global_generator_change_no_byte():
    before, found = threads(), []
    try:
        for count in (1, 2):
            set_threads(count)
            np.random.seed(count)
            found.append(learn(epochs=1, batch_size=700).dictionary.tobytes())
    finally:
        set_threads(before)
    assert found[0] == found[1]


def test_signals_are_left_as_they_were():
    signals = SIGNALS.copy()
    learn(signals, epochs=1)
    assert np.array_equal(signals, SIGNALS)


def test_atoms_that_were_never_used_are_drawn_anew_from_the_signals_and_counted():
    """All signals lie on one line that few random atoms are near to: the others are never used."""
    generator = np.random.default_rng(2)
    direction = unit_columns(generator, 40, 1)[:, 0]
    signals = generator.uniform(1.0, 1.2, (300, 1)) * direction
    result = learn(signals, n_atoms=30, penalty=0.3, epochs=1, step_size=0.01, start="random")
    row = result.history[0]
    assert row["dead_atoms"] >= 10
    on_the_line = np.abs(direction @ result.dictionary) > 1 - 1e-9
    assert on_the_line.sum() >= row["dead_atoms"]
    np.testing.assert_allclose(np.linalg.norm(result.dictionary, axis=0), 1, atol=1e-12)


def test_when_every_atom_is_used_none_is_counted_dead():
    assert learn(epochs=2).history[-1]["dead_atoms"] == 0


def test_signals_of_zeros_do_not_become_atoms_of_no_length():
    signals = np.vstack([SIGNALS[:150], np.zeros((150, 10))])
    dictionary = learn(signals, epochs=2, penalty=1.5, batch_size=50).dictionary
    np.testing.assert_allclose(np.linalg.norm(dictionary, axis=0), 1, atol=1e-12)


def test_an_objective_that_rises_is_an_error_and_not_a_result():
    with pytest.raises(DivergedError, match="(?i)objective") as raised:
        learn(step_size=100.0, epochs=6, batch_size=20, rise_tolerance=0.0)
    assert "epoch" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_signals_that_are_not_finite_are_refused(bad):
    signals = SIGNALS.copy()
    signals[7, 1] = bad
    with pytest.raises(DataError, match="signals"):
        learn(signals)


def test_signals_that_are_no_matrix_or_none_at_all_are_refused():
    with pytest.raises(ShapeError, match="signals"):
        learn(SIGNALS[0])
    with pytest.raises(LsalsaError, match="signals|sample"):
        learn(SIGNALS[:0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_atoms", 0),
        ("penalty", 0.0),
        ("penalty", np.nan),
        ("step_size", 0.0),
        ("step_size", -1.0),
        ("epochs", 0),
        ("batch_size", 0),
        ("iterations", 0),
        ("decay", 0.0),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name_and_value(name, value):
    with pytest.raises(LsalsaError, match=name) as raised:
        learn(**{name: value})
    assert str(value) in str(raised.value)


def test_atoms_start_from_signals_or_at_random():
    """With steps next to nothing they stay what they were at the start."""
    still = {"epochs": 1, "step_size": 1e-12, "penalty": 1e-3}
    directions = SIGNALS / np.linalg.norm(SIGNALS, axis=1, keepdims=True)
    starts = ("signals", "random")
    nearest = {start: np.abs(directions @ learn(start=start, **still).dictionary).max(axis=0) for start in starts}
    assert nearest["signals"].min() > 1 - 1e-6
    assert nearest["random"].min() < 0.99


def test_an_unknown_start_is_refused():
    with pytest.raises(ConfigError, match="start must be signals or random, found 'zeros'"):
        learn(start="zeros")
