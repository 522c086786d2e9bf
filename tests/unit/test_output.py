"""What the job of a table or figure hands to its kind: every need read, every mark in the title."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from lsalsa.errors import ConfigError
from lsalsa.storage import write_arrays, write_rows
from lsalsa.study.config import plugins
from lsalsa.study.jobs.output import read_output
from lsalsa.study.needs import NEEDS, key, need, read_needs
from lsalsa.study.pages.render import render
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table

PARTIAL = "partial: 10 of 20 images"
SETTINGS = {
    "title": "Digits",
    "reduced": "fewer digits.",
    "tasks": {"digits": {"title": "Digits", "components": ["digits_10"], "n_atoms": [3]}},
    "components": {"digits_10": "Handwriting"},
    "component": None,
    "labels": {"fista": "FISTA"},
    "algorithms": {"fista": "fista"},
    "families": {"fista": "fista"},
    "depths": [1],
    "details": {},
}
CLAIMS = """claims:
  - {id: low, paper: p, place: Section 1, sentence: It is so., kind: level, task: digits, measure: rmse,
     methods: [fista], depths: [1], at_most: 1}
"""


def made_job(folder, kind, device="gpu", extent=PARTIAL):
    """The job of one table: its settings, and its files on disk."""
    write_arrays(folder / "asirra.npz", {"images": np.zeros(2), "source": np.array([["extent", extent]])})
    row = {"task": "digits", "method": "fista", "depth": 1, "repetition": 0, "component": "all", "status": "ok"}
    write_rows(folder / "fista.parquet", [row | {"rmse": 0.5, "device": device}])
    write_arrays(folder / "codes.npz", {"codes": sparse.csr_array(np.eye(3))})
    (folder / "claims.yaml").write_text(CLAIMS)
    files = {"images": "asirra.npz", "evaluation": "fista.parquet", "codes": "codes.npz", "claims": "claims.yaml"}
    settings = SETTINGS | {"needs": plugins.declared("tables", kind, "needs")}
    return SimpleNamespace(params=settings, input={word: [str(folder / name)] for word, name in files.items()})


@pytest.mark.parametrize("kind", ["rmse", "claims"])
def test_every_form_of_a_table_carries_the_marks_of_its_data_its_study_and_its_device(kind, tmp_path):
    """The claims are quoted most: they carry the marks as every table does."""
    texts = render(make_table(kind, *read_output(made_job(tmp_path, kind), "one")), "table:one")
    title = "Digits (partial data, reduced study, GPU)"
    assert texts["markdown"].startswith(f"## {title}\n")
    for form in ("markdown", "latex", "page"):
        assert title in texts[form]
        assert (
            "Partial data: asirra (10 of 20 images). Reduced study: fewer digits. Computed on the GPU." in texts[form]
        )


def test_output_of_a_whole_study_on_whole_data_has_its_title_alone(tmp_path):
    job = made_job(tmp_path, "rmse", device="cpu", extent="complete")
    job.params["reduced"] = None
    _, shown = read_output(job, "one")
    assert shown.heading == ("Digits", "")


def test_kind_gets_all_its_needs_empty_ones_included_and_the_settings_of_its_job(tmp_path):
    data, shown = read_output(made_job(tmp_path, "rmse"), "one")
    assert list(data) == ["evaluation", "published"]
    assert data["published"] == []
    assert data["evaluation"][0]["rmse"] == 0.5
    assert (shown.name, shown.task, shown.methods) == ("one", "digits", ("fista",))
    assert (shown.labels, shown.depths, shown.details) == ({"fista": "FISTA"}, [1], {})


# --- needs ---------------------------------------------------------------------------------------------------


def test_files_are_read_by_the_names_that_they_belong_to(tmp_path):
    for name in ("a", "b"):
        write_arrays(tmp_path / f"{name}.npz", {"codes": np.full(2, ord(name))}, {"of": name})
    paths = [str(tmp_path / f"{name}.npz") for name in ("b", "a")]
    shown = Shown(
        "one", ("t", ""), tasks={"b": {}, "a": {}}, components={"b": "B", "a": "A"}, labels={"b": "", "a": ""}
    )
    inputs = dict.fromkeys(("codes", "classifiers", "patches", "samples"), paths)
    data = read_needs(inputs, inputs, shown)
    for word in ("codes", "patches", "samples"):
        assert {name: int(arrays["codes"][0]) for name, arrays in data[word].items()} == {"b": ord("b"), "a": ord("a")}
    assert {name: facts["of"] for name, facts in data["classifiers"].items()} == {"b": "b", "a": "a"}


def test_rows_of_several_files_come_one_after_the_other(tmp_path):
    paths = [str(tmp_path / f"{number}.parquet") for number in (2, 1)]
    for path in paths:
        write_rows(path, [{"path": path}])
    data = read_needs(["evaluation"], {"evaluation": paths}, Shown("one", ("t", "")))
    assert [row["path"] for row in data["evaluation"]] == paths


def test_printed_numbers_are_rows_of_a_csv_file(tmp_path):
    (tmp_path / "table.csv").write_text("depth,method,rmse\n1,fista,0.5\n")
    data = read_needs(["published"], {"published": str(tmp_path / "table.csv")}, Shown("one", ("t", "")))
    assert data["published"] == [{"depth": 1, "method": "fista", "rmse": 0.5}]


def test_word_that_stands_for_nothing_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="no table or figure can need evaluatoin; .*evaluation"):
        need("evaluatoin")


def test_word_of_a_paper_is_the_name_of_an_input():
    assert [key(word) for word in ("evaluation", "sc2net.variants")] == ["evaluation", "sc2net_variants"]
    assert all(word.isidentifier() for word in NEEDS)
