"""Linear classifiers on codes: grouping of patches, both protocols, floors, files."""

import numpy as np
import pytest
from scipy import sparse

from lsalsa.errors import DataError, ShapeError
from lsalsa.storage import read_arrays, read_metadata, write_arrays
from lsalsa.study.scoring.classification import (
    Classifier,
    TaskClassifiers,
    fit_classifier,
    random_projection,
    train_classifiers,
)
from lsalsa.study.scoring.image_rows import image_features, image_rows


def clusters(n_images, n_features, n_classes, *, seed=0, noise=0.1):
    """Features (n_images, n_features) around one random centre per class, and their labels."""
    random = np.random.default_rng(seed)
    labels = np.arange(n_images) % n_classes
    centres = np.random.default_rng(99).standard_normal((n_classes, n_features))
    return centres[labels] + noise * random.standard_normal((n_images, n_features)), labels


def split_arrays(split, component, index, image, label):
    names = {"index": index, "image": image, "label": label}
    return {f"{split}_{name}_{component}": np.array(values) for name, values in names.items()}


def two_component_task(*, swapped=False):
    """A leading component with two patches per image, and one partner per row, with well separated codes.

    With `swapped` the labelled images carry each other's labels, so a classifier fitted on them is always wrong.
    """
    signals, codes = {}, {}
    for split, seed in (("test", 1), ("labelled", 2)):
        features, labels = clusters(20, 8, 2, seed=seed)
        partners, partner_labels = clusters(40, 5, 3, seed=seed + 10)
        labels_told = 1 - labels if swapped and split == "labelled" else labels
        order = np.random.default_rng(seed).permutation(40)
        lead = (np.arange(40)[order], np.repeat(np.arange(20), 2)[order], np.repeat(labels_told, 2)[order])
        signals |= split_arrays(split, 0, *lead)
        signals |= split_arrays(split, 1, np.arange(40) % 30, np.arange(40) % 30, partner_labels)
        codes[split] = sparse.csr_matrix(np.hstack([features.reshape(40, 4)[order], partners]))
    return {"photos": slice(0, 4), "digits": slice(4, 9)}, codes, signals


def test_missed_images_are_counted_as_by_hand():
    """Class 5 has the larger sum of the first feature of both patches, class 7 of the second."""
    weights = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    classifier = Classifier(np.array([5, 7]), weights, np.array([0.0, 0.5]))
    codes = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.9], [3.0, 0.0], [0.0, 0.0]])
    rows = np.array([[0, 1], [2, 3], [4, 5]])  # scores: 2 against 1.5, 1 against 1.4, 3 against 0.5
    assert classifier.predict(codes.reshape(3, 4)).tolist() == [5, 7, 5]
    assert classifier.error_percent(codes, rows, np.array([5, 5, 7])) == pytest.approx(200 / 3)


def test_patches_of_an_image_stand_side_by_side_in_order_of_their_position():
    signals = split_arrays("test", 0, [3, 0, 2, 1], [7, 4, 7, 4], [1, 0, 1, 0])
    rows, labels = image_rows(signals, "test", 0)
    assert rows.tolist() == [[1, 3], [2, 0]]
    assert labels.tolist() == [0, 1]
    codes = np.arange(8.0).reshape(4, 2)
    assert image_features(codes, rows).tolist() == [[2, 3, 6, 7], [4, 5, 0, 1]]


@pytest.mark.parametrize(
    ("index", "image"),
    [([0, 1, 0, 1], [4, 4, 4, 4]), ([0, 1, 2, 5], [4, 4, 4, 9])],
    ids=("used twice", "incomplete images"),
)
def test_random_partners_stand_for_themselves(index, image):
    rows, labels = image_rows(split_arrays("test", 0, index, image, [3, 1, 3, 1]), "test", 0)
    assert rows.tolist() == [[0], [1], [2], [3]]
    assert labels.tolist() == [3, 1, 3, 1]


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("projection", [None, 12])
def test_separable_images_have_a_floor_of_zero(n_classes, projection):
    features, labels = clusters(60, 30, n_classes)
    fitted = fit_classifier(features, labels, projection=projection, seed=3)
    assert fitted.training_error_percent == 0.0
    unseen, unseen_labels = clusters(60, 30, n_classes, seed=8)
    assert np.array_equal(fitted.predict(unseen), unseen_labels)
    assert fitted.weights.shape == (30, n_classes)


