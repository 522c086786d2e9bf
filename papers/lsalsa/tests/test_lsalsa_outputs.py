"""What a study shows of the paper: every printed number in a table, marks on all tables, settings that are checked."""

from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from lsalsa.errors import ConfigError
from lsalsa.storage import write_arrays, write_rows
from lsalsa.study.config import plugins
from lsalsa.study.config.rules import settings_of
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.jobs.output import read_output
from lsalsa.study.load import load_study
from lsalsa.study.needs import images_of, key, need
from lsalsa.study.pages.render import render
from lsalsa.study.papers import ROOT
from lsalsa.study.tables import make_table
from papers.lsalsa.paper import measure_assumptions, measured
from papers.lsalsa.theory.checks import run_checks
from papers.lsalsa.theory.statements import CHECKS
from papers.lsalsa.theory.trained import FACTS

FOLDER = ROOT / "papers" / "lsalsa"
KINDS = [kind for kind in plugins.kinds("tables") if kind.startswith("lsalsa.")]
PARTIAL = "partial: 10 of 20 images"


def settings(preset="config.yaml", **changes):
    return {**yaml.safe_load((ROOT / preset).read_text()), **changes}


def smoke(**changes):
    return settings("workflow/presets/smoke.yaml", **changes)


@pytest.fixture(scope="module")
def whole():
    return load_study(settings())


# --- printed numbers ---------------------------------------------------------------------------------------------


def test_every_printed_number_is_shown_beside_ours(whole):
    """Each file of printed numbers has one table, which shows all of its depths and methods."""
    showing = [table for table in whole.tables.values() if (table.published or "").startswith("lsalsa/")]
    files = sorted((FOLDER / "published").glob("*.csv"))
    assert sorted(table.published for table in showing) == [f"lsalsa/{path.stem}" for path in files]
    for table in showing:
        rows = read_csv(FOLDER / "published" / f"{table.published.removeprefix('lsalsa/')}.csv")
        cells = {(depth, method) for depth in table.depths for method in table.methods}
        assert {(row["depth"], row["method"]) for row in rows} <= cells


def test_table_has_the_name_of_its_printed_numbers(whole):
    named = {name: table.published for name, table in whole.tables.items() if table.published}
    assert {name: file for name, file in named.items() if file.startswith("lsalsa/")} == {
        f"table_{number}": f"lsalsa/table_{number}" for number in range(1, 9)
    }


def test_whole_study_has_every_table_and_figure_of_the_paper(whole):
    declared = yaml.safe_load((FOLDER / "outputs.yaml").read_text())
    for section, found in (("tables", whole.tables), ("figures", whole.figures)):
        names = [name.format(task=task) for name in declared[section] for task in whole.tasks]
        assert set(names) <= set(found)
    assert {f"figure_{number}" for number in range(1, 25)} <= set(whole.figures)
    assert set(declared["notebooks"]) <= set(whole.notebooks)


def test_study_without_a_task_has_no_table_of_it():
    tasks = {name: task for name, task in settings()["tasks"].items() if name != "asirra"}
    methods = {name: {**method} for name, method in settings()["methods"].items()}
    for method in methods.values():
        if method.get("tasks"):
            method["tasks"] = [task for task in method["tasks"] if task != "asirra"]
    study = load_study(settings(tasks=tasks, methods=methods))
    assert "table_3" in study.tables and "table_4" not in study.tables
    assert study.figures["figure_3"].tasks == ["fashion_mnist"]
    assert "rmse_asirra" not in study.tables


# --- marks -------------------------------------------------------------------------------------------------------


def assumption():
    named = {"task": "digits", "method": "lsalsa", "depth": 2, "repetition": 0, "status": "ok"}
    return {**named, **dict.fromkeys(FACTS, 1.0), "theorem_1": True, "theorem_2": False, "device": "cpu"}


def rows_of(word):
    return [assumption()] if word == "lsalsa.assumptions" else run_checks(CHECKS, runs=1, seed=0)


@pytest.mark.parametrize("name", ["theory", "theory_assumptions"])
def test_tables_of_the_theory_carry_the_marks_of_their_study_and_its_data(name, tmp_path):
    """Random instances have no data that could be partial; trained encoders have those that they were trained on."""
    study = load_study(smoke())
    resolved, inputs = settings_of(study, "make_table", table=name), {"images": []}
    for images in images_of(study, "tables", study.tables[name]):
        inputs["images"].append(tmp_path / f"{images}.npz")
        write_arrays(inputs["images"][-1], {"images": np.zeros(2), "source": np.array([["extent", PARTIAL]])})
    for word in resolved["needs"]:
        assert need(word).files(study, study.tables[name])
        inputs[key(word)] = str(tmp_path / "rows.parquet")
        write_rows(inputs[key(word)], rows_of(word))
    job = SimpleNamespace(params=resolved, input=inputs)
    texts = render(make_table(resolved["kind"], *read_output(job, name)), f"table:{name}")
    mark = "partial data, reduced study" if name == "theory_assumptions" else "reduced study"
    for form in ("markdown", "latex", "page"):
        assert f"{study.tables[name].title} ({mark})" in texts[form]
        assert "Reduced study: a handful of images and epochs." in texts[form]
        assert (f"digits ({PARTIAL.removeprefix('partial: ')})" in texts[form]) == (name == "theory_assumptions")


