"""A paper is a folder: whole, found by its place, named nowhere else."""

import dataclasses
import re
import shutil

import pytest
import yaml
from studies import NOTHING, ROOT, changed, refusal, small

from lsalsa.errors import ConfigError
from lsalsa.study import papers as papers_module
from lsalsa.study.claims import read_claims
from lsalsa.study.config import plugins
from lsalsa.study.config.outputs import OPTIONS, SUBJECTS
from lsalsa.study.csv_rows import read_csv
from lsalsa.study.load import SECTIONS, load_study
from lsalsa.study.needs import need
from lsalsa.study.papers import papers

KINDS = [(section, kind) for section in SECTIONS for kind in plugins.kinds(section)]
WHOLE = yaml.safe_load((ROOT / "config.yaml").read_text())

every_paper = pytest.mark.parametrize("paper", papers().values(), ids=lambda paper: paper.name)


def rules_in(path):
    return set(re.findall(r"^ *rule (\w+):", path.read_text(), re.MULTILINE)) if path.is_file() else set()


# --- every folder is whole ------------------------------------------------------------------------------------------


def test_every_folder_with_a_paper_is_found_and_no_other():
    folders = {path.name for path in (ROOT / "papers").iterdir() if (path / "paper.py").is_file()}
    assert set(papers()) == folders >= {"lsalsa", "sc2net"}


@every_paper
def test_a_paper_has_the_name_of_its_folder_a_title_and_a_readme(paper):
    assert paper.folder == ROOT / "papers" / paper.name
    assert papers()[paper.name] is paper
    assert paper.title
    assert (paper.folder / "README.md").read_text().startswith("# ")


@every_paper
def test_rules_scripts_and_settings_of_jobs_belong_together(paper):
    scripts = {path.stem for path in paper.folder.glob("scripts/*.py")}
    assert rules_in(paper.folder / "rules.smk") == set(paper.rules) == scripts


@every_paper
def test_claims_are_held_against_results_that_the_paper_can_make(paper):
    assert set(paper.facts) <= set(paper.needs)
    assert all("." not in word for word in paper.needs)


@pytest.mark.parametrize(("section", "kind"), KINDS, ids=[f"{section}-{kind}" for section, kind in KINDS])
def test_every_kind_declares_what_it_needs_and_shows(section, kind):
    subject, options = (plugins.declared(section, kind, name, ()) for name in ("subject", "options"))
    assert subject in SUBJECTS
    assert set(options) <= set(OPTIONS)
    assert len(plugins.declared(section, kind, "caption")) > 20
    for word in plugins.declared(section, kind, "needs"):
        owner = word.rpartition(".")[0]
        assert owner in ("", kind.rpartition(".")[0]), "a kind of a paper needs results of its own paper or the engine"
        assert need(word)
    assert callable(getattr(plugins.load_kind(section, kind), "make" if section == "tables" else "plot"))


@pytest.mark.parametrize("name", plugins.published())
def test_every_file_of_printed_numbers_reads(name):
    rows = read_csv(plugins.published()[name])
    assert rows and all(row.keys() == rows[0].keys() for row in rows)
    numbers = [value for row in rows for value in row.values() if isinstance(value, int | float)]
    assert len(numbers) >= len(rows)


@every_paper
def test_the_claims_of_a_paper_read_and_bear_its_name(paper):
    claims = read_claims(paper.folder / "claims.yaml")
    assert claims
    assert {claim.paper for claim in claims} == {paper.name}


def test_no_two_claims_have_the_same_name():
    names = [claim.id for paper in papers().values() for claim in read_claims(paper.folder / "claims.yaml")]
    assert len(set(names)) == len(names)


@every_paper
def test_every_notebook_of_a_paper_is_declared_and_every_declared_one_is_there(paper):
    declared = paper.outputs(load_study(WHOLE)).get("notebooks", {})
    assert set(declared) == {path.stem for path in paper.folder.glob("notebooks/*.py")}


# --- what it declares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["config.yaml", "workflow/presets/laptop.yaml"])
def test_outputs_of_every_paper_load_without_a_fault(preset):
    study = load_study(yaml.safe_load((ROOT / preset).read_text()), preset, ROOT)
    assert {paper.name for paper in study.active_papers()} == set(papers())
    assert {output.kind.rpartition(".")[0] for _, output in study.outputs()} == {"", *papers()}


@every_paper
def test_the_study_of_the_papers_has_all_that_a_paper_declares(paper):
    """Nothing is left out there, so that a misspelt name in what a paper declares does not go unseen."""
    study = load_study(WHOLE)
    for section, blocks in paper.outputs(study).items():
        for name, block in blocks.items():
            names = [name.replace("{task}", task) for task in study.tasks] if "for" in block else [name]
            for one in names:
                found = getattr(study, section)[one]
                for key in ("tasks", "components", "methods", "depths"):
                    if key in block and section != "notebooks":
                        assert getattr(found, key) == block[key], f"{section}.{one}.{key}"


