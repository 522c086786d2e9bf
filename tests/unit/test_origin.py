"""Records of results: what they name, and that a file which is not what its job wrote is refused."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from lsalsa.errors import StorageError
from lsalsa.storage import write_arrays, write_rows
from lsalsa.study.provenance.origin import (
    checked,
    commit_of,
    forget,
    hash_of_values,
    main,
    origin_of,
    record_of,
    write_records,
)

FACTS = {"rule": "optimal_codes", "settings": {"tolerance": 1e-6}, "inputs": {"results/small/signals/digits.npz": "ab"}}


@pytest.fixture
def results(tmp_path):
    """The folder of a study with results of one job, and their records."""
    results = tmp_path / "results" / "small"
    write_arrays(results / "codes/digits/test.npz", {"codes": np.arange(3.0)}, {"worst": 1e-7})
    write_rows(results / "evaluation/lista.parquet", [{"depth": 1}], {"components": ["digits"]})
    (results / "tables").mkdir()
    (results / "tables/table_1.csv").write_text("depth,method\n1,lista\n")
    write_records(files_of(results), results, FACTS)
    return results


def files_of(results):
    return [results / name for name in ("codes/digits/test.npz", "evaluation/lista.parquet", "tables/table_1.csv")]


def test_the_record_of_a_result_names_what_made_it(results):
    for path in files_of(results):
        found = origin_of(path)
        assert found["unchanged"] is True
        assert found["record"].items() >= FACTS.items()
        assert found["record"]["sha256"] == found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert {"commit", "uncommitted_changes", "version"} <= set(found["record"])
        assert checked(path) == found["sha256"]
    assert origin_of(files_of(results)[0])["metadata"] == {"worst": 1e-7}
    assert origin_of(files_of(results)[1])["metadata"] == {"components": ["digits"]}


def test_a_changed_result_is_refused_in_a_sentence_whatever_its_kind(results):
    codes, _, table = files_of(results)
    write_arrays(codes, {"codes": np.arange(3.0) + 1}, {"worst": 1e-7})
    table.write_text(table.read_text().replace("lista", "lsalsa"))
    for path in (codes, table):
        with pytest.raises(StorageError, match="was changed after it was made .SHA-256 [0-9a-f]{12} then, ") as told:
            checked(path)
        assert str(told.value).startswith(str(path)) and str(told.value).endswith("; delete it and run again")
        assert origin_of(path)["unchanged"] is False


def test_a_result_that_was_cut_short_is_told_as_that(results):
    path = files_of(results)[0]
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StorageError, match="test.npz is not a whole NPZ file"):
        checked(path)


def test_a_file_without_a_record_is_taken_as_it_is(results, tmp_path):
    own = tmp_path / "mine.csv"
    own.write_text("x")
    assert record_of(own) is None and checked(own) == hashlib.sha256(b"x").hexdigest()
    assert origin_of(own)["unchanged"] is None
    forget(files_of(results), results)
    files_of(results)[2].write_text("made anew")
    assert checked(files_of(results)[2]) == hashlib.sha256(b"made anew").hexdigest()


def test_a_damaged_record_is_told_by_its_own_name(results):
    place = results / "provenance/tables/table_1.csv.json"
    place.write_text(place.read_text()[:50])
    with pytest.raises(StorageError, match="table_1.csv.json is no record of a result"):
        checked(files_of(results)[2])


def test_the_hash_of_settings_depends_on_values_and_not_on_their_order():
    assert (
        hash_of_values({"a": 1, "b": [2]}) == hash_of_values({"b": [2], "a": 1}) != hash_of_values({"a": 1, "b": [3]})
    )


def git(root, *words):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", "-C", root, *identity, *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_commit_is_that_of_the_repository_and_changes_of_its_code_are_told(tmp_path):
    assert commit_of(tmp_path) == {"commit": None, "uncommitted_changes": None}
    git(tmp_path, "init", "-q")
    (tmp_path / "src").mkdir()
    for name in ("src/a.py", "notes.md"):
        (tmp_path / name).write_text("x = 1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    expected = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "notes.md").write_text("no code")
    commit_of.cache_clear()
    assert commit_of(tmp_path) == {"commit": expected, "uncommitted_changes": False}
    (tmp_path / "src/a.py").write_text("x = 2\n")
    commit_of.cache_clear()
    assert commit_of(tmp_path) == {"commit": expected, "uncommitted_changes": True}


def test_the_command_prints_what_is_known_or_one_sentence(results, capsys):
    main([str(files_of(results)[2])])
    assert json.loads(capsys.readouterr().out)["record"]["rule"] == "optimal_codes"
    with pytest.raises(SystemExit, match="nothing.npz cannot be read: No such file"):
        main([str(results / "nothing.npz")])
    command = [sys.executable, "-m", "lsalsa.study.provenance.origin"]
    assert "usage" in subprocess.run(command, capture_output=True, text=True).stderr
