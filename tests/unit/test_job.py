"""The context of a script: one sentence for a failure, nothing left under an output name, seeds by name."""

import faulthandler
import logging
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lsalsa.errors import DataError, StorageError
from lsalsa.seeds import seed_for
from lsalsa.storage import read_arrays, read_metadata, read_rows, write_rows
from lsalsa.storage.ending import SIGNALS
from lsalsa.study.jobs.failures import failures_of, forget_failures, is_unfinished, record_unfinished
from lsalsa.study.jobs.job import job
from lsalsa.study.provenance.origin import origin_of


class Files(list):
    """Paths with names, as Snakemake hands them to a script."""

    def __init__(self, named):
        super().__init__(path for entry in named.values() for path in ([entry] if isinstance(entry, str) else entry))
        self.named = named

    def __getitem__(self, key):
        return self.named[key]

    def keys(self):
        return self.named.keys()


@pytest.fixture
def snakemake(tmp_path):
    """What Snakemake injects into the script of one job of a small study."""
    (tmp_path / "logs" / "train_encoder").mkdir(parents=True)
    return SimpleNamespace(
        rule="train_encoder",
        input=Files({}),
        output=Files({"codes": str(tmp_path / "codes.npz"), "rows": str(tmp_path / "rows.parquet")}),
        params=SimpleNamespace(settings={"seed": 3, "algorithm": "lsalsa"}),
        wildcards={"task": "digits", "depth": "5"},
        threads=1,
        log=[str(tmp_path / "logs" / "train_encoder" / "digits.log")],
        config={"study": "small", "dtype": "float32", "device": "cpu", "command": "snakemake {target} --config a=1"},
    )


def fail_with_no_space(*_):
    raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def quiet_again():
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    for name in ("lsalsa", "py.warnings"):
        logger = logging.getLogger(name)
        for handler in logger.handlers:
            handler.close()
        logger.handlers, logger.propagate = [], True
    logging.captureWarnings(False)
    faulthandler.disable()


def fail_with(snakemake, error):
    with pytest.raises(SystemExit) as caught, job(snakemake) as j:
        j.write(codes={"codes": np.ones(3)})
        raise error
    return caught.value.code


def test_outputs_are_written_with_the_settings_that_made_them(snakemake):
    with job(snakemake) as j:
        j.write(codes={"codes": np.arange(3)}, rows=[{"depth": 5}], metadata={"worst": 1e-7})
    assert read_arrays(snakemake.output["codes"])["codes"].tolist() == [0, 1, 2]
    assert read_rows(snakemake.output["rows"]) == [{"depth": 5}]
    found = read_metadata(snakemake.output["codes"])
    assert found["worst"] == 1e-7
    assert found["job"] == {
        "rule": "train_encoder",
        "study": "small",
        "task": "digits",
        "depth": "5",
        "settings": {"seed": 3, "algorithm": "lsalsa"},
    }


def test_known_error_is_one_sentence_on_the_terminal_and_exits_with_1(snakemake, capfd):
    assert fail_with(snakemake, DataError("images hold NaN in 1 of 10 rows")) == 1
    assert capfd.readouterr().err == "train_encoder digits 5: images hold NaN in 1 of 10 rows\n"


def test_unknown_error_is_named_and_its_traceback_is_in_the_log_only(snakemake, capfd, tmp_path):
    assert fail_with(snakemake, ZeroDivisionError("division by zero")) == 1
    terminal = capfd.readouterr().err
    assert terminal == "train_encoder digits 5: ZeroDivisionError: division by zero (traceback in the log)\n"
    assert "Traceback (most recent call last)" in (tmp_path / "logs/train_encoder/digits.log").read_text()


def test_failure_leaves_no_output_and_a_line_in_the_list(snakemake, tmp_path, capfd):
    fail_with(snakemake, DataError("no images"))
    assert not (tmp_path / "codes.npz").exists()
    log = tmp_path / "logs/train_encoder/digits.log"
    line = f"train_encoder digits 5: no images [{log}]\n"
    assert (tmp_path / "logs/failures.txt").read_text() == line


def test_job_that_succeeds_at_its_second_attempt_is_taken_off_the_list_and_others_stay(snakemake, tmp_path, capfd):
    fail_with(snakemake, MemoryError("first attempt only"))
    first, failures = snakemake.log, tmp_path / "logs/failures.txt"
    snakemake.log = [str(tmp_path / "logs" / "evaluate" / "letters.log")]
    fail_with(snakemake, DataError("Größe"))
    assert len(failures.read_text(encoding="utf-8").splitlines()) == 2
    other, snakemake.log = snakemake.log, first
    with job(snakemake) as j:
        j.write(codes={"codes": np.ones(3)})
    assert failures.read_text(encoding="utf-8") == f"train_encoder digits 5: Größe [{other[0]}]\n"
    assert failures_of([Path(first[0])]) == ""
    assert failures_of([Path(other[0])]) == failures.read_text(encoding="utf-8")
    forget_failures([Path(other[0])])
    assert not failures.exists()