def declares(monkeypatch, name, **outputs):
    """Another declaration of a paper, for one test."""
    monkeypatch.setitem(papers(), name, dataclasses.replace(papers()[name], outputs=lambda study: outputs))


def test_fault_in_what_a_paper_declares_is_named_with_the_paper(monkeypatch):
    declares(monkeypatch, "lsalsa", tables={"t": {"title": "T", "kind": "rmse", "tsk": "digits"}})
    found = refusal(small(lsalsa=NOTHING))
    assert found == "config.yaml: papers/lsalsa: tables.t.tsk is not a setting of a table; did you mean task?"
    declares(monkeypatch, "lsalsa", figures={"f": {"for": "each task"}})
    assert "papers/lsalsa: figures.f stands for several tasks" in refusal(small(lsalsa=NOTHING))
    declares(monkeypatch, "lsalsa", tables={"t": {"title": "T", "kind": "rms", "task": "digits"}})
    assert "tables.t.kind names rms, which is not a kind of table; did you mean rmse?" in refusal(small(lsalsa=NOTHING))


def test_two_papers_that_declare_the_same_output_are_refused(monkeypatch):
    table = {"title": "T", "kind": "rmse", "task": "digits"}
    declares(monkeypatch, "lsalsa", tables={"one": table, "two": table})
    declares(monkeypatch, "sc2net", tables={"two": table}, figures={"one": {"title": "", "kind": "sc2net.depth"}})
    found = refusal(small(lsalsa=NOTHING, sc2net={"images": ["digits"], "claims": False}))
    assert found == "config.yaml: papers/lsalsa and papers/sc2net both declare tables.two"


# --- its block -------------------------------------------------------------------------------------------------------

BLOCKS = [
    ("sc2net.imags", 1, "sc2net.imags is not a setting of SC2Net; did you mean images?"),
    ("sc2net.dictionary", {"alpa": 1}, "sc2net.dictionary.alpa is not a setting of a dictionary of SC2Net"),
    ("sc2net.images", ["digit"], "sc2net.images[0] names digit, which is not a set of images; did you mean digits?"),
    ("sc2net.images", ["digits", "digits"], "sc2net.images lists a set twice: ['digits', 'digits']"),
    ("sc2net.claims", 1, "sc2net.claims must be true or false, found 1"),
    ("sc2net", {}, "sc2net.images is missing; SC2Net needs it"),
    ("lsalsa.theory", {"runs": 0}, "lsalsa.theory.runs must be at least 1, found 0"),
    ("lsalsa", True, "lsalsa must be a block of settings, found True"),
    ("lsasla", {}, "lsasla is not a setting of a study; did you mean lsalsa?"),
]


@pytest.mark.parametrize(("path", "value", "message"), BLOCKS, ids=[path for path, *_ in BLOCKS])
def test_fault_in_the_block_of_a_paper_is_one_sentence(path, value, message):
    settings = small(lsalsa=dict(NOTHING), sc2net={"images": ["digits"]})
    assert refusal(changed(path, value, settings)).startswith(f"config.yaml: {message}")


def test_a_study_has_nothing_of_a_paper_without_its_block():
    study = load_study(small())
    assert study.active_papers() == []
    assert (set(study.tables), set(study.figures), set(study.notebooks)) == ({"table_digits"}, {"curves"}, set())


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        (NOTHING, set()),
        (NOTHING | {"claims": True}, {"claims"}),
        (NOTHING | {"theory": {}}, {"theory", "theory_bounds", "theory_assumptions"}),
        (NOTHING | {"theory": {}, "notebooks": True}, {"theory", "theory_bounds", "theory_assumptions", "02_theory"}),
    ],
    ids=["nothing", "claims", "theory", "notebooks"],
)
def test_parts_of_a_paper_can_be_asked_for(block, shown):
    study = load_study(small(lsalsa=block))
    named = {*study.tables, *study.figures, *study.notebooks} - {"table_digits", "curves"}
    assert named - {"01_methods", "03_data_and_dictionaries"} == shown


# --- its claims ------------------------------------------------------------------------------------------------------

