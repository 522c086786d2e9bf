"""What every method of dictionary learning promises; a new one is tested by lying in the folder."""

import re
from unittest import mock

import numpy as np
import pytest
from interrupted import asked_to_end
from worlds import unit_columns

from lsalsa import learn_dictionary
from lsalsa.arrays import set_threads, threads
from lsalsa.dictionary import available, method_class
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError, StorageError

every_method = pytest.mark.parametrize("method", available())
PENALTY = 0.1


def signals_of_atoms(n_samples=400, n_features=10, n_atoms=12, dtype=np.float64):
    """Signals of two atoms each."""
    random = np.random.default_rng(78)
    atoms, codes = unit_columns(random, n_features, n_atoms), np.zeros((n_samples, n_atoms))
    for code in codes:
        code[random.choice(n_atoms, 2, replace=False)] = random.uniform(1, 2, 2) * random.choice([-1, 1], 2)
    return (codes @ atoms.T).astype(dtype)


SIGNALS = signals_of_atoms()


def learn(method, signals=SIGNALS, n_atoms=12, penalty=PENALTY, **given):
    return learn_dictionary(
        signals, n_atoms, penalty, method=method, **{"epochs": 3, "batch_size": 50, "tolerance": 0, **given}
    )


def optimal_objective(dictionary, signals=SIGNALS, penalty=PENALTY):
    """Mean objective of codes after many steps of ISTA, as printed."""
    dictionary, codes = dictionary.astype(float), np.zeros((len(signals), dictionary.shape[1]))
    step = 1 / np.linalg.norm(dictionary, 2) ** 2
    for _ in range(1000):
        moved = codes - step * (codes @ dictionary.T - signals) @ dictionary
        codes = np.sign(moved) * np.maximum(np.abs(moved) - step * penalty, 0)
    return np.mean(0.5 * np.sum((signals - codes @ dictionary.T) ** 2, 1) + penalty * np.abs(codes).sum(1))


def test_the_method_of_the_paper_and_the_default_are_there():
    assert {"sgd", "online"} <= set(available())


@every_method
def test_the_docstring_names_a_source_and_every_setting(method):
    kind = method_class(method)
    assert re.search(r"\b(19|20)\d\d\b", kind.__doc__)
    assert all(re.search(rf"\b{setting} :", kind.__doc__) for setting in kind.settings)


@every_method
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_atoms_have_norm_1_in_the_dtype_of_the_signals(method, dtype):
    found = learn(method, SIGNALS.astype(dtype))
    assert found.dictionary.shape == (10, 12) and found.dictionary.dtype == dtype
    norms = np.linalg.norm(found.dictionary.astype(float), axis=0)
    np.testing.assert_allclose(norms, 1, atol=1e-6 if dtype == np.float32 else 1e-13)
    assert (found.dictionary.sum(axis=0) >= 0).all()


@every_method
def test_atoms_become_better_than_those_they_start_from(method):
    before = optimal_objective(unit_columns(np.random.default_rng(5), 10, 12))
    found = learn(method, start="random", epochs=8)
    assert optimal_objective(found.dictionary) < 0.85 * before
    assert found.history[-1]["objective"] < 0.85 * before


@every_method
def test_every_epoch_is_written_down(method):
    found = learn(method)
    assert [row["epoch"] for row in found.history] == [1, 2, 3]
    for row in found.history:
        assert row["objective"] > 0 and 0 < row["zero_share"] < 1 and row["seconds"] > 0
        assert row["dead_atoms"] == 0 and 0 <= row["unmoved_atoms"] <= 12
    assert found.usage.shape == found.unmoved.shape == (12,)
    zeros = 1 - found.usage.mean()  # two counts of the same codes
    assert found.history[-1]["zero_share"] == pytest.approx(zeros)


@every_method
def test_codes_are_nearly_optimal_and_the_objective_is_theirs(method):
    atoms = unit_columns(np.random.default_rng(5), 10, 12)
    learner = method_class(method)(atoms, PENALTY, **({"iterations": 500} if method == "sgd" else {}))
    codes, objective = learner.code(SIGNALS)
    residual = SIGNALS - codes @ atoms.T
    theirs = np.mean(0.5 * np.sum(residual**2, axis=1) + PENALTY * np.abs(codes).sum(axis=1))
    assert objective == pytest.approx(theirs)
    assert objective == pytest.approx(optimal_objective(atoms), rel=1e-3)


@every_method
def test_learning_ends_when_the_objective_stands_still(method):
    everything = [row["objective"] for row in learn(method, epochs=12).history]
    falls = -np.diff(everything) / everything[:-1]
    found = learn(method, epochs=12, tolerance=0.02).history
    expected = next((epoch for epoch, fall in enumerate(falls, start=2) if fall <= 0.02), 12)
    assert len(found) == expected < 12
    assert [row["objective"] for row in found] == everything[:expected]


@every_method
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(method):
    first, again, other = (learn(method, seed=seed).dictionary for seed in (4, 4, 5))
    assert first.tobytes() == again.tobytes() and not np.array_equal(first, other)


def everything_of(found):
    """A learned dictionary as bytes, and its history without the clock."""
    arrays = [array.tobytes() for array in (found.dictionary, found.usage, found.unmoved)]
    return arrays, [{name: value for name, value in row.items() if name != "seconds"} for row in found.history]