def test_job_that_was_killed_is_on_the_list_and_one_that_spoke_keeps_its_sentence(snakemake, tmp_path, capfd):
    fail_with(snakemake, DataError("no images"))
    killed = tmp_path / "logs" / "evaluate" / "digits" / "fista.log"
    record_unfinished([], [Path(snakemake.log[0]), killed])
    first, second = (tmp_path / "logs/failures.txt").read_text().splitlines()
    assert first.startswith(
        "evaluate digits fista: failed before its work began or after it was done; the messages of the run say why"
    )
    assert second.startswith("train_encoder digits 5: no images")


def test_job_is_marked_while_it_runs_and_only_then(snakemake, tmp_path, capfd):
    log = Path(snakemake.log[0])
    with job(snakemake):
        assert is_unfinished(log)
    assert not is_unfinished(log)
    fail_with(snakemake, DataError("no images"))
    assert not is_unfinished(log)


def test_job_that_begins_again_takes_its_failure_back_before_it_can_be_killed(snakemake, tmp_path, capfd):
    log = Path(snakemake.log[0])
    fail_with(snakemake, DataError("first attempt only"))
    with job(snakemake):
        assert failures_of([log]) == ""
        (marked,) = log.parent.glob("*.started")
        kept = marked.read_bytes()
    marked.write_bytes(kept)  # as if it had been killed
    record_unfinished([log], [])
    assert "digits: ended without a word; it may have been killed" in failures_of([log])
    assert log.read_text().splitlines()[-1].endswith("it may have been killed, for example for lack of memory")
    assert not is_unfinished(log)


def test_mark_of_a_job_that_was_killed_with_the_whole_run_is_not_blamed_on_the_next_run(snakemake, tmp_path):
    log = Path(snakemake.log[0])
    log.with_suffix(".started").write_text("")
    forget_failures([log])
    record_unfinished([log], [])
    assert failures_of([log]) == ""


def test_log_on_a_full_disk_is_no_traceback_on_the_terminal(snakemake, capfd, monkeypatch):
    with job(snakemake):
        (handler,) = [one for one in logging.getLogger("lsalsa").handlers if isinstance(one, logging.FileHandler)]
        monkeypatch.setattr(handler.stream, "write", fail_with_no_space, raising=False)
        logging.getLogger("lsalsa").info("a line")
    assert capfd.readouterr().err == "train_encoder digits 5: a line\n"


def test_end_by_signal_leaves_no_output(snakemake, tmp_path, capfd):
    assert fail_with(snakemake, SystemExit(143)) == 143
    assert not (tmp_path / "codes.npz").exists()
    assert "interrupted" in (tmp_path / "logs/failures.txt").read_text()


def test_what_a_killed_attempt_left_beside_the_outputs_is_removed_and_nothing_else(snakemake, tmp_path):
    kept = [
        ".codes.0123456789ab.txt",
        ".codes.npz",
        ".codes2.0123456789ab.npz",
        ".codes.0123.npz",
        "codes.0123456789ab.npz",
    ]
    for name in (".codes.0123456789ab.npz", ".rows.ba9876543210.parquet", *kept):
        (tmp_path / name).write_bytes(b"half")
    with job(snakemake):
        pass
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(kept)


def test_truncated_input_is_refused_in_one_sentence(snakemake, tmp_path, capfd):
    with job(snakemake) as j:
        j.write(codes={"codes": np.zeros(1000)})
    whole = (tmp_path / "codes.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole[: len(whole) // 2])
    snakemake.input = Files({"codes": str(tmp_path / "half.npz")})
    with pytest.raises(SystemExit), job(snakemake) as j:
        j.read("codes")
    terminal = capfd.readouterr().err
    assert len(terminal.splitlines()) == 1
    assert "half.npz" in terminal


def test_message_on_a_damaged_input_names_the_command_that_mends_it(snakemake, tmp_path, capfd):
    for folder, target in (("codes/digits/test", "codes_digits"), ("dictionaries/digits_10", "dictionary_digits_10")):
        path = tmp_path / "results" / "small" / f"{folder}.npz"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"PK")
        snakemake.input = Files({"codes": str(path)})
        with pytest.raises(SystemExit), job(snakemake) as j:
            j.read("codes")
        assert capfd.readouterr().err.endswith(f"delete it and run again: snakemake {target} --config a=1\n")


