"""Tables of variants and what they say: means beside the paper's numbers, sets of images apart, no verdicts."""

import itertools

import numpy as np
import pytest
from sc2net_runs import BASE, RECOVERED, rows_of, shown, solver_rows

from lsalsa.study.claims import VERDICTS
from lsalsa.study.config import plugins
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.needs import need
from lsalsa.study.pages.render import render
from lsalsa.study.tables import make_table
from papers.sc2net import findings
from papers.sc2net.labels import variant_label

KINDS = [kind for kind in plugins.kinds("tables") if kind.startswith("sc2net.")]
PAPER = [{"images": "mnist_unit", "variant": "ista", "accuracy_percent": 85.25}]
SWEPT = ("slstm", "slstm_steps_7", "fista_penalty_0_01", "slstm_penalty_0_01")
ALL = (*BASE, *SWEPT, "raw", "converged", "converged_released", "slstm_dictionary", "slstm_untrained")
ALL += ("slstm_projected", "slstm_dictionary_projected", "slstm_labels", "slstm_nogate", "adaptive_ista")
ALL += ("lista_targets_3",)
OWN_FORM = ("sc2net.support", "sc2net.convergence")
"""Kinds of tables whose rows are no variants."""


def table_of(kind, rows, variants, published=PAPER):
    return make_table(kind, {"sc2net.variants": rows, "published": published}, shown(dict.fromkeys(variants)))


# --- rows --------------------------------------------------------------------------------------------------------


def test_a_table_has_means_over_finished_runs_and_the_papers_number_beside_them():
    rows = [*rows_of({"ista": 90}), *rows_of({"slstm": 80}, status="diverged")]
    first, second = table_of("sc2net.table_1", rows, ["ista", "slstm"]).rows
    assert (first["accuracy_percent"], first["paper_accuracy_percent"], first["n_repetitions"]) == (90, 85.25, 2)
    assert first["accuracy_percent_std"] == pytest.approx(0.5**0.5)
    assert (second["accuracy_percent"], second["n_repetitions"]) == (None, 0)
    assert second["status"] == "diverged (repetition 0, 1)"


def test_two_sets_of_images_from_one_source_are_two_rows_and_no_repetitions():
    """Their source calls both MNIST; whoever averages them gets 70.0 with a spread of 28.3."""
    rows = [*rows_of({"ista": 90}), *rows_of({"ista": 50}, images="mnist")]
    table = table_of("sc2net.table_1", rows, ["ista"])
    found = [(row["images"], row["accuracy_percent"], row["n_repetitions"]) for row in table.rows]
    assert found == [("mnist_unit", 90, 2), ("mnist", 50, 2)]
    assert [row["accuracy_percent_std"] for row in table.rows] == [pytest.approx(0.5**0.5)] * 2
    assert [row["paper_accuracy_percent"] for row in table.rows] == [85.25, None]
    assert [line[0] for line in table.grids[0].lines] == ["MNIST (mnist_unit)", "MNIST (mnist)"]


def test_one_set_of_images_has_the_name_of_its_source_alone():
    rows = [*rows_of({"ista": 90}), *rows_of({"ista": 50}, images="cifar10_colour", data="CIFAR-10")]
    assert [line[0] for line in table_of("sc2net.table_1", rows, ["ista"]).grids[0].lines] == ["MNIST", "CIFAR-10"]


def test_variants_stand_in_the_order_that_is_shown():
    rows = rows_of(dict(reversed(BASE.items())))
    assert [row["variant"] for row in table_of("sc2net.table_1", rows, BASE).rows] == list(BASE)


def test_every_form_and_the_csv_file_hold_the_same_numbers(tmp_path):
    table = table_of("sc2net.table_1", rows_of({**BASE, "slstm": 90.0}), [*BASE, "slstm"])
    texts = render(table, "table:sc2net_table_1")
    assert texts["markdown"].startswith("## The title\n")
    assert "90.00 ± 0.71" in texts["markdown"] and "90.00 $\\pm$ 0.71" in texts["latex"]
    (tmp_path / "table.csv").write_text(texts["csv"])
    read = read_csv(tmp_path / "table.csv")
    assert [row["accuracy_percent"] for row in read] == [row["accuracy_percent"] for row in table.rows]
    assert [row["variant"] for row in read] == [*BASE, "slstm"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OWN_FORM])
