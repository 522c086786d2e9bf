"""The penalty chosen by the share of zeros, against the lasso of scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from lsalsa.errors import ConfigError, DataError
from lsalsa.exact.sparsity import with_zero_share
from lsalsa.problem import SparseCodingProblem

SHARE = 0.8


def random_task(n_dictionaries=1, n_features=12, n_atoms=15, n_samples=40):
    random = np.random.default_rng(3)
    dictionaries = [random.normal(size=(n_features, n_atoms)) for _ in range(n_dictionaries)]
    dictionaries = [atoms / np.linalg.norm(atoms, axis=0) for atoms in dictionaries]
    return SparseCodingProblem(dictionaries, [0.1] * n_dictionaries), random.normal(size=(n_samples, n_features))


def share_by_lasso(problem, signals, penalty):
    """Mean share of zeros of lasso codes, computed by coordinate descent of scikit-learn."""
    lasso = Lasso(alpha=penalty / problem.n_features, fit_intercept=False, tol=1e-10, max_iter=100_000)
    return np.mean([np.mean(lasso.fit(problem.dictionary, signal).coef_ == 0) for signal in signals])


def test_the_penalty_is_the_smallest_with_enough_zeros():
    problem, signals = random_task()
    (penalty,) = with_zero_share(problem, signals, SHARE).penalties
    assert share_by_lasso(problem, signals, penalty) >= SHARE
    assert share_by_lasso(problem, signals, penalty / 1.02) < SHARE


@pytest.mark.parametrize("start", [1e-3, 30.0])
def test_the_result_does_not_depend_on_the_penalty_it_starts_from(start):
    problem, signals = random_task()
    expected = with_zero_share(problem, signals, SHARE).penalties[0]
    assert with_zero_share(problem.with_penalties([start]), signals, SHARE).penalties[0] == pytest.approx(
        expected, rel=0.02
    )


def test_the_proportion_between_dictionaries_is_kept():
    problem, signals = random_task(n_dictionaries=2)
    first, second = with_zero_share(problem.with_penalties([0.1, 0.3]), signals, SHARE).penalties
    assert second == pytest.approx(3 * first)


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_a_share_outside_of_0_and_1_is_refused(share):
    problem, signals = random_task()
    with pytest.raises(ConfigError, match="zero_share must lie between 0 and 1"):
        with_zero_share(problem, signals, share)


def test_signals_of_zeros_are_refused():
    problem, signals = random_task()
    with pytest.raises(DataError, match="all signals are zero"):
        with_zero_share(problem, 0 * signals, SHARE)


def unit(rng, n_features, n_atoms):
    atoms = rng.normal(size=(n_features, n_atoms))
    return atoms / np.linalg.norm(atoms, axis=0)


def worlds_without_a_smallest_penalty():
    rng = np.random.default_rng(0)
    few, blank = unit(rng, 8, 40), rng.normal(size=(20, 8))
    few[:, 4:], blank[2:] = 0, 0
    yield "many atoms", unit(rng, 8, 80), rng.normal(size=(50, 8))
    yield "blank signals", unit(rng, 8, 16), blank
    yield "zero atoms", few, rng.normal(size=(20, 8))


@pytest.mark.parametrize("world", list(worlds_without_a_smallest_penalty()), ids=lambda world: world[0])
def test_where_every_penalty_gives_enough_zeros_that_is_said(world):
    problem = SparseCodingProblem([world[1]], [0.1])
    with pytest.raises(DataError, match="no smallest penalty gives 89% zeros.*ask for a larger share"):
        with_zero_share(problem, world[2], 0.89)


def test_signals_that_correlate_with_no_atom_have_no_penalty():
    atoms = unit(np.random.default_rng(0), 8, 16)
    atoms[7] = 0
    with pytest.raises(DataError, match="no signal correlates with an atom"):
        with_zero_share(SparseCodingProblem([atoms], [0.1]), np.eye(8)[[7, 7]], 0.89)