def test_claims_are_marked_by_all_images_of_the_study(whole):
    images = images_of(whole, "tables", whole.tables["claims"])
    assert set(images) >= {whole.components[name].images for task in whole.tasks.values() for name in task.components}
    assert images_of(whole, "tables", whole.tables["theory"]) == []
    assert images_of(whole, "figures", whole.figures["theory_assumptions"]) == images_of(
        whole, "tables", whole.tables["theory_assumptions"]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_table_declares_what_it_needs_and_what_is_seen(kind):
    assert [need(word) for word in plugins.declared("tables", kind, "needs")]
    assert plugins.declared("tables", kind, "caption").endswith(".")


def test_table_of_the_theory_has_a_line_for_every_statement_form_and_case():
    data = {"lsalsa.checks": run_checks(CHECKS, runs=2, seed=0)}
    table = make_table("lsalsa.theory", data, SimpleNamespace(heading=("t", "")))
    assert [(line[0], line[1], line[2]) for line in table.grids[0].lines] == [
        (check.statement, check.form, check.case) for check in CHECKS
    ]
    assert {line[4] for line in table.grids[0].lines} == {"2"}
    assert {line[7] for line in table.grids[0].lines} <= {"holds", "fails", "fails in part"}


def test_table_of_assumptions_has_percents_and_names_in_print():
    rows = [assumption() | {"asymmetry": 1e-12, "stationarity": 0.5}]
    shown = SimpleNamespace(heading=("t", ""), details={"labels": {"lsalsa": "LSALSA (mine)"}})
    table = make_table("lsalsa.assumptions", {"lsalsa.assumptions": rows}, shown)
    (line,) = table.grids[0].lines
    cells = dict(zip(table.grids[0].head, line, strict=True))
    assert (cells["method"], cells["asymmetry of S, %"], cells["gradient at the update, %"]) == (
        "LSALSA (mine)",
        "0",
        "50",
    )
    assert table.sentences[0].startswith("LSALSA (mine) on digits: ")


# --- configuration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lsalsa": {"theory": {"runs": 0}}}, "lsalsa.theory.runs must be"),
        ({"lsalsa": {"theory": {"run": 5}}}, "lsalsa.theory.run is not a setting of theory; did you mean runs"),
        ({"lsalsa": {"theroy": None}}, "lsalsa.theroy is not a setting of lsalsa; did you mean theory"),
        ({"lsalsa": None}, "figures.steps_lsalsa.kind is lsalsa.diagram, but the study has no block lsalsa"),
    ],
    ids=["no runs", "unknown key", "unknown block", "figure without the paper"],
)
def test_faulty_block_is_refused_in_a_sentence(changes, message):
    with pytest.raises(ConfigError, match=message):
        load_study(smoke(**changes))


def test_study_can_leave_out_the_theory_and_then_makes_nothing_of_it():
    study = load_study(smoke(lsalsa={"outputs": False, "theory": None}))
    names = {*study.tables, *study.figures, *study.notebooks}
    assert not names & {"theory", "theory_assumptions", "theory_bounds", "02_theory"}
    assert need("lsalsa.checks").files(study, study.tables["claims"]) == []


def test_assumptions_are_measured_on_every_encoder_of_the_algorithm_and_no_other():
    methods = smoke()["methods"]
    methods["my_own"] = {**methods["lsalsa"], "algorithm": "lsalsa", "depths": [4]}
    study = load_study(smoke(methods=methods))
    runs = {tuple(run.values()) for run in measure_assumptions(study)["runs"]}
    both = {(task, "lsalsa", depth, r) for task in ("digits", "digits_photos") for depth in (1, 2) for r in (0, 1)}
    assert runs == both | {("digits", "my_own", 4, 0), ("digits", "my_own", 4, 1)}
    files = measured(study)
    assert len(files["encoders"]) == len(runs)
    assert files["problems"] == ["problems/digits.npz", "problems/digits_photos.npz"]


def test_study_without_lsalsa_has_the_theory_but_no_assumptions():
    methods = {name: method for name, method in smoke()["methods"].items() if name != "lsalsa"}
    tasks = {"digits": smoke()["tasks"]["digits"]}
    study = load_study({**smoke(methods=methods, tasks=tasks), "tables": {}, "figures": {}, "notebooks": {}})
    assert "theory" in study.tables and "theory_assumptions" not in study.tables