def test_every_kind_shows_its_variants_with_names_in_print(kind):
    rows = rows_of(dict.fromkeys(ALL, 80.0), depth=3, penalty=0.1, objective=2.0, near_zero_share_0_01=0.5)
    rows = [row | {"atom_norm_mean": 1.0, "dictionary_zero_share": 0.25, "objective_unit_atoms": 2.5} for row in rows]
    (grid,) = table_of(kind, rows, ALL).grids
    assert grid.head[:2] == ["data", "method"] and grid.head[-1] == "status"
    assert [line[:2] for line in grid.lines] == [["MNIST", variant_label(variant)] for variant in ALL]
    assert all("80.00 ± 0.71" in line for line in grid.lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("slstm_steps_7", "SLSTM"),
        ("fista_penalty_0_03", "FISTA"),
        ("lista_released", "LISTA, dictionary as released"),
        ("converged_released", "converged codes, dictionary as released"),
        ("raw", "raw pixels"),
        ("adaptive_ista_steps_10", "adaptive ISTA"),
        ("slstm_dictionary_steps_1", "SLSTM from the dictionary"),
        ("lista_targets_3", "LISTA"),
        ("slstm_labels", "SLSTM, labels in its loss"),
    ],
)
def test_variants_have_names_in_print(name, expected):
    assert variant_label(name) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_table_declares_what_it_needs_and_what_is_seen(kind):
    assert [need(word) for word in plugins.declared("tables", kind, "needs")]
    assert plugins.declared("tables", kind, "caption").endswith(".")


# --- what they say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slstm", "raw"), [(89.0, 88.0), (85.0, 92.0)])
def test_the_sentences_turn_with_the_numbers(slstm, raw):
    accuracies = {**BASE, "slstm": slstm, "raw": raw}
    lower = {name: value - 45 for name, value in accuracies.items()}
    rows = [*rows_of(accuracies), *rows_of(lower, images="cifar10_colour", data="CIFAR-10")]
    tuned = {"raw": 3.0}  # more than with C = 1; the others gain one point
    rows = [row | {"accuracy_tuned_percent": row["accuracy_percent"] + tuned.get(row["variant"], 1.0)} for row in rows]
    mnist, cifar, lead, other = table_of("sc2net.table_1", rows, accuracies).sentences
    over_raw = max(*BASE.values(), slstm) + 1 - raw - 3
    words = f"{abs(over_raw):.2f} points {'more' if over_raw > 0 else 'less: the codes do not help'}."
    weak = f"With C = 1 the classifier of raw pixels reaches {raw:.2f} %."
    assert mnist.startswith(f"MNIST, C chosen for each: raw pixels reach {raw + 3:.2f} %,")
    assert mnist.endswith(f"{words} {weak}")
    assert cifar.startswith("CIFAR-10, C chosen for each: ") and words in cifar
    assert lead == f"MNIST: SLSTM has {slstm - 86:+.2f} points against FISTA, the best of the other four."
    assert other == lead.replace("MNIST", "CIFAR-10")


def test_lead_in_the_paper_stands_beside_ours():
    printed = {"ista": 85.25, "fista": 86.65, "lista": 85.75, "lfista": 85.55, "slstm": 89.81}
    paper = [{"images": "mnist_unit", "variant": name, "accuracy_percent": value} for name, value in printed.items()]
    table = table_of("sc2net.table_1", rows_of({**BASE, "slstm": 86.05}), [*BASE, "slstm"], paper)
    assert table.sentences == [
        "MNIST: SLSTM has +0.05 points against FISTA, the best of the other four (+3.16 in the paper)."
    ]


def test_labels_in_the_loss_are_told_apart_from_the_papers_numbers():
    rows = [*rows_of({"slstm": 90.0}, objective=8.5), *rows_of({"slstm_labels": 94.5}, objective=11.0)]
    assert table_of("sc2net.table_1", rows, ["slstm", "slstm_labels"]).sentences == [
        "MNIST, beyond the paper's numbers: with labels in its loss SLSTM reaches 94.50 %, +4.50 points against the"
        " loss without them (objective 11.00 instead of 8.50)."
    ]


def test_the_chosen_strengths_of_the_classifier_stand_each_once():
    rows = rows_of({"ista": 90.0, "fista": 90.0}, accuracy_tuned_percent=91.0)
    rows = [row | {"tuned_c": 0.1 if row["variant"] == "ista" else 10.0 ** -row["repetition"]} for row in rows]
    table = table_of("sc2net.table_1", rows, ["ista", "fista"])
    assert [row["tuned_c"] for row in table.rows] == ["0.1", "0.1, 1"]
    assert [line[4:6] for line in table.grids[0].lines] == [["91.00 ± 0.00", "0.1"], ["91.00 ± 0.00", "0.1, 1"]]


