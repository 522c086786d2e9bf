"""A job that cannot say how it ended is named with its signal, its exit status, or the words of the scheduler."""

import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from lsalsa.errors import StorageError
from lsalsa.study.jobs import failures
from lsalsa.study.jobs.clock import TOLERANCE, dated_ahead
from lsalsa.study.jobs.endings import Endings, ending

DEATHS = {
    "import os; os._exit(3)": "ended with exit status 3",
    "import os; os.kill(os.getpid(), 9)": "killed by signal 9 (SIGKILL), for example by the system",
    "import os; os.kill(os.getpid(), 15)": "killed by signal 15 (SIGTERM)",
    "import ctypes; ctypes.string_at(0)": "killed by signal 11 (SIGSEGV), a fault in compiled code",
    "import os; os.abort()": "killed by signal 6 (SIGABRT), a fault in compiled code",
    "import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 3)": "killed by signal 37",
}


@pytest.mark.parametrize("through_shell", [False, True])
@pytest.mark.parametrize("code", DEATHS)
def test_death_of_a_real_process_is_told_by_its_signal_or_status(code, through_shell):
    command = [sys.executable, "-c", code]
    if through_shell:  # which reports a signal as a status
        command = ["bash", "-c", '"$0" "$@"; exit $?', *command]
    with pytest.raises(subprocess.CalledProcessError) as caught:
        subprocess.run(command, check=True, capture_output=True)
    assert ending(str(caught.value)).startswith(DEATHS[code])


def test_other_errors_say_nothing_of_a_process():
    assert ending("WorkflowError: Output a has older modification time than b") is None


@pytest.fixture
def told():
    """Sends Snakemake's records to an `Endings`: the error of a process, then the job."""
    logger = logging.Logger("like Snakemake's")
    endings = Endings()
    logger.addHandler(endings)

    def tell(log, error=None, message=None, indent=False, of_scheduler=()):
        if error:
            logger.error(error, extra={"event": "error"})
        logs = [str(log), *map(str, of_scheduler)]
        logger.error("Error", extra={"event": "job_error", "log": logs, "rule_msg": message, "indent": indent})

    tell.endings = endings
    return tell


@pytest.fixture
def log(tmp_path):
    log = tmp_path / "logs" / "evaluate" / "digits" / "fista.log"
    failures.record_start(log)
    return log


KILLED = "Command 'python x' died with <Signals.SIGKILL: 9>."


def listed(log):
    return failures.failures_file(log).read_text()


def test_killed_job_is_listed_with_its_signal_and_its_log_says_so(log, told):
    told(log, error=KILLED)
    assert listed(log).startswith("evaluate digits fista: killed by signal 9 (SIGKILL)")
    assert "ERROR killed by signal 9 (SIGKILL)" in log.read_text()
    assert not failures.is_unfinished(log)


def test_words_of_the_scheduler_are_kept(log, told):
    told(log, message="SLURM-job '7' failed, SLURM status is: 'OUT_OF_MEMORY'." + " " * 9 + "x" * 5000)
    assert "fista: failed; the scheduler says: SLURM-job '7' failed, SLURM status is: 'OUT_OF_MEMORY'." in listed(log)
    assert len(listed(log)) < 600 + len(str(log))


# As Slurm 22.05 and others wrote it
ON_THE_NODE = """host: node7
slurmstepd-node7: error: StepId=12.0 exceeded memory limit (524288 > 513024), being killed
srun: Job step aborted: Waiting up to 7 seconds for job step to finish.
slurmstepd-node7: error: *** STEP 12.0 ON node7 CANCELLED AT 2026-11-26T13:40:00 ***
slurmstepd: error: *** STEP 12.0 ON node7 CANCELLED AT 2026-11-26T13:40:00 ***
slurmstepd-node7: error: Could not open input file
"""


def test_reason_that_the_node_wrote_stands_behind_the_words_of_the_scheduler(log, told, tmp_path):
    (tmp_path / "12.log").write_text(ON_THE_NODE)
    told(log, message="status FAILED", of_scheduler=[tmp_path / "12.log", tmp_path / "none.log"])
    reason = "StepId=12.0 exceeded memory limit (524288 > 513024), being killed; STEP 12.0 ON node7 CANCELLED AT 2026"
    assert f"fista: failed; the scheduler says: status FAILED (on the node: {reason}" in listed(log)
    assert listed(log).count("CANCELLED") == 1
    assert "input file" not in listed(log)


