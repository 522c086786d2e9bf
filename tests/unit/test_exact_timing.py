"""Exact solvers beside the methods: what they reach is measured, and what cannot be had is said."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from lsalsa.arrays import Device
from lsalsa.exact import optimal_codes
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.scoring import exact_peers, exact_timing
from lsalsa.study.scoring.exact_timing import measure, spread, time_exact


def small_problem(seed=0, n=30):
    random = np.random.default_rng(seed)
    atoms = random.standard_normal((8, 12))
    problem = SparseCodingProblem([(atoms / np.linalg.norm(atoms, axis=0)).astype(np.float32)], [0.3])
    return problem, random.standard_normal((n, 8)).astype(np.float32)


def by_lasso(problem, signals):
    """Optimal codes by coordinate descent; scikit-learn divides the squared error by the number of features."""
    atoms = np.asarray(problem.dictionary, np.float64)
    model = Lasso(alpha=problem.penalties[0] / len(atoms), fit_intercept=False, tol=1e-12, max_iter=100_000)
    return np.array([model.fit(atoms, signal).coef_.copy() for signal in signals.astype(np.float64)])


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(exact_timing, "PASSES", 1)
    monkeypatch.setattr(exact_timing, "MOST_SAMPLES", {"exact_scikit_learn": 10})
    problem, signals = small_problem()
    return list(time_exact(problem, signals, by_lasso(problem, signals), Device("cpu").put))


def test_every_solver_has_a_row_and_reaches_its_tolerance(rows):
    done = [row for row in rows if row["status"] == "ok"]
    assert {row["method"] for row in done} >= {"exact_active_set", "exact_proximal", "exact_scikit_learn"}
    for row in done:
        assert row["seconds_per_sample"] > 0
        assert row["relative_gap"] <= (row["tolerance"] or 1e-2) + 2e-6
    errors = {row["tolerance"]: row["rmse"] for row in done if row["method"] == "exact_proximal"}
    assert sorted(errors) == sorted(exact_timing.TOLERANCES)
    assert errors[1e-4] < errors[1e-1]
    (active_set,) = (row for row in done if row["method"] == "exact_active_set")
    assert active_set["rmse"] < 1e-5


def test_slow_solver_gets_fewer_signals(rows):
    counts = {row["method"]: row["n_samples"] for row in rows if row["status"] == "ok"}
    assert (counts["exact_active_set"], counts["exact_scikit_learn"]) == (30, 10)
    assert spread(100, 5).tolist() == [0, 24, 49, 74, 99] and spread(3, 5).tolist() == [0, 1, 2]


def test_peer_that_is_not_installed_is_a_skipped_row_with_its_reason(monkeypatch):
    def absent(module):
        raise exact_peers.AbsentPeer(f"{module} cannot be imported: gone")

    monkeypatch.setattr(exact_peers, "load", absent)
    monkeypatch.setattr(exact_timing, "PASSES", 1)
    problem, signals = small_problem()
    rows = list(time_exact(problem, signals, np.zeros((30, 12)), Device("cpu").put))
    skipped = {row["method"]: row["reason"] for row in rows if row["status"] == "skipped"}
    assert set(skipped) == {"exact_spams", "exact_scikit_learn"}
    assert all("gone" in reason for reason in skipped.values())
    assert all(row["rmse"] is None for row in rows if row["status"] == "skipped")


def test_solver_that_misses_its_tolerance_is_named(monkeypatch):
    monkeypatch.setattr(exact_timing, "optimal_codes", lambda *a, **k: optimal_codes(*a, **k, max_iterations=1))
    monkeypatch.setattr(exact_timing, "TOLERANCES", (1e-9,))
    problem, signals = small_problem()
    rows = list(time_exact(problem, signals, np.zeros((30, 12)), Device("cpu").put))
    (proximal,) = (row for row in rows if row["method"] == "exact_proximal")
    assert proximal["status"] == "diverged" and "miss the relative duality gap" in proximal["reason"]


def test_distance_and_gap_are_those_of_the_definitions():
    problem, signals = small_problem(seed=1, n=6)
    codes, targets = np.zeros((6, 12)), by_lasso(problem, signals)
    found = measure(problem, signals, targets, codes)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean(targets**2)))
    atoms, penalty = np.asarray(problem.dictionary, np.float64), problem.penalties[0]
    gaps = []
    for signal in signals.astype(np.float64):
        dual = signal * min(1.0, penalty / np.abs(atoms.T @ signal).max())
        primal = 0.5 * signal @ signal
        gaps.append((primal - (primal - 0.5 * (signal - dual) @ (signal - dual))) / primal)
    assert found["relative_gap"] == pytest.approx(max(gaps))


def test_a_solver_over_its_budget_is_not_asked_for_more(monkeypatch):
    monkeypatch.setattr(exact_timing, "BUDGET", 0.0)
    problem, signals = small_problem()
    rows = list(time_exact(problem, signals, by_lasso(problem, signals), Device("cpu").put))
    proximal = {row["tolerance"]: row for row in rows if row["method"] == "exact_proximal"}
    loosest, *tighter = exact_timing.TOLERANCES
    assert (proximal[loosest]["status"], proximal[loosest]["n_passes"]) == ("ok", 1)
    assert all(proximal[tolerance]["status"] == "skipped" for tolerance in tighter)
    assert all(f"at tolerance {loosest}" in proximal[tolerance]["reason"] for tolerance in tighter)