def test_inseparable_images_have_a_floor_above_zero():
    features, labels = np.ones((10, 3)), np.arange(10) % 2
    assert fit_classifier(features, labels).training_error_percent == 50.0


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_folded_map_predicts_what_the_pipeline_of_scikit_learn_predicts(n_classes):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, labels = clusters(80, 6, n_classes, noise=2.0)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=1e6 / 80, tol=1e-8, max_iter=5000))
    pipeline.fit(features, labels)
    fitted = fit_classifier(features, labels)
    unseen = clusters(500, 6, n_classes, seed=5, noise=2.0)[0]
    assert np.array_equal(fitted.predict(unseen), pipeline.predict(unseen))
    assert fitted.training_error_percent == pytest.approx(100 * (1 - pipeline.score(features, labels)))


def test_the_projection_is_gaussian_of_the_asked_variance_and_fixed_by_its_seed():
    matrix = random_projection(4000, 50, seed=1)
    assert matrix.shape == (4000, 50)
    assert matrix.var() == pytest.approx(1 / 50, rel=0.02)
    assert np.array_equal(matrix, random_projection(4000, 50, seed=1))
    assert not np.array_equal(matrix, random_projection(4000, 50, seed=2))
    assert random_projection(40, 50, seed=1) is None


PROJECTIONS = {"photos": 6, "digits": 6}


def test_both_protocols_of_every_component_survive_the_file(tmp_path):
    blocks, codes, signals = two_component_task()
    arrays, metadata = train_classifiers(blocks, codes, signals, projections=PROJECTIONS, seed=4)
    write_arrays(tmp_path / "task.npz", arrays, metadata)
    loaded = TaskClassifiers(read_arrays(tmp_path / "task.npz"), blocks, signals)
    errors = loaded.errors(codes["test"])
    assert errors == read_metadata(tmp_path / "task.npz")["floor_error_percent"]
    assert errors == {name: {"fitted_on_test": 0.0, "fitted_on_train": 0.0} for name in ("photos", "digits")}
    assert errors == loaded.errors(codes["test"].toarray().astype(np.float32))
    assert metadata["n_images"]["photos"] == {"fitted_on_test": 20, "fitted_on_train": 20}
    assert metadata["n_features"]["photos"]["fitted_on_test"] == 8
    assert metadata["n_images"]["digits"]["fitted_on_test"] == 40
    assert metadata["guess_error_percent"] == {"photos": 50.0, "digits": pytest.approx(65.0)}  # 14 of 40 are class 0


def test_only_the_protocol_fitted_on_train_learns_from_the_labelled_images():
    blocks, codes, signals = two_component_task(swapped=True)
    metadata = train_classifiers(blocks, codes, signals)[1]
    assert metadata["floor_error_percent"]["photos"] == {"fitted_on_test": 0.0, "fitted_on_train": 100.0}
    assert metadata["training_error_percent"]["photos"] == {"fitted_on_test": 0.0, "fitted_on_train": 0.0}


def test_codes_of_one_component_do_not_touch_the_error_of_another():
    blocks, codes, signals = two_component_task()
    scorer = TaskClassifiers(train_classifiers(blocks, codes, signals)[0], blocks, signals)
    spoiled = codes["test"].toarray()
    spoiled[:, blocks["photos"]] = 0.0
    errors = scorer.errors(spoiled)
    assert errors["digits"]["fitted_on_test"] == 0.0
    assert errors["photos"]["fitted_on_test"] == 50.0


def test_same_seed_same_classifier_to_the_last_bit():
    blocks, codes, signals = two_component_task()
    first, second = (train_classifiers(blocks, codes, signals, projections=PROJECTIONS, seed=4)[0] for _ in range(2))
    assert first.keys() == second.keys()
    assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def test_a_single_class_is_refused():
    with pytest.raises(DataError, match="at least 2 classes among its images, found 1"):
        fit_classifier(np.ones((4, 3)), np.zeros(4, dtype=int))


def test_a_split_without_samples_is_refused():
    with pytest.raises(DataError, match="the split labelled has no samples"):
        image_rows(split_arrays("labelled", 0, [], [], []), "labelled", 0)


def test_features_of_another_length_are_refused():
    features, labels = clusters(20, 6, 2)
    with pytest.raises(ShapeError, match="expects 6 features per image, found 5"):
        fit_classifier(features, labels).predict(features[:, :5])
