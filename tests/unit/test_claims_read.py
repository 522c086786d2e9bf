"""Claims read from a file, printed winners among them, and checked for misspelt names before any job."""

import csv
from types import SimpleNamespace

import pytest
import yaml
from judged import SHARED, best, claim_of, written

from lsalsa.errors import ConfigError
from lsalsa.study.claims import read_claims
from lsalsa.study.claims.base import references
from lsalsa.study.claims.check import claim_faults
from lsalsa.study.config import plugins
from lsalsa.study.config.models import Study
from lsalsa.study.heading import Heading
from lsalsa.study.load import load_study
from lsalsa.study.needs import read_needs
from lsalsa.study.shown import Shown
from lsalsa.study.tables import make_table

EMPTY = {"study": "s", "title": "t", "seed": 1, "images": {}, "components": {}, "tasks": {}, "methods": {}}

# --- reading -------------------------------------------------------------------------------------------------


BROKEN = [
    ({"kind": "bset"}, "one: .*did you mean best"),
    ({}, "one: .*kind of claim"),
    ({"kind": "by_eye"}, "one: look_at is missing"),
    ({"kind": "by_eye", "look_at": "x", "lok": 1}, "one: lok is not a setting of a claim"),
    ({"kind": "catch_up", "task": "a", "method": "b", "target": "c"}, "needs `after` or `by`"),
    ({"kind": "change", "task": "a", "methods": ["b"], "start": 5, "end": 1, "at_most": 1}, "deeper than its `start`"),
    ({"kind": "change", "task": "a", "methods": ["b"], "start": 1, "end": 5}, "needs either `at_most` or `at_least`"),
    ({"kind": "best", "task": "a", "methods": ["b"], "best": ["c"], "depths": [1]}, "has c in `best` but not in `meth"),
    ({"kind": "level", "task": "a", "methods": ["b"], "measure": "rmse", "depths": [1]}, "needs `at_least` or `at_mo"),
    ({"kind": "optimal", "quantity": "zero_share", "places": [{"task": "a"}]}, "needs `at_least` or `at_most`"),
    ({"kind": "winners_of", "table": "t"}, "one: method is missing"),
    ({"kind": "winners_of", "componnet": "c"}, "one: componnet is not a setting of a claim; did you mean component"),
]


@pytest.mark.parametrize(("block", "words"), BROKEN)
def test_claim_that_cannot_be_understood_is_refused_by_its_name(tmp_path, block, words):
    with pytest.raises(ConfigError, match=words):
        read_claims(written(tmp_path, SHARED | block))


def test_every_fault_of_a_file_is_named_at_once(tmp_path):
    good = SHARED | {"kind": "by_eye", "look_at": "x"}
    path = written(tmp_path, good | {"kind": "by_ear"}, good | {"id": "two", "at": 1}, good, good)
    with pytest.raises(ConfigError) as refused:
        read_claims(path)
    first, second, third = str(refused.value).splitlines()
    assert "one: " in first and "by_eye" in first
    assert "two: at is not a setting" in second
    assert third == f"{path}: two claims have the id one"


def test_claims_belong_to_the_paper_of_their_folder(tmp_path):
    (tmp_path / "toy").mkdir()
    block = {name: value for name, value in SHARED.items() if name != "paper"}
    (claim,) = read_claims(written(tmp_path / "toy", block | {"kind": "by_eye", "look_at": "x"}))
    assert claim.paper == "toy"


@pytest.mark.parametrize("text", ["", "claims:\n", "claim: []\n", "claims: [one]\n", "- one\n"])
def test_file_without_a_list_of_claims_is_refused(tmp_path, text):
    (tmp_path / "claims.yaml").write_text(text)
    with pytest.raises(ConfigError, match="must have a list of claims under the key claims"):
        read_claims(tmp_path / "claims.yaml")


# --- winners of a printed table ------------------------------------------------------------------------------

WINNERS = {"id": "one", "paper": "toy", "place": "Table 9", "kind": "winners_of", "table": "table_9", "what": "Digits"}
WINNERS |= {"method": "lsalsa", "measure": "error_percent", "task": "digits", "component": "digits_10"}
PRINTED = {
    1: {"fista": 90.0, "salsa": 40.0, "lsalsa": 2.07},
    5: {"fista": 0.5, "salsa": 0.5, "lsalsa": 0.5},
    50: {"fista": 7.0, "salsa": 3.25, "lsalsa": 3.5},
}


def printed(folder, values=PRINTED, column="error_percent"):
    (folder / "published").mkdir(parents=True)
    with (folder / "published" / "table_9.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["depth", "method", column])
        writer.writerows([depth, *cell] for depth, of_depth in values.items() for cell in of_depth.items())
    return folder


def test_winners_of_a_table_are_one_claim_for_each_of_its_depths(tmp_path):
    claims = read_claims(written(printed(tmp_path), WINNERS))
    assert [claim.kind for claim in claims] == ["best"] * 3
    assert [(claim.id, claim.place) for claim in claims] == [(f"one_T{d}", f"Table 9, T = {d}") for d in PRINTED]
    for claim, (depth, values) in zip(claims, PRINTED.items(), strict=True):
        assert (claim.depths, claim.methods) == ([depth], list(values))
        assert set(claim.best) == {method for method, value in values.items() if value == min(values.values())}
        assert (claim.task, claim.component, claim.measure) == ("digits", "digits_10", "error_percent")


def test_winners_are_named_with_the_papers_own_method_first_and_what_it_loses(tmp_path):
    claims = read_claims(written(printed(tmp_path), WINNERS))
    assert [claim.sentence for claim in claims] == [
        "Digits, T = 1: LSALSA has the lowest error (2.07 %).",
        "Digits, T = 5: LSALSA, FISTA and SALSA share the lowest error (0.50 %).",
        "Digits, T = 50: SALSA has the lowest error (3.25 %), not LSALSA (3.50 %).",
    ]


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"table": "table_8"}, "error_percent", "one: .*table_8.csv is not there"),
        ({}, "accuracy", "one: .*table_9.csv has no column error_percent; it has depth, method, accuracy"),
        ({"method": "lslsa"}, "error_percent", "one: .*table_9.csv has no lslsa at depth 1; it has fista, sal"),
        ({"measure": "rmse"}, "error_percent", "one: measure must be 'error_percent', found 'rmse'"),
    ],
)
def test_winners_that_cannot_be_read_off_are_refused(tmp_path, changes, column, words):
    with pytest.raises(ConfigError, match=words):
        read_claims(written(printed(tmp_path, column=column), WINNERS | changes))