CLAIM = {"id": "mine", "place": "Section 1", "sentence": "It is so."}
BEST = {"kind": "best", "task": "mnist", "methods": ["salsa", "lsalsa"], "best": ["lsalsa"], "depths": [1]}


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """Writes the claims of the LSALSA paper in a copy of its folder; gives the faults of a study that judges them."""
    shutil.copytree(ROOT / "papers", tmp_path / "papers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "config.yaml", tmp_path)
    monkeypatch.setattr(papers_module, "ROOT", tmp_path)

    def faults(**claim):
        path = tmp_path / "papers" / "lsalsa" / "claims.yaml"
        path.write_text(yaml.safe_dump({"claims": [CLAIM | claim]}))
        try:
            load_study(small(lsalsa=NOTHING | {"claims": True}), root=tmp_path)
        except ConfigError as error:
            return str(error).replace(str(tmp_path), "").replace("config.yaml: ", "").replace("/papers", "papers")
        return ""

    return faults


WRONG_CLAIMS = [
    (BEST | {"kind": "bst"}, "mine: 'bst' is not a known kind of claim; did you mean best?"),
    (BEST | {"depth": [1]}, "mine: depth is not a setting of a claim; did you mean depths?"),
    (BEST | {"task": "mnits"}, "mine names mnits, which is not one of the tasks; did you mean mnist?"),
    (BEST | {"component": "mnist_1"}, "mine names mnist_1, which is not one of the components; did you mean mnist_"),
    (BEST | {"methods": ["sals", "lsalsa"]}, "mine names sals, which is not one of the methods; did you mean salsa?"),
    ({"kind": "theory", "statement": "Lema 1"}, "mine names Lema 1, which is no statement of the theory; did you mean"),
]


@pytest.mark.parametrize(("claim", "message"), WRONG_CLAIMS, ids=[message[:20] for _, message in WRONG_CLAIMS])
def test_misspelt_name_in_a_claim_is_refused_before_any_job_with_the_nearest(claims, claim, message):
    (fault,) = claims(**claim).splitlines()
    assert fault.startswith(f"papers/lsalsa/claims.yaml: {message}")


KNOWN_CLAIMS = [
    BEST | {"task": "mnist_cifar10", "component": "cifar_32", "methods": ["lista", "lsalsa_adam"], "best": ["lista"]},
    {"kind": "theory", "statement": "Lemma 1"},
    {"kind": "easier", "easier": "mnist_unit", "harder": "cifar10_colour", "variants": ["slstm"]},
]


@pytest.mark.parametrize("claim", KNOWN_CLAIMS, ids=[claim["kind"] for claim in KNOWN_CLAIMS])
def test_name_that_the_study_of_the_papers_knows_is_no_fault_where_this_study_lacks_it(claims, claim):
    assert claims(**claim) == ""


def test_claims_are_checked_for_the_papers_that_are_judged_only(claims):
    assert claims(kind="bst")
    load_study(small(lsalsa=NOTHING), root=papers_module.ROOT)


# --- nothing else names it ------------------------------------------------------------------------------------------

ENGINE = ("src/lsalsa/study", "workflow/rules", "workflow/report", "scripts", "Snakefile")
NAMES = re.compile(r"(?<![a-z0-9])(sc2net|crsae|papers[./]lsalsa|study\.lsalsa|theory)(?![a-z0-9])", re.IGNORECASE)
"""Words that name a paper; `lsalsa` alone is the library, and an encoder."""

LIBRARY = {
    "__init__.py": "lists the encoders",
    "losses/sc2net.py": "the loss bears the name of the paper that gave it",
    "losses/labelled.py": "adds labels to this loss",
    "losses/__init__.py": "the loss",
    "spikes/templates.py": "templates are learned by that encoder with exact codes",
    "models/recordings.py": "the model of a recording has this encoder",
    "cli/spikes.py": "says by which encoder templates are learned",
    "encoders/lista.py": "cites the paper on learned thresholds",
    "encoders/lfista.py": "cites the paper of the encoder",
    "encoders/slstm.py": "cites the paper of the encoder",
    "encoders/crsae.py": "the encoder bears the name that its paper gave it",
    "encoders/exact_crsae.py": "the same encoder with exact codes",
    "encoders/untied_crsae.py": "the same encoder with three banks",
    "data/picture_register.py": "lists the test pictures of the authors' code",
    "data/picture_sources/crsae_test9.py": "these pictures",
    "data/pictures.py": "names the set of these pictures",
    "encoders/_dense.py": "cites the paper on the scale of a tied decoder",
    "decoders.py": "cites the paper on the scale of a tied decoder",
}
"""Files of the library that name the paper of what they hold, and why they may."""


def naming(*places):
    """File -> its lines that name a paper."""
    files = [path for place in places for path in ([ROOT / place] if (ROOT / place).is_file() else texts(ROOT / place))]
    assert len(files) > len(places)
    lines = {path: [line.strip() for line in path.read_text().splitlines() if NAMES.search(line)] for path in files}
    return {path.relative_to(ROOT).as_posix(): found for path, found in lines.items() if found}


def texts(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".smk", ".rst"))


def test_the_engine_names_no_paper():
    assert naming(*ENGINE) == {}


def test_the_library_names_a_paper_only_where_something_of_it_lies():
    found = {file.removeprefix("src/lsalsa/"): lines for file, lines in naming("src/lsalsa", "Snakefile").items()}
    assert set(found) == set(LIBRARY)
    assert [line for lines in found.values() for line in lines if re.search(r"papers[./]|study\.", line)] == []


def test_words_that_name_a_paper_are_found_in_any_spelling():
    for line in ("sc2net_table_1", "of SC2Net.", "papers/lsalsa/claims.yaml", "from papers.lsalsa import x", "theory:"):
        assert NAMES.search(line), line
    for line in ("lsalsa.study", "LSALSA", "theoretical", "import lsalsa"):
        assert not NAMES.search(line), line