def test_input_of_several_files_is_read_in_order(snakemake, tmp_path):
    snakemake.output = Files({"parts": [str(tmp_path / "a.npz"), str(tmp_path / "b.npz")]})
    with job(snakemake) as j:
        j.write(parts=[{"x": np.zeros(1)}, {"x": np.ones(1)}])
    snakemake.input = Files(snakemake.output.named)
    with job(snakemake) as j:
        assert [part["x"][0] for part in j.read("parts")] == [0, 1]


def test_foreign_kind_of_file_is_refused(snakemake, tmp_path, capfd):
    snakemake.input = Files({"table": str(tmp_path / "table.csv")})
    with pytest.raises(StorageError, match="neither an NPZ nor a Parquet file"):
        job(snakemake).read("table")


def test_seed_comes_from_the_study_and_the_names_of_the_job(snakemake):
    j = job(snakemake)
    assert j.seed() == seed_for(3, "train_encoder", "digits", "5")
    assert j.seed(0) == seed_for(3, "train_encoder", "digits", "5", 0) != j.seed(1)


def test_warnings_stand_in_the_log_and_on_the_terminal(snakemake, tmp_path, capfd):
    import warnings

    with job(snakemake), warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("all codes are zero", UserWarning, stacklevel=1)
    assert "all codes are zero" in (tmp_path / "logs/train_encoder/digits.log").read_text()
    assert "all codes are zero" in capfd.readouterr().err


def test_rows_say_under_what_circumstances_they_came_about(snakemake):
    found = job(snakemake).provenance()
    assert {"study", "device", "threads", "dtype", "version_lsalsa", "version_numpy", "version_scipy"} == set(found)
    assert (found["device"], found["threads"]) == ("cpu", 1)


def test_results_have_records_and_a_changed_one_is_refused_before_any_work(snakemake, tmp_path, capfd):
    with job(snakemake) as j:
        j.write(codes={"codes": np.ones(3)}, rows=[{"depth": 5}])
    made = origin_of(tmp_path / "codes.npz")
    assert made["unchanged"] and made["record"]["rule"] == "train_encoder"
    assert made["record"]["settings"] == {"seed": 3, "algorithm": "lsalsa"}
    snakemake.input, snakemake.output = Files(snakemake.output.named), Files({"table": str(tmp_path / "table.csv")})
    with job(snakemake) as j:
        j.write(table="depth")
    inputs = origin_of(tmp_path / "table.csv")["record"]["inputs"]
    assert inputs[str(tmp_path / "codes.npz")] == made["sha256"]
    write_rows(tmp_path / "rows.parquet", [{"depth": 6}])
    with pytest.raises(SystemExit), job(snakemake):
        pytest.fail("it must not begin")
    assert "rows.parquet was changed after it was made (SHA-256 " in capfd.readouterr().err
    assert not (tmp_path / "table.csv").exists()
    assert "was changed after it was made" in (tmp_path / "logs/failures.txt").read_text()


def test_state_of_other_settings_code_or_inputs_is_not_taken_up(snakemake, tmp_path, capfd):
    def leave(**params):
        vars(snakemake.params).update(params)
        with pytest.raises(SystemExit), job(snakemake) as j:
            there = (j.checkpoints / "state.npz").exists()
            (j.checkpoints / "state.npz").write_bytes(b"state")
            raise DataError("interrupted")
        return there

    (tmp_path / "images.csv").write_text("1")
    snakemake.input = Files({"images": str(tmp_path / "images.csv")})
    assert [leave(source_hash="a"), leave(source_hash="a"), leave(source_hash="b")] == [False, True, False]
    assert [leave(settings={"seed": 4}), leave(settings={"seed": 4})] == [False, True]
    (tmp_path / "images.csv").write_text("2")
    assert [leave(), leave()] == [False, True]


def test_state_of_trainings_is_kept_after_a_failure_and_goes_with_the_results(snakemake, tmp_path, capfd):
    with pytest.raises(SystemExit), job(snakemake) as j:
        (j.checkpoints / "repetition_0.npz").write_bytes(b"state")
        raise DataError("no images")
    state = tmp_path / "checkpoints" / "train_encoder" / "digits" / "5" / "repetition_0.npz"
    assert state.read_bytes() == b"state"
    with job(snakemake) as j:
        assert j.checkpoints == state.parent
    assert not state.parent.exists()
