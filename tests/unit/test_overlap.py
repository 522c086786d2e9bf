"""What one dictionary explains of another component, against a lasso of another library."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from lsalsa import SparseCodingProblem
from lsalsa.study.scoring.overlap import MOST_SAMPLES, measure_overlap


def two_dictionaries():
    random = np.random.default_rng(3)
    atoms = [random.standard_normal((8, n)) for n in (6, 9)]
    return SparseCodingProblem([part / np.linalg.norm(part, axis=0) for part in atoms], [0.1, 0.2])


def explained(dictionary, penalty, source):
    """Shares, with and without means, by scikit-learn, which divides the squared error by the number of features."""
    model = Lasso(alpha=penalty / len(dictionary), fit_intercept=False, tol=1e-12, max_iter=100_000)
    rest = np.array([row - dictionary @ model.fit(dictionary, row).coef_ for row in source])
    energies = [[np.sum((row - mean * row.mean()) ** 2) for row in rows] for mean in (0, 1) for rows in (rest, source)]
    left, whole, left_pattern, whole_pattern = map(sum, energies)
    return 1 - left / whole, 1 - left_pattern / whole_pattern


def test_each_dictionary_has_its_share_of_each_component():
    problem, random = two_dictionaries(), np.random.default_rng(4)
    sources = [random.random((5, 8)), 3 + random.random((5, 8))]
    rows = measure_overlap(problem, ["digits", "photos"], sources, 1e-10)
    assert [(row["dictionary"], row["component"]) for row in rows] == [
        (one, other) for one in ("digits", "photos") for other in ("digits", "photos")
    ]
    for i, row in enumerate(rows):
        expected = explained(problem.dictionaries[i // 2], problem.penalties[i // 2], sources[i % 2])
        assert (row["explained_share"], row["pattern_share"]) == pytest.approx(expected, abs=1e-4)
        assert row["n_samples"] == 5 and 0 <= row["zero_share"] < 1


def test_a_dictionary_that_holds_the_sources_explains_all_but_the_penalty():
    atoms = np.eye(8)
    problem = SparseCodingProblem([atoms, atoms[:, :1]], [1e-6, 1e-6])
    sources = [np.random.default_rng(5).random((600, 8))] * 2
    whole, _, one, _ = measure_overlap(problem, ["all", "one"], sources, 1e-8)
    assert whole["explained_share"] == pytest.approx(1, abs=1e-5)
    assert 0 < one["explained_share"] < 0.5
    assert whole["n_samples"] == MOST_SAMPLES