def test_parts_of_the_unit_are_compared_with_the_whole():
    facts = {"slstm": (9.5, 0.02), "slstm_nogate": (11.25, 0.013), "adaptive_ista": (7.75, 0.1)}
    rows = [
        row | dict(zip(("objective_unit_atoms", "near_zero_share_0_01"), facts[row["variant"]], strict=True))
        for row in rows_of({"slstm": 91.0, "slstm_nogate": 90.5, "adaptive_ista": 91.25})
    ]
    assert table_of("sc2net.units", rows, list(facts)).sentences == [
        "MNIST, SLSTM 91.00 %, objective 9.50, near zero 2.0 %. Changed: without gates -0.50 points, objective 11.25,"
        " near zero 1.3 %; adaptive ISTA +0.25 points, objective 7.75, near zero 10.0 %."
    ]


def test_what_lista_learned_from_is_named():
    rows = rows_of({"lista_targets_1": 89.0}, target_iterations=1, objective=12.0)
    rows += rows_of({"lista_targets_3": 90.0}, target_iterations=3, objective=9.0)
    rows += rows_of({"lista": 91.0}, objective=6.75)
    table = table_of("sc2net.targets", rows, ["lista_targets_1", "lista_targets_3", "lista"])
    assert [line[2] for line in table.grids[0].lines] == ["1 iteration", "3 iterations", "converged"]
    assert table.sentences == [
        "MNIST: LISTA that learned codes of FISTA after 1 iteration: objective 12.00, accuracy 89.00 %; that learned"
        " converged codes: objective 6.75, accuracy 91.00 %."
    ]


SOLVERS = solver_rows({"ista": {1: 20.0, 10: 10.0, 100: 6.6}, "fista": {1: 20.0, 10: 7.0, 100: 6.5}})


def table_of_convergence(networks, solvers=SOLVERS):
    rows = [row for one in networks for row in rows_of({one[0]: 90.0}, depth=one[1], objective_unit_atoms=one[2])]
    data = {"sc2net.variants": rows, "sc2net.solvers": solvers}
    return make_table("sc2net.convergence", data, shown(["converged", *(one[0] for one in networks)]))


NETWORKS = [("lista_layers_1", 1, 12.0), ("lista", 10, 6.75), ("slstm", 3, 6.0), ("converged", 1, 6.5)]


def test_objectives_stand_by_method_and_step_with_the_limit_last():
    table = table_of_convergence(NETWORKS)
    (grid,) = table.grids
    assert grid.head == ["data", "method", "T = 1", "T = 3", "T = 10", "T = 100", "limit", "status"]
    assert [line[1:] for line in grid.lines] == [
        ["ISTA", "20.00 ± 0.14", "–", "10.00 ± 0.14", "6.60 ± 0.14", "–", "ok"],
        ["FISTA", "20.00 ± 0.14", "–", "7.00 ± 0.14", "6.50 ± 0.14", "–", "ok"],
        ["LISTA", "12.00 ± 0.00", "–", "6.75 ± 0.00", "–", "–", "ok"],
        ["SLSTM", "–", "6.00 ± 0.00", "–", "–", "–", "ok"],
        ["converged codes", "–", "–", "–", "–", "6.50 ± 0.00", "ok"],
    ]
    assert {(row["method"], row["depth"]) for row in table.rows} >= {("lista", 10), ("converged", None)}


def test_a_network_is_told_by_the_iterations_of_fista_that_do_as_well():
    assert table_of_convergence(NETWORKS).sentences == [
        "MNIST: FISTA is as low as LISTA at T = 1, 10 after 10, 100 iterations.",
        "MNIST: FISTA is as low as SLSTM at T = 3 after more than 100 iterations.",
        "MNIST: the optimum of the dictionary is 6.50; after 100 iterations ISTA 1.5 % above it, FISTA 0.0 % above it.",
    ]
    assert table_of_convergence(NETWORKS[:1], solvers=[]).sentences == []


def test_width_between_penalties_is_given_in_points():
    rows = [*rows_of({"slstm": 90.0}, penalty=0.1), *rows_of({"slstm_penalty_0_01": 92.5}, penalty=0.01)]
    assert table_of("sc2net.penalty", rows, ["slstm", "slstm_penalty_0_01"]).sentences == [
        "MNIST: the accuracy of SLSTM moves by 2.50 points between penalties from 0.01 to 0.1."
    ]


def test_best_and_worst_number_of_steps_are_named():
    rows = [*rows_of({"slstm": 90.0}, depth=3), *rows_of({"slstm_steps_7": 88.0}, depth=7)]
    assert table_of("sc2net.depth", rows, ["slstm", "slstm_steps_7"]).sentences == [
        "MNIST: SLSTM is best with T = 3 (90.00 %), worst with T = 7 (88.00 %)."
    ]


