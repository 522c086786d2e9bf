"""Codes of whole images: what each purpose may see, protocols against scikit-learn's own, recovery of supports."""

import numpy as np
import pytest
from worlds import unit_columns

from lsalsa import SparseCodingProblem
from lsalsa.arrays import Device
from lsalsa.errors import DataError
from papers.sc2net import support
from papers.sc2net.classify import released_accuracies, standard_accuracy, tuned_accuracy
from papers.sc2net.convergence import objectives_by_iteration
from papers.sc2net.experiment import method_of, run_variant
from papers.sc2net.images import Vectors, validation_split, vectors_of
from papers.sc2net.pixel_dictionary import pixel_dictionary

N_ATOMS = 8
TRAINING = {
    "epochs": 2,
    "batch_size": 20,
    "learning_rate": 1.0,
    "learning_rate_supervised": 0.1,
    "n_validation": 20,
    "set_backs": 1,
    "clip": None,
}


def make_vectors(n_train=150, n_test=40, seed=0):
    """Images of three classes: each a mixture of its class's atoms, and a little noise."""
    draws = np.random.default_rng(seed)
    atoms = np.abs(unit_columns(np.random.default_rng(7), 20, 9))
    labels = draws.integers(3, size=n_train + n_test)
    weights = draws.uniform(0, 1, (len(labels), 9)) * (np.arange(9) // 3 == labels[:, None])
    pixels = np.clip(weights @ atoms.T / 2 + 0.05 * draws.random((len(labels), 20)), 0, 1).astype(np.float32)
    return Vectors(pixels[:n_train], pixels[n_train:], labels[:n_train], labels[n_train:], "made up")


VECTORS = make_vectors()
DICTIONARY, _ = pixel_dictionary(VECTORS.train, N_ATOMS, 0.01, batch_size=50, epochs=3, seed=0)


def variant(method, **changes):
    given = {"method": method, "depth": 3, "penalty": 0.02, "loss": None, "start": None, "project": False}
    rest = {"dictionary": "fitted", "draws": 2, "n_fitted": 60, "n_scored": 20, "training": TRAINING, "options": {}}
    more = {"classifier_c": [0.01, 1.0], "label_weight": 1.0, "classified": True, "target_iterations": None}
    return {**given, **rest, **more, **changes}


VARIANTS = {
    "raw": variant("raw"),
    "converged": variant("converged"),
    "ista": variant("ista", depth=20),
    "lista": variant("lista", loss="codes"),
    "lfista": variant("lfista", loss="sc2net"),
    "slstm": variant("slstm", loss="sc2net", start="random"),
    "slstm projected": variant("slstm", loss="sc2net", start="dictionary", project=True),
    "slstm untrained": variant("slstm", start="random"),
    "slstm without gates": variant("slstm", loss="sc2net", start="random", options={"variant": "nogate"}),
    "slstm with labels": variant("slstm", loss="labelled", start="random"),
    "adaptive ista": variant("adaptive_ista", loss="sc2net"),
    "lista from poor codes": variant("lista", loss="codes", target_iterations=2),
}


# images and dictionary


def test_images_become_vectors_in_one_order_with_the_sides_apart():
    images = np.arange(4 * 2 * 3 * 3, dtype=np.float32).reshape(4, 2, 3, 3)
    arrays = {"images": images, "labels": np.arange(4), "is_test": np.array([False, True, False, True])}
    found = vectors_of({**arrays, "source": np.array([["name", "Toy"]])})
    assert found.train.tolist() == [images[0].ravel().tolist(), images[2].ravel().tolist()]
    assert found.test_labels.tolist() == [1, 3]
    assert found.name == "Toy"


@pytest.mark.parametrize(("n_images", "wanted", "expected"), [(100, 10, 10), (100, 50, 20), (5, 3, 1)])
def test_train_images_teach_or_choose_the_epoch_and_never_both(n_images, wanted, expected):
    training, validation = validation_split(n_images, wanted, seed=3)
    assert len(validation) == expected
    assert sorted([*training, *validation]) == list(range(n_images))


def test_too_few_images_to_choose_an_epoch_are_refused():
    with pytest.raises(DataError, match="at least 5 train images, found 4"):
        validation_split(4, 2, seed=0)


def test_the_fitted_dictionary_codes_with_more_than_one_percent_and_the_one_as_released_with_nothing():
    """alpha = lambda * N is the trap of the paper's code; atoms are of norm 1 either way."""
    for alpha, most in ((0.1, 0.99), (1000.0, 1.0)):
        atoms, zeros = pixel_dictionary(VECTORS.train, N_ATOMS, alpha, batch_size=50, epochs=2, seed=1)
        np.testing.assert_allclose(np.linalg.norm(atoms, axis=0), 1, atol=1e-6)
        assert atoms.shape == (20, N_ATOMS) and atoms.dtype == np.float32
        assert zeros <= most
        assert (zeros == 1.0) == (alpha == 1000.0)


def test_a_dictionary_depends_on_its_seed_alone():
    first, again, other = (
        pixel_dictionary(VECTORS.train, N_ATOMS, 0.05, batch_size=50, epochs=2, seed=seed)[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# the protocols


def test_the_official_split_is_a_pipeline_that_scales_and_fits_on_train_images_only():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    pipeline.fit(VECTORS.train.astype(float), VECTORS.train_labels)
    expected = 100 * pipeline.score(VECTORS.test.astype(float), VECTORS.test_labels)
    found = standard_accuracy(VECTORS.train.astype(float), VECTORS.test.astype(float), VECTORS)
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_strength_of_the_classifier_is_chosen_without_the_test_images():
    """As a grid search of scikit-learn with one fixed split; other test labels change the score, not the choice."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, PredefinedSplit
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    parts, grid = validation_split(150, 30, seed=4), [1e-4, 1e-3, 1e-2, 1.0]
    folds = np.full(150, -1)
    folds[parts[1]] = 0
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    search = GridSearchCV(pipeline, {"logisticregression__C": grid}, cv=PredefinedSplit(folds))
    train, test = (2 * part.astype(float) for part in (VECTORS.train, VECTORS.test))
    search.fit(train, VECTORS.train_labels)
    expected = 100 * search.score(test, VECTORS.test_labels)
    accuracy, c = tuned_accuracy(train, test, VECTORS, parts, grid)
    assert (accuracy, c) == (pytest.approx(expected), search.best_params_["logisticregression__C"])
    other = Vectors(VECTORS.train, VECTORS.test, VECTORS.train_labels, (VECTORS.test_labels + 1) % 3, "made up")
    changed, again = tuned_accuracy(train, test, other, parts, grid)
    assert again == c and changed != accuracy


def test_a_feature_that_never_changes_is_no_reason_to_divide_by_zero():
    constant = [np.hstack([part, np.ones((len(part), 1))]) for part in (VECTORS.train, VECTORS.test)]
    assert standard_accuracy(*constant, VECTORS) == pytest.approx(
        standard_accuracy(VECTORS.train, VECTORS.test, VECTORS)
    )


def test_the_protocol_as_released_fits_and_scores_on_train_images_that_differ_and_shrinks_in_proportion():
    """What was fitted on is known by heart and nothing else is: were an image in both parts, it would be guessed."""
    features, labels = np.eye(40), np.arange(40) % 8
    split = {"n_fitted": 30, "n_scored": 10, "draws": 3, "seed": 0}
    assert max(released_accuracies(10 * features, labels, **split)) <= 30  # no better than a constant guess
    split |= {"n_fitted": 6000, "n_scored": 2000}
    assert len(set(released_accuracies(VECTORS.train[:, :2], VECTORS.train_labels, **split))) > 1
    with pytest.raises(DataError, match="too few images"):
        released_accuracies(features[:1], labels[:1], n_fitted=3, n_scored=1, draws=1, seed=0)


# variants


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_gives_accuracy_sparsity_and_an_objective(name):
    row, history = run_variant(VECTORS, DICTIONARY, VARIANTS[name], seed=1, device=Device("cpu"))
    assert 100 / 3 < row["accuracy_percent"] <= 100
    assert row["status"] in ("ok", "converged", "epochs_used")
    assert len(history) == (3 if VARIANTS[name]["loss"] else 0)
    assert row["tuned_c"] in (0.01, 1.0)
    assert (row["accuracy_released_percent"] is None) == (name == "slstm with labels")
    if name == "raw":
        assert row["objective"] is None and row["zero_share"] is None
    else:
        assert row["objective"] > 0
        assert row["objective_unit_atoms"] > 0
        assert row["zero_share"] <= row["near_zero_share_0_001"] <= row["near_zero_share_0_01"]


def test_no_test_image_reaches_a_network_or_a_classifier():
    """Other test images change nothing that was learned: history, codes of train images, the protocol without them."""
    other = make_vectors(seed=5)
    swapped = Vectors(VECTORS.train, other.test, VECTORS.train_labels, other.test_labels, "made up")
    for settings in (VARIANTS["lista"], VARIANTS["slstm"]):
        found = []
        for vectors in (VECTORS, swapped):
            row, history = run_variant(vectors, DICTIONARY, settings, seed=2, device=Device("cpu"))
            epochs = [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in history]
            found.append((epochs, row["accuracy_released_percent"], _codes(vectors, settings).tobytes()))
        assert found[0] == found[1]


def _codes(vectors, settings):
    problem = SparseCodingProblem([DICTIONARY], [settings["penalty"]])
    return method_of(problem, vectors, settings, seed=2, device=Device("cpu")).encode(VECTORS.train)


def test_codes_that_only_a_table_of_objectives_shows_are_not_classified():
    row, _ = run_variant(VECTORS, DICTIONARY, variant("ista", classified=False), seed=1, device=Device("cpu"))
    names = ("accuracy_percent", "accuracy_tuned_percent", "tuned_c", "accuracy_released_percent")
    assert [row[name] for name in names] == [None] * 4
    assert row["objective"] == pytest.approx(row["objective_unit_atoms"], rel=1e-6)  # atoms of norm 1


def test_an_objective_under_atoms_of_norm_1_weighs_each_entry_by_the_norm_of_its_atom():
    settings = VARIANTS["slstm"]
    row, _ = run_variant(VECTORS, DICTIONARY, settings, seed=1, device=Device("cpu"))
    problem = SparseCodingProblem([DICTIONARY], [0.02])
    method = method_of(problem, VECTORS, settings, seed=1, device=Device("cpu"))
    codes, decoder = method.encode(VECTORS.test).astype(float), method.decoder.astype(float)
    misfit = 0.5 * ((VECTORS.test - codes @ decoder.T) ** 2).sum(axis=1)
    weighed = misfit + 0.02 * np.abs(codes) @ np.sqrt((decoder**2).sum(axis=0))
    assert row["objective_unit_atoms"] == pytest.approx(weighed.mean(), rel=1e-5)
    assert row["objective"] != pytest.approx(weighed.mean(), rel=1e-3)


def test_a_network_learns_the_codes_that_its_variant_names():
    facts = {}
    for count in (1, 50, None):
        settings = variant("lista", loss="codes", target_iterations=count)
        facts[count] = run_variant(VECTORS, DICTIONARY, settings, seed=1, device=Device("cpu"))[0]["target_objective"]
    assert facts[1] > facts[50] > 0
    assert facts[50] == pytest.approx(facts[None], rel=1e-3)
    assert (
        run_variant(VECTORS, DICTIONARY, VARIANTS["slstm"], seed=1, device=Device("cpu"))[0]["target_objective"] is None
    )


def test_solvers_are_followed_from_the_first_iteration_to_the_optimum():
    found = objectives_by_iteration(VECTORS, DICTIONARY, 0.02, [1, 3, 400], Device("cpu"))
    assert {name: list(curve) for name, curve in found.items()} == {"ista": [1, 3, 400], "fista": [1, 3, 400]}
    assert found["ista"][1] == found["fista"][1] > found["ista"][3] > found["fista"][3] > found["fista"][400]
    row, _ = run_variant(VECTORS, DICTIONARY, VARIANTS["converged"], seed=1, device=Device("cpu"))
    assert found["fista"][400] == pytest.approx(row["objective"], rel=1e-3)


def test_the_objective_is_that_of_the_dictionary_a_code_belongs_to():
    row, _ = run_variant(VECTORS, DICTIONARY, VARIANTS["ista"], seed=1, device=Device("cpu"))
    codes = _codes(VECTORS, VARIANTS["ista"])
    assert codes.shape == (150, N_ATOMS)
    projected, _ = run_variant(VECTORS, DICTIONARY, VARIANTS["slstm projected"], seed=1, device=Device("cpu"))
    assert row["atom_norm_mean"] == pytest.approx(1, abs=1e-5)
    assert projected["atom_norm_mean"] <= 1 + 1e-5


# support recovery


@pytest.mark.parametrize("case", support.CASES)
def test_mixtures_have_columns_of_norm_1(case):
    mixing = support.mixing_matrix(case, 20, 30, np.random.default_rng(0))
    assert mixing.shape == (20, 30)
    np.testing.assert_allclose(np.linalg.norm(mixing, axis=0), 1)


def test_synthetic_codes_have_as_many_entries_as_asked_of_the_sizes_asked():
    codes = support.sparse_codes(500, 30, 4, np.random.default_rng(0))
    assert ((codes != 0).sum(axis=1) == 4).all()
    sizes = np.abs(codes[codes != 0])
    assert 0.3 <= sizes.min() < 0.32 and 0.98 < sizes.max() <= 1
    assert (codes > 0).sum() > 900 and (codes < 0).sum() > 900
    assert ((codes != 0).sum(axis=0) > 30).all()


def test_recovery_counts_true_entries_among_the_largest():
    codes = np.array([[1.0, 0, 0, -0.5], [0, 0.4, 0.7, 0]])
    estimates = np.array([[0.2, 0.0, -0.1, 0.15], [0.9, 0.3, -0.5, 0.0]])
    assert support.recovered_percent(estimates, codes) == 75.0


def test_more_steps_of_a_solver_find_more_of_an_easy_support():
    settings = {"n_features": 20, "n_atoms": 30, "n_train": 300, "n_test": 60, "penalty": 0.01, "noise": 0.0}
    rows = list(support.recover(**settings, n_nonzero=[2], depth=2, epochs=1, seed=0))
    assert {row["case"] for row in rows} == set(support.CASES)
    found = {(row["case"], row["variant"]): row["recovered_percent"] for row in rows}
    assert {name for _, name in found} >= {"ista", "fista", "converged", "lista", "lfista", "slstm", "slstm_sc2net"}
    assert all(found[case, "converged"] > found[case, "ista"] for case in support.CASES)
