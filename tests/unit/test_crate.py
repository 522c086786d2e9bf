"""The crate of a study: whole, closed, and what others read it with find in it."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from lsalsa.study.provenance.crate import CONTEXT, PROFILES, main, write_crate

ROOT = Path(__file__).resolve().parents[2]
PRESET = ROOT / "workflow" / "presets" / "demo.yaml"


@pytest.fixture
def results(tmp_path):
    """A small finished study."""
    folder = tmp_path / "results" / "demo"
    for name in ("tables/rmse.csv", "tables/rmse.html", "figures/curves.png", "report.html", "images/digits.npz"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


@pytest.fixture
def unpacked(results, tmp_path):
    with zipfile.ZipFile(write_crate(results, [PRESET], ROOT)) as archive:
        archive.extractall(tmp_path / "crate")
    return tmp_path / "crate"


@pytest.fixture
def entities(unpacked):
    metadata = json.loads((unpacked / "ro-crate-metadata.json").read_text())
    assert metadata["@context"] == CONTEXT
    found = {entity["@id"]: entity for entity in metadata["@graph"]}
    assert len(found) == len(metadata["@graph"])
    return found


def references(value):
    if isinstance(value, list):
        return [one for item in value for one in references(item)]
    return [value["@id"]] if isinstance(value, dict) else []


def test_every_reference_is_to_an_entity_and_every_file_is_in_the_crate(entities, unpacked):
    outside = {"https://w3id.org/ro/crate/1.1", "https://snakemake.readthedocs.io"}
    outside |= {f"http://schema.org/{word}ActionStatus" for word in ("Completed", "Failed")}
    named = {one for entity in entities.values() for value in entity.values() for one in references(value)}
    assert named - entities.keys() <= outside
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert files - {"ro-crate-metadata.json"} == {one["@id"] for one in entities["./"]["hasPart"]}
    for name in files - {"ro-crate-metadata.json"}:
        content = (unpacked / name).read_bytes()
        assert entities[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert entities[name]["contentSize"] == str(len(content))


def test_the_run_says_what_it_was_asked_and_what_it_made(entities):
    run = entities["#run"]
    assert references(run["instrument"]) == ["Snakefile"] == references(entities["./"]["mainEntity"])
    assert references(run["object"]) == ["configuration/1_demo.yaml"]
    made = {"tables/rmse.csv", "tables/rmse.html", "figures/curves.png", "report.html"}
    assert {name.removeprefix("demo/") for name in references(run["result"])} == made
    assert set(references(entities["./"]["conformsTo"])) == set(PROFILES)
    assert "ComputationalWorkflow" in entities["Snakefile"]["@type"]


def test_another_library_reads_the_crate(unpacked):
    rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate is not installed")
    crate = rocrate.ROCrate(unpacked)
    assert crate.mainEntity.id == "Snakefile"
    assert crate.mainEntity["programmingLanguage"]["name"] == "Snakemake"
    (run,) = crate.root_dataset["mentions"]
    assert {file.id for file in run["result"]} >= {"demo/report.html", "demo/tables/rmse.csv"}


def test_a_study_with_failures_says_so(results, tmp_path):
    (results / "logs").mkdir()
    (results / "logs" / "failures.txt").write_text("one")
    with zipfile.ZipFile(write_crate(results, [PRESET], ROOT)) as archive:
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    assert [one["actionStatus"] for one in graph if "actionStatus" in one] == ["http://schema.org/FailedActionStatus"]


def test_a_study_without_results_is_refused_in_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "none"), str(PRESET)])
    assert "none has no report, table or figure; run the study first" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