# --- names that no study knows -------------------------------------------------------------------------------


def test_everything_that_a_claim_names_of_the_configuration_is_found():
    claim = claim_of("best", **best(["lsalsa"], component="digits_10"))
    assert set(references(claim)) == {
        ("tasks", "digits"),
        ("components", "digits_10"),
        *(("methods", method) for method in ("fista", "salsa", "lista", "lsalsa")),
    }
    places = [{"task": "digits", "component": "digits_10"}, {"task": "cars"}]
    claim = claim_of("overall", places=places, method="lsalsa", rivals=["fista"])
    assert set(references(claim)) == {
        ("tasks", "digits"),
        ("tasks", "cars"),
        ("components", "digits_10"),
        ("methods", "lsalsa"),
        ("methods", "fista"),
    }
    claim = claim_of("settled", tasks=["digits"], methods=["lista"])
    assert set(references(claim)) == {("tasks", "digits"), ("methods", "lista")}
    assert list(references(claim_of("by_eye", look_at="x"))) == []


TYPOS = [
    (best(["lsalsa"]) | {"task": "digts"}, "one names digts, which is not one of the tasks; did you mean digits"),
    (best(["lsalsa"], component="digits_1"), "digits_1, which is not one of the components; did you mean digits_10"),
    (best(["fitsa"], methods=["fitsa", "salsa"]), "names fitsa, which is not one of the methods; did you mean fista"),
]


def toy_paper(folder, *blocks):
    (folder / "papers" / "toy").mkdir(parents=True, exist_ok=True)
    written(folder / "papers" / "toy", *blocks)
    return SimpleNamespace(name="toy", folder=folder / "papers" / "toy", facts=())


def faults_of(folder, *blocks):
    """Faults of a toy paper's claims: the study has the task `digits`, the repository's own study `cars` as well."""
    paper, methods = toy_paper(folder, *blocks), ["fista", "salsa", "lista", "lsalsa"]
    (folder / "config.yaml").write_text(yaml.safe_dump({"tasks": {"cars": {}}, "methods": {"ista": {}}}))
    names = {"tasks": ["digits"], "components": ["digits_10"], "images": [], "methods": methods}
    return claim_faults(SimpleNamespace(papers_with_claims=lambda: [paper], **names), folder)


@pytest.mark.parametrize(("parameters", "words"), TYPOS)
def test_misspelt_name_is_a_fault_with_the_nearest_one(tmp_path, parameters, words):
    (fault,) = faults_of(tmp_path, SHARED | {"kind": "best"} | parameters)
    assert fault.startswith("papers/toy/claims.yaml: one ")
    assert words in fault


def test_name_that_only_the_whole_study_has_is_no_fault(tmp_path):
    claim = best(["ista"], methods=["ista", "fista"]) | {"task": "cars"}
    assert faults_of(tmp_path, SHARED | {"kind": "best"} | claim) == []


def test_winners_are_checked_for_their_names_as_well(tmp_path):
    printed(tmp_path / "papers" / "toy")
    found = faults_of(tmp_path, WINNERS | {"component": "digts_10"})
    assert len(found) == len(PRINTED) and all("names digts_10" in fault for fault in found)


def test_claims_are_checked_when_the_configuration_is_loaded(tmp_path, monkeypatch):
    """Before any job starts, and all together: a kind that is not there, and a task of no study."""
    blocks = [SHARED | {"kind": "bset"}], [SHARED | {"kind": "best"} | TYPOS[0][0]]
    for number, (block, words) in enumerate(zip(blocks, ("did you mean best", "names digts"), strict=True)):
        paper = toy_paper(tmp_path / str(number), *block)
        monkeypatch.setattr(Study, "papers_with_claims", lambda study, paper=paper: [paper])
        with pytest.raises(ConfigError, match=f"config.yaml: .*{words}"):
            load_study(EMPTY, root=tmp_path / str(number))


def test_study_without_tasks_has_its_claims_judged(tmp_path, monkeypatch):
    paper = toy_paper(tmp_path, SHARED | {"kind": "by_eye", "look_at": "x"})
    monkeypatch.setattr(Study, "papers_with_claims", lambda study: [paper])
    assert load_study(EMPTY, root=tmp_path).tables["claims"].kind == "claims"
    shown, words = Shown("claims", Heading("Claims")), plugins.declared("tables", "claims", "needs")
    data = read_needs(words, {"claims": [str(paper.folder / "claims.yaml")]}, shown)
    table = make_table("claims", data, shown)
    assert [row["verdict"] for row in table.rows] == ["not testable here"]


def test_claims_of_no_paper_cannot_be_shown():
    tables = {"verdicts": {"title": "Verdicts", "kind": "claims"}}
    with pytest.raises(ConfigError, match="tables.verdicts.kind is claims, but no paper of the study has claims"):
        load_study(EMPTY | {"tables": tables})
