"""The estimators: scikit-learn's own checks, its pipelines and searches, and codes against its solvers."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import sparse_encode
from sklearn.linear_model import Lasso
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from worlds import make_world, unit_columns

from lsalsa import estimators
from lsalsa.errors import ConfigError, DataError, ShapeError
from lsalsa.estimators import DictionaryLearner, LearnedEncoder, SourceSeparator, SparseCoder

QUICK = {
    "DictionaryLearner": DictionaryLearner(epochs=2),
    "LearnedEncoder": LearnedEncoder(
        depth=1, epochs=2, zero_share=0.5, dictionary=DictionaryLearner(epochs=1), learning_rate=1e-3
    ),
    "SourceSeparator": SourceSeparator(DictionaryLearner(epochs=1, penalty=0.1)),
    "SparseCoder": SparseCoder(dictionary=DictionaryLearner(epochs=1, penalty=0.1), penalty=0.1),
}
WORLD = make_world(n_samples=60)
ATOMS, SIGNALS = WORLD.dictionary, WORLD.signals


# --- what scikit-learn asks of every estimator --------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")  # its checks give data of all kinds, some of which deserve a warning
@pytest.mark.parametrize("name", estimators.__all__)
def test_scikit_learn_finds_no_fault(name):
    found = check_estimator(QUICK[name], on_fail=None, on_skip=None)
    assert len(found) > 40
    faults = {one["check_name"]: one["exception"] for one in found if one["status"] in ("failed", "xfail")}
    assert faults == {}


@pytest.mark.parametrize("name", estimators.__all__)
def test_a_clone_has_the_same_settings_and_gives_the_same_bytes(name):
    labels = np.arange(len(SIGNALS)) % 2
    one = QUICK[name]
    first, second = clone(one).fit(SIGNALS, labels), clone(one).set_params(random_state=0).fit(SIGNALS, labels)
    np.testing.assert_array_equal(first.transform(SIGNALS), second.transform(SIGNALS))


@pytest.mark.parametrize("name", estimators.__all__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_that_comes_in_goes_out_whatever_the_fit_saw(name, dtype):
    labels = np.arange(len(SIGNALS)) % 2
    fitted = clone(QUICK[name]).fit(SIGNALS.astype(np.float32), labels)
    codes = fitted.transform(SIGNALS.astype(dtype))
    assert codes.dtype == dtype and fitted.inverse_transform(codes).dtype == dtype
    assert list(fitted.get_feature_names_out())[:1] == [f"{name.lower()}0"]
    assert len(fitted.get_feature_names_out()) == codes.shape[1]


# --- codes against other solvers ----------------------------------------------------------------------------


def test_codes_are_those_of_scikit_learns_coordinate_descent():
    codes = SparseCoder(ATOMS, penalty=0.1).fit_transform(SIGNALS)
    theirs = sparse_encode(SIGNALS, ATOMS.T.copy(), algorithm="lasso_cd", alpha=0.1, max_iter=100_000)
    np.testing.assert_allclose(codes, theirs, atol=2e-3)  # their default tolerance is 1e-4 of the norm
    lasso = Lasso(alpha=0.1 / len(ATOMS), fit_intercept=False, tol=1e-12, max_iter=100_000)
    exact = np.array([lasso.fit(ATOMS, signal).coef_ for signal in SIGNALS])
    np.testing.assert_allclose(codes, exact, atol=1e-6)


def test_the_score_is_minus_the_mean_objective_as_printed():
    coder = SparseCoder(ATOMS, penalty=0.1).fit(SIGNALS)
    codes = coder.transform(SIGNALS)
    objective = 0.5 * ((SIGNALS - codes @ ATOMS.T) ** 2).sum(axis=1) + 0.1 * np.abs(codes).sum(axis=1)
    assert coder.score(SIGNALS) == pytest.approx(-objective.mean(), rel=1e-9)


def test_a_learned_dictionary_explains_signals_of_its_atoms():
    random = np.random.default_rng(5)
    atoms, codes = unit_columns(random, 16, 12), np.zeros((400, 12))
    for code in codes:
        code[random.choice(12, 2, replace=False)] = random.choice([-1, 1], 2) * random.uniform(1, 2, 2)
    learner = DictionaryLearner(n_atoms=12, penalty=0.1, epochs=40, settings={"tolerance": 0.0}).fit(codes @ atoms.T)
    likeness = np.abs(learner.dictionary_.T @ atoms).max(axis=0)
    assert np.median(likeness) > 0.98
    assert learner.penalty_ == learner.learned_.penalty == 0.1


def test_a_penalty_of_auto_gives_the_share_of_zeros_under_the_learned_dictionary():
    learner = DictionaryLearner(zero_share=0.6, epochs=5).fit(SIGNALS)
    assert 0.6 <= (learner.transform(SIGNALS) == 0).mean() < 0.65
    assert learner.learned_.penalty != learner.penalty_


# --- pipelines and searches ---------------------------------------------------------------------------------


def test_a_pipeline_centres_codes_and_comes_back():
    signals = SIGNALS + 3.0
    line = make_pipeline(StandardScaler(with_std=False), SparseCoder(ATOMS, penalty=1e-3)).fit(signals)
    assert np.abs(line.inverse_transform(line.transform(signals)) - signals).max() < 0.1
    assert np.abs(line[-1].inverse_transform(line.transform(signals)) - signals).max() > 2  # without the means


def test_a_search_over_depths_keeps_the_one_nearest_to_the_optimum():
    encoder = LearnedEncoder("lsalsa", dictionary=ATOMS, penalty=0.1, mu=1.0, learning_rate=1e-4, epochs=3)
    search = GridSearchCV(encoder, {"depth": [1, 3, 30]}, cv=2).fit(SIGNALS)
    scores = search.cv_results_["mean_test_score"]
    assert search.best_params_ == {"depth": 30} and scores[0] < scores[1] < scores[2]
    best = SparseCoder(ATOMS, penalty=0.1).fit(SIGNALS).score(SIGNALS)
    assert search.best_estimator_.score(SIGNALS) <= best
    assert search.best_estimator_.score(SIGNALS) == pytest.approx(best, rel=0.05)


def test_a_search_reaches_the_learner_inside():
    search = GridSearchCV(SparseCoder(DictionaryLearner(epochs=1), penalty=0.1), {"dictionary__n_atoms": [4, 7]}, cv=2)
    assert search.fit(SIGNALS).best_estimator_.problem_.n_atoms == search.best_params_["dictionary__n_atoms"]


def test_training_brings_an_encoder_nearer_than_its_start():
    fitted = LearnedEncoder("lista", depth=2, dictionary=ATOMS, penalty=0.1).fit(SIGNALS)
    rows = fitted.history_.rows
    assert fitted.history_.kept["validation_rmse"] < 0.9 * rows[0]["validation_rmse"]
    assert fitted.mu_ is None and fitted.learning_rate_ > 0


def test_verbose_prints_a_line_for_each_epoch(capsys):
    LearnedEncoder(dictionary=ATOMS, penalty=0.1, learning_rate=1e-4, epochs=2, verbose=True).fit(SIGNALS)
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["epoch 1", "epoch 2"]
    LearnedEncoder(dictionary=ATOMS, penalty=0.1, learning_rate=1e-4, epochs=2).fit(SIGNALS)
    assert capsys.readouterr().out == ""


# --- separation ---------------------------------------------------------------------------------------------


def two_sources(n_samples=150):
    """Examples of two sources, waves and spikes, their labels in mixed order, and the true dictionaries."""
    random, length = np.random.default_rng(3), 24
    waves = np.cos(np.pi * np.outer(np.arange(length) + 0.5, np.arange(1, 9)) / length)
    dictionaries = {"spikes": np.eye(length), "waves": waves / np.linalg.norm(waves, axis=0)}
    labels, rows = np.array(["waves", "spikes"] * n_samples), []
    for label in labels:
        atoms = dictionaries[label]
        chosen = random.choice(atoms.shape[1], 2, replace=False)
        rows.append(atoms[:, chosen] @ (random.choice([-1, 1], 2) * random.uniform(1, 2, 2)))
    return np.array(rows), labels, dictionaries


def test_separated_sources_add_up_and_are_the_true_ones():
    examples, labels, true = two_sources()
    coder = SparseCoder(penalty=0.02)
    separator = SourceSeparator([true["spikes"], true["waves"]], coder=coder).fit(examples, labels)
    assert list(separator.classes_) == ["spikes", "waves"]
    spikes, waves = examples[labels == "spikes"], examples[labels == "waves"]
    mixtures = spikes + waves
    found = separator.separate(mixtures)
    np.testing.assert_allclose(found.sum(axis=0), separator.inverse_transform(separator.transform(mixtures)))
    for estimate, truth in zip(found, (spikes, waves), strict=True):
        errors = np.linalg.norm(estimate - truth, axis=1) / np.linalg.norm(truth, axis=1)
        assert np.median(errors) < 0.1
    assert separator.score(examples, labels) > 20
    swapped = SourceSeparator([true["waves"], true["spikes"]], coder=coder).fit(examples, labels)
    assert swapped.score(examples, labels) < 0


def test_dictionaries_learned_from_examples_separate_them_and_a_search_scores_it():
    examples, labels, _ = two_sources()
    separator = SourceSeparator(DictionaryLearner(24, penalty=0.1, epochs=10), coder=SparseCoder())
    folds = StratifiedKFold(2)
    search = GridSearchCV(separator, {"coder__penalty": [0.05, 50.0]}, cv=folds, error_score="raise")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a penalty of 50 leaves no code but zero
        search.fit(examples, labels)
    assert search.best_params_ == {"coder__penalty": 0.05} and search.best_score_ > 5


def test_a_learned_encoder_codes_mixtures():
    examples, labels, true = two_sources()
    coder = LearnedEncoder("lsalsa", depth=4, penalty=0.1, learning_rate=1e-3)
    separator = SourceSeparator([true["spikes"], true["waves"]], coder=coder).fit(examples, labels)
    assert separator.coder_.encoder_.n_atoms == 32
    assert separator.score(examples, labels) > 5


# --- bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "error", "words"),
    [
        (SparseCoder(ATOMS[:3], penalty=0.1), ShapeError, "signals must have shape"),
        (SparseCoder(ATOMS, penalty="some"), ConfigError, "a number or auto, found 'some'"),
        (DictionaryLearner(penalty="some"), ConfigError, "or auto, found 'some'"),
        (LearnedEncoder("lsals", dictionary=ATOMS, penalty=0.1), ConfigError, "did you mean lsalsa"),
        (LearnedEncoder("lista", dictionary=ATOMS, penalty=0.1, mu=2.0), ConfigError, "mu"),
        (LearnedEncoder("lsalsa", dictionary=ATOMS, penalty=0.1, mu="some"), ConfigError, "mu must be positive"),
        (LearnedEncoder(dictionary=ATOMS, penalty=0.1, learning_rate="x"), ConfigError, "learning_rate"),
        (LearnedEncoder("crsae", dictionary=ATOMS, penalty=0.1), ConfigError, "Convolutional"),
        (SourceSeparator([ATOMS]), ConfigError, "one for each of 2 sources, in a list; found 1"),
        (SourceSeparator(ATOMS), ConfigError, r"in a list; found shape \(8, 7\)"),
        (SparseCoder(3, penalty=0.1), ShapeError, "dictionaries must be an array or a sequence of arrays, found int"),
        (SparseCoder(ATOMS.astype(int)), DataError, "must be float32 or float64, found int64"),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "fit") else None,
)
def test_what_cannot_be_is_refused_in_one_sentence(estimator, error, words):
    with pytest.raises(error, match=words) as caught:
        estimator.fit(SIGNALS, np.arange(len(SIGNALS)) % 2)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        (np.zeros(60, int), DataError, r"sources \[0, 1\], found \[0\]"),
        (np.arange(60) % 3, DataError, r"sources \[0, 1\], found \[0, 1, 2\]"),
        (None, ShapeError, "a label for each signal"),
    ],
)
def test_a_score_of_separation_needs_examples_of_every_source(labels, error, words):
    fitted = SourceSeparator([ATOMS, ATOMS[:, :2]], coder=SparseCoder(penalty=0.1)).fit(SIGNALS, np.arange(60) % 2)
    with pytest.raises(error, match=words):
        fitted.score(SIGNALS, labels)


# --- the documentation --------------------------------------------------------------------------------------


def test_the_examples_of_the_documentation_run_as_they_stand(capsys):
    text = (Path(__file__).parents[2] / "docs" / "estimators.md").read_text(encoding="utf-8")
    found: dict = {}
    for example in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        exec(example, found)
    assert "{'depth': 5} LSALSA(depth=5" in capsys.readouterr().out
    assert found["plain"].shape == (10, 16) and found["codes"].shape == (500, 24)
    assert found["separator"].score(found["examples"], found["labels"]) > 5