def test_norms_of_atoms_are_told_apart_by_start_and_projection():
    rows = [*rows_of({"slstm": 90.0}, atom_norm_mean=3.25), *rows_of({"slstm_projected": 89.0}, atom_norm_mean=1.0)]
    assert table_of("sc2net.leak", rows, ["slstm", "slstm_projected"]).sentences == [
        "MNIST, from random weights: the mean norm of the atoms is 3.25 after training, projected 1.00; accuracy"
        " 90.00 % and 89.00 %."
    ]


def test_cost_of_the_released_dictionary_is_in_points_and_zeros():
    rows = rows_of({"converged": 90.0}, dictionary_zero_share=0.25)
    rows += rows_of({"converged_released": 80.0}, dictionary_zero_share=1.0)
    assert table_of("sc2net.dictionary", rows, ["converged", "converged_released"]).sentences == [
        "MNIST: 100.0 % of the codes of the fit as released are zero; accuracy 80.00 %, with the fitted dictionary"
        " 90.00 %."
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OWN_FORM])
def test_nothing_is_said_where_there_is_nothing_to_compare(kind):
    assert table_of(kind, rows_of({"slstm": 90}, depth=3, penalty=0.1), ["slstm"]).sentences == []


SENTENCES = (
    findings.raw_pixels,
    findings.labels_in_the_loss,
    findings.parts_of_the_unit,
    findings.targets,
    findings.best_method,
    findings.penalties,
    findings.grown_atoms,
    findings.steps,
    findings.released_dictionary,
)


def test_no_sentence_passes_a_verdict():
    """A claim has one verdict, that of the claims table; a table of numbers gives numbers, whatever they are."""
    random, said = np.random.default_rng(0), []
    for sentence, spread in itertools.product(SENTENCES, (0.01, 1.0, 30.0)):
        accuracies = {variant: 60 + spread * random.standard_normal() for variant in ALL}
        rows = rows_of(accuracies, atom_norm_mean=2.0, dictionary_zero_share=0.5, objective=8.0)
        rows = [row | {"accuracy_tuned_percent": 80.0, "objective_unit_atoms": 7.0} for row in rows]
        rows = [row | {"near_zero_share_0_01": 0.1} for row in rows]
        rows = [row | {"target_iterations": 3 if "targets" in row["variant"] else None} for row in rows]
        rows = [row | {"depth": n, "penalty": 0.1 * n} for n, row in enumerate(rows, start=1)]
        table = table_of("sc2net.table_1", rows, ALL)
        said += sentence(table.rows)
    said += table_of_support().sentences + table_of_convergence(NETWORKS).sentences
    assert len(said) >= 3 * len(SENTENCES)
    words = (*VERDICTS, "claim", "confirmed", "refuted")
    assert [sentence for sentence in said if any(word in sentence.lower() for word in words)] == []


# --- recovery of supports ----------------------------------------------------------------------------------------


def table_of_support(rows=RECOVERED):
    return make_table("sc2net.support", {"sc2net.support": rows}, shown([]))


def test_the_support_is_described_by_size_beside_a_guess():
    first, second = table_of_support().sentences
    assert first == (
        "1 non-zero entry, decaying spectrum: converged codes find 80.0 %, the best of the others (LISTA, unsupervised)"
        " 60.0 %, SLSTM 40.0 %, a guess 1 %."
    )
    assert second.startswith("2 non-zero entries") and second.endswith("SLSTM 20.0 %, a guess 2 %.")


def test_table_of_supports_has_sizes_across_and_a_guess_below():
    (grid,) = table_of_support().grids
    assert grid.head == ["case", "method", "1 non-zero", "2 non-zero", "status"]
    assert grid.lines[0] == ["decaying spectrum", "ISTA", "50.0", "25.0", "ok"]
    assert grid.lines[-1] == ["any", "a guess", "1", "2", ""]


def test_repetitions_of_a_support_have_a_spread_and_failed_ones_are_named():
    again = [row | {"repetition": 1, "recovered_percent": row["recovered_percent"] + 2} for row in RECOVERED]
    failed = [row | {"repetition": 2, "status": "diverged"} for row in RECOVERED if row["variant"] == "slstm"]
    table = table_of_support([*RECOVERED, *again, *failed])
    assert table.grids[0].lines[0] == ["decaying spectrum", "ISTA", "51.0 ± 1.4", "26.0 ± 1.4", "ok"]
    assert [line[-1] for line in table.grids[0].lines if line[1] == "SLSTM"] == ["diverged (repetition 2)"]
    assert {row["n_repetitions"] for row in table.rows} == {2}