@every_method
@pytest.mark.parametrize("batch", [1, 3, 7, 9])  # of three in an epoch: amid one, at its end, at the end of all
def test_learning_that_a_signal_ended_goes_on_from_the_next_batch_to_the_same_bytes(method, batch, tmp_path):
    random = np.random.default_rng(2)
    settings = {"signals": random.uniform(1.0, 1.2, (300, 1)) * unit_columns(random, 40, 1)[:, 0], "n_atoms": 30}
    settings |= {"batch_size": 100, "start": "random", "penalty": 0.3}
    straight, kind = learn(method, **settings), method_class(method)
    assert straight.history[0]["dead_atoms"] and len(straight.history) == 3
    with asked_to_end(kind, "update", batch):
        learn(method, checkpoint=tmp_path / "state.npz", checkpoint_seconds=100.0, **settings)
    with mock.patch.object(kind, "update", autospec=True, side_effect=kind.update) as updates:
        rest = learn(method, checkpoint=tmp_path / "state.npz", **settings)
    assert everything_of(rest) == everything_of(straight)
    assert updates.call_count == 3 * 3 - batch


@every_method
def test_a_state_of_other_learning_or_damaged_like_the_one_before_is_refused_by_name(method, tmp_path):
    path = tmp_path / "state.npz"
    straight = learn(method, epochs=2, checkpoint=path)
    assert everything_of(learn(method, epochs=2, checkpoint=path)) == everything_of(straight)
    for other in ({"seed": 1}, {"penalty": 0.2}, {"signals": 2 * SIGNALS}, {"n_atoms": 11}, {"start": "random"}):
        with pytest.raises(StorageError, match=r"state\.npz is the checkpoint of another dictionary"):
            learn(method, checkpoint=path, **other)
    for damaged in tmp_path.iterdir():
        damaged.write_bytes(damaged.read_bytes()[:-50])
    with pytest.raises(StorageError, match=r"state\.npz is not a whole NPZ file"):
        learn(method, checkpoint=path)


@every_method
def test_threads_and_the_global_generator_change_no_byte(method):
    before, found = threads(), []
    try:
        for count in (1, 2):
            set_threads(count)
            np.random.seed(count)
            found.append(learn(method, n_atoms=150, epochs=1, batch_size=300).dictionary.tobytes())
    finally:
        set_threads(before)
    assert found[0] == found[1]


@every_method
def test_signals_are_left_as_they_were(method):
    signals = SIGNALS.copy()
    learn(method, signals, epochs=1)
    assert np.array_equal(signals, SIGNALS)


@every_method
def test_atoms_that_were_never_used_are_drawn_anew_and_counted_as_unmoved(method):
    """All signals lie on one line that few random atoms are near to: the others are never used."""
    random = np.random.default_rng(2)
    line = unit_columns(random, 40, 1)[:, 0]
    signals = random.uniform(1.0, 1.2, (300, 1)) * line
    found = learn(method, signals, n_atoms=30, penalty=0.3, epochs=1, start="random")
    row = found.history[0]
    assert row["dead_atoms"] >= 10
    on_the_line = np.abs(line @ found.dictionary) > 1 - 1e-6
    assert on_the_line.sum() >= row["dead_atoms"]
    assert row["unmoved_atoms"] == found.unmoved.sum() >= row["dead_atoms"]


@every_method
def test_atoms_that_nothing_moves_are_unmoved_and_others_are_not(method):
    """Codes of zeros leave the atoms where they are; atoms that are noise must move to be of use."""
    signals = signals_of_atoms(n_features=64)
    start = learn(method, signals, penalty=100.0, epochs=1, start="random")
    assert start.dictionary.any() and start.history[0]["dead_atoms"] == 12 and start.unmoved.all()
    assert learn(method, signals, epochs=8, start="random").unmoved.sum() <= 1


@every_method
def test_signals_of_zeros_do_not_become_atoms(method):
    signals = np.vstack([SIGNALS[:150], np.zeros((150, 10))])
    found = learn(method, signals, penalty=1.5, epochs=2)
    np.testing.assert_allclose(np.linalg.norm(found.dictionary, axis=0), 1, atol=1e-12)


@every_method
def test_more_atoms_than_signals_and_a_single_signal_are_no_obstacle(method):
    for signals in (SIGNALS[:3], SIGNALS[:1]):
        found = learn(method, signals, n_atoms=20)
        np.testing.assert_allclose(np.linalg.norm(found.dictionary, axis=0), 1, atol=1e-12)


@every_method
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_atoms", 0),
        ("penalty", 0.0),
        ("penalty", np.nan),
        ("epochs", 0),
        ("batch_size", 0),
        ("tolerance", -0.1),
        ("tolerance", 1.0),
        ("start", "zeros"),
    ],
)
def test_an_argument_out_of_its_range_is_refused_by_name_and_value(method, name, value):
    with pytest.raises(LsalsaError, match=name) as raised:
        learn(method, **{name: value})
    assert str(value) in str(raised.value)


@every_method
def test_a_setting_that_was_not_declared_is_refused_by_name(method):
    with pytest.raises(ConfigError, match=f"no_such_setting.*{method}"):
        learn(method, no_such_setting=1)


@every_method
def test_signals_that_are_no_finite_matrix_are_refused(method):
    with pytest.raises(DataError, match="signals"):
        learn(method, np.where(np.arange(4000).reshape(400, 10) == 71, np.nan, SIGNALS))
    with pytest.raises(ShapeError, match="signals"):
        learn(method, SIGNALS[0])
    with pytest.raises(LsalsaError, match="signals are zero"):
        learn(method, 0 * SIGNALS)
    with pytest.raises(LsalsaError, match="signals"):
        learn(method, SIGNALS[:0])