def test_a_node_that_does_not_know_the_reason_leaves_the_word_to_the_controller(log, told):
    on_the_node = Endings(last_word=False)
    record = {"event": "job_error", "log": [str(log)], "rule_msg": None, "indent": False}
    on_the_node.emit(logging.makeLogRecord({"levelno": logging.ERROR, **record}))
    assert not failures.is_recorded(log)
    told(log, message="status FAILED")
    assert "the scheduler says: status FAILED" in listed(log)


def test_job_that_spoke_keeps_its_sentence(log, told):
    failures.record_failure(log, "evaluate digits fista: no images")
    told(log, error="Command 'python x' returned non-zero exit status 1.")
    assert listed(log) == "evaluate digits fista: no images\n"


def test_job_that_ended_before_its_script_began_says_so(tmp_path, told):
    log = tmp_path / "logs" / "evaluate" / "lista.log"
    told(log, error="Command 'python x' returned non-zero exit status 1.")
    assert listed(log).startswith("evaluate lista: ended with exit status 1 before its work began; the messages of")


def test_of_a_group_only_those_under_way_are_listed(log, told):
    done = log.with_name("salsa.log")
    for one in (done, log):
        told(one, message="SLURM-job '7' failed", indent=True)
    assert listed(log).count("\n") == 1
    assert not failures.is_recorded(done)


def test_errors_of_several_threads_are_told_apart(tmp_path, told):
    logs = {status: tmp_path / "logs" / f"{status}.log" for status in range(1, 9)}
    for log in logs.values():
        failures.record_start(log)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda s: told(logs[s], error=f"returned non-zero exit status {s}."), logs))
    assert [f"{s}: ended with exit status {s} " in listed(log) for s, log in logs.items()] == [True] * 8


def test_of_two_jobs_that_fail_in_the_same_moment_both_are_told(tmp_path, monkeypatch):
    """The second fails when the first has read all records, and has not yet written its list."""
    first, second = (tmp_path / "logs" / f"{name}.log" for name in ("first", "second"))
    write, others = failures.write_text, [second]

    def late(path, text):
        if path.name == "failures.txt" and others:
            failures.record_failure(others.pop(), "second: no images")
        write(path, text)

    monkeypatch.setattr(failures, "write_text", late)
    failures.record_failure(first, "first: no labels")
    assert failures.failures_of([first, second]) == "first: no labels\nsecond: no images\n"
    assert listed(first) == "first: no labels\nsecond: no images\n"


def test_what_the_disk_does_not_take_is_kept_for_the_end_of_the_run(log, told, monkeypatch):
    def full(*_):
        raise StorageError("the disk is full: 0 bytes free")

    monkeypatch.setattr(failures, "write_text", full)
    told(log, error=KILLED)
    (line,) = told.endings.unwritten
    assert "fista.log: killed by signal 9 (SIGKILL)" in line
    assert line.endswith("the disk is full: 0 bytes free\n")


# --- files from the future --------------------------------------------------------------------------------------


def test_files_from_the_future_are_named_with_what_to_do(tmp_path):
    paths = [tmp_path / name for name in ("a.npz", "b c.npz", "now.npz")]
    for path, ahead in zip(paths, (3, 2, 0), strict=True):
        path.write_text("")
        os.utime(path, (1e9 + ahead * 86400,) * 2)
    assert dated_ahead([tmp_path / "none.npz", paths[2]], now=1e9) is None
    assert dated_ahead([paths[2]], now=1e9 - TOLERANCE) is None
    alone = dated_ahead(paths[1:], now=1e9)
    assert alone.startswith(f"{paths[1]} is dated ahead of this machine's clock, at 2001-09-1")
    assert alone.endswith(f"what is made from it; set the clock right, or run: touch '{paths[1]}'")
    assert dated_ahead(paths, now=1e9).startswith(f"{paths[0]} and 1 more are dated ahead")
    assert dated_ahead(paths * 2) is None
