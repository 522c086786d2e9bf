"""Online dictionary learning: the step of the atoms is the best one, statistics forget, dead atoms start anew."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from worlds import unit_columns

from lsalsa import SparseCodingProblem, optimal_codes
from lsalsa.dictionary import method_class
from lsalsa.dictionary.online import Online, sweep
from lsalsa.errors import ConfigError

PENALTY = 0.3


def problem_of(n_features=6, n_atoms=45, n_samples=80, seed=0):
    """Random signals, sparse codes and atoms in rows; more atoms than move in one block."""
    random = np.random.default_rng([81, seed])
    codes = random.normal(size=(n_samples, n_atoms)) * (random.random((n_samples, n_atoms)) < 0.3)
    return random.normal(size=(n_samples, n_features)), codes, unit_columns(random, n_features, n_atoms).T.copy()


def unexplained(signals, codes, rows):
    """Half the squared error of all signals, from the signals and codes themselves."""
    return 0.5 * np.sum((signals - codes @ rows) ** 2)


def swept(signals, codes, rows, times=1):
    rows = rows.copy()
    for _ in range(times):
        sweep(rows, codes.T @ codes, codes.T @ signals)
    return rows


def test_a_single_atom_moves_to_the_best_point_of_the_circle():
    """Brute force: all angles."""
    signals, codes, rows = problem_of(n_features=2, n_atoms=1)
    angles = np.linspace(0, 2 * np.pi, 20_001)
    values = [unexplained(signals, codes, np.array([[np.cos(a), np.sin(a)]])) for a in angles]
    best = angles[np.argmin(values)]
    np.testing.assert_allclose(swept(signals, codes, rows)[0], [np.cos(best), np.sin(best)], atol=1e-3)


@pytest.mark.parametrize("n_atoms", [3, 33, 45])
def test_atoms_move_one_after_the_other_each_to_its_minimum(n_atoms):
    """A loop over atoms that looks for each by itself, from the signals, with a bounded search over one angle."""
    signals, codes, rows = problem_of(n_features=2, n_atoms=n_atoms)
    expected = rows.copy()
    for j in range(n_atoms):

        def with_angle(angle, j=j):
            moved = expected.copy()
            moved[j] = np.cos(angle), np.sin(angle)
            return unexplained(signals, codes, moved)

        grid = np.linspace(-np.pi, np.pi, 60)
        near = grid[np.argmin([with_angle(angle) for angle in grid])]
        angle = minimize_scalar(with_angle, bounds=(near - 0.2, near + 0.2), options={"xatol": 1e-9}).x
        expected[j] = np.cos(angle), np.sin(angle)
    np.testing.assert_allclose(swept(signals, codes, rows), expected, atol=1e-5)


def test_no_sweep_raises_the_error_and_many_reach_a_point_that_no_atom_can_leave_for_the_better():
    """Optimality on the sphere: the gradient of each atom points against the atom (KKT)."""
    signals, codes, rows = problem_of(n_samples=400)
    values = [unexplained(signals, codes, rows)]
    for _ in range(400):
        sweep(rows, codes.T @ codes, codes.T @ signals)
        values.append(unexplained(signals, codes, rows))
    assert (np.diff(values) <= 1e-9 * values[0]).all() and values[-1] < values[0]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-12)
    gradient = codes.T @ (codes @ rows - signals)
    along = np.sum(gradient * rows, axis=1, keepdims=True)
    tangent = gradient - along * rows
    assert np.abs(tangent).max() < 1e-3 * np.abs(gradient).max()
    curvature = np.diag(codes.T @ codes)
    assert (curvature - along[:, 0] > 0).all()  # the nearer of the two poles, not the farther


def test_atoms_that_no_code_used_stay():
    signals, codes, rows = problem_of()
    codes[:, [2, 40]] = 0
    moved = swept(signals, codes, rows)
    np.testing.assert_array_equal(moved[[2, 40]], rows[[2, 40]])
    others = np.delete(np.arange(45), [2, 40])
    assert (np.abs(moved - rows)[others].max(axis=1) > 1e-6).all()


def test_an_atom_that_its_step_takes_to_zero_stays():
    rows = np.array([[1.0, 0.0]])
    sweep(rows, np.array([[2.0]]), np.zeros((1, 2)))
    np.testing.assert_array_equal(rows, [[1.0, 0.0]])


@pytest.mark.parametrize("forgetting", [0, 3, 12.5])
def test_statistics_are_sums_over_batches_with_falling_weights(forgetting):
    """Batch s of t has the weight prod over r = s+1..t of (1 - 1/(r + 1))^forgetting."""
    random = np.random.default_rng(3)
    atoms = unit_columns(random, 5, 7)
    learner = Online(atoms, PENALTY, forgetting=forgetting)
    batches = [(random.normal(size=(n, 5)), random.normal(size=(n, 7))) for n in (4, 9, 2, 6)]
    for batch, codes in batches:
        learner.update(batch, codes, 1)
    code_products, signal_products = np.zeros((7, 7)), np.zeros((7, 5))
    for s, (batch, codes) in enumerate(batches, start=1):
        weight = np.prod([(1 - 1 / (r + 1)) ** forgetting for r in range(s + 1, 5)])
        for y, x in zip(batch, codes, strict=True):
            code_products += weight * np.outer(x, x)
            signal_products += weight * np.outer(x, y)
    np.testing.assert_allclose(learner.code_products, code_products, atol=1e-12)
    np.testing.assert_allclose(learner.signal_products, signal_products, atol=1e-12)


def test_codes_of_a_batch_are_optimal_and_in_double():
    random = np.random.default_rng(4)
    atoms, batch = unit_columns(random, 5, 9).astype("f4"), random.normal(size=(12, 5)).astype("f4")
    codes, objective = Online(atoms, PENALTY).code(batch)
    problem = SparseCodingProblem([atoms.astype(float)], [PENALTY])
    assert codes.dtype == np.float64
    assert problem.relative_gap(batch.astype(float), codes).max() < 1e-9
    assert objective == pytest.approx(optimal_codes(problem, batch.astype(float)).objective.mean(), rel=1e-9)


def test_a_replaced_atom_has_no_history_and_the_others_keep_theirs():
    signals, codes, rows = problem_of(n_atoms=6)
    learner = Online(rows.T, PENALTY)
    learner.update(signals, codes, 1)
    before, others = learner.code_products.copy(), [0, 1, 3, 5]
    learner.replace(np.isin(np.arange(6), [2, 4]), np.eye(6)[:, :2])
    np.testing.assert_array_equal(learner.atoms[:, [2, 4]], np.eye(6)[:, :2])
    assert not learner.code_products[[2, 4]].any() and not learner.code_products[:, [2, 4]].any()
    assert not learner.signal_products[[2, 4]].any()
    np.testing.assert_array_equal(learner.code_products[np.ix_(others, others)], before[np.ix_(others, others)])


def test_learning_forgets_codes_of_atoms_that_are_gone():
    """From a bad start the objective after some passes is lower with forgetting than without."""
    random = np.random.default_rng(6)
    atoms, codes = unit_columns(random, 16, 24), np.zeros((1200, 24))
    for code in codes:
        code[random.choice(24, 3, replace=False)] = random.normal(size=3)
    from lsalsa import learn_dictionary

    settings = {"epochs": 6, "batch_size": 40, "tolerance": 0, "start": "random"}
    last = {f: learn_dictionary(codes @ atoms.T, 24, 0.05, forgetting=f, **settings).history[-1] for f in (0, 10)}
    assert last[10]["objective"] < 0.98 * last[0]["objective"]


@pytest.mark.parametrize("value", [-1, np.inf, np.nan, "1", None])
def test_forgetting_out_of_range_is_refused(value):
    with pytest.raises(ConfigError, match="forgetting must be a finite number and not negative"):
        method_class("online").checked({"forgetting": value})
