"""What a terminal shows of a run, from the records that Snakemake writes, and the time left against a simulated run."""

import fcntl
import io
import logging
import os
import pty
import struct
import termios
from types import SimpleNamespace

import pytest

from lsalsa.study.jobs.progress import WIDTH, Progress, TimeLeft, first_of, show_progress

SETTINGS = {"dryrun": False, "verbose": False, "printshellcmds": False, "debug_dag": False}
FILES = ", ".join(f"photographs/picture_{i:03d}.jpg" for i in range(432))


class Teller:
    """Writes what Snakemake writes, to a handler."""

    def __init__(self, handler):
        self.logger = logging.Logger("like Snakemake's")
        self.logger.addHandler(handler)

    def say(self, text, level=logging.INFO, **extra):
        self.logger.log(level, text, extra=extra)

    def plan(self, **jobs):
        self.say("Job stats: ...", event="run_info", stats={**jobs, "total": sum(jobs.values())})

    def begin(self, job, rule, reason="Missing output files: a.npz", **wildcards):
        facts = {"rule_name": rule, "wildcards": wildcards, "reason": reason, "log": [f"logs/{rule}.log"]}
        self.say("rule ...", event="job_info", jobid=job, **facts)

    def finish(self, job):
        self.say(f"Finished jobid: {job}", event="job_finished", job_id=job)

    def fail(self, job, rule, **wildcards):
        self.say("RuleException: CalledProcessError in file x, line 3", logging.ERROR, event="error")
        facts = {"rule_name": rule, "wildcards": wildcards, "log": [f"logs/{rule}.log"]}
        self.say("Error in rule", logging.ERROR, event="job_error", jobid=job, **facts)


@pytest.fixture
def told():
    """A run whose output goes to a file: (teller, function that returns the lines so far)."""
    stream = io.StringIO()
    return Teller(Progress(stream, dryrun=False)), lambda: stream.getvalue().splitlines()


def test_a_file_gets_one_line_per_finished_job(told):
    teller, lines = told
    teller.plan(evaluate=2, make_table=1)
    teller.begin(7, "evaluate", task="digits", method="fista")
    teller.begin(8, "evaluate", task="digits", method="lista")
    teller.finish(8)
    assert lines()[0] == "3 jobs to do: 2 evaluate, 1 make_table"
    assert len(lines()) == 2
    assert lines()[1].startswith("[1 of 3] evaluate digits lista, ")


def test_a_failed_job_is_named_with_its_log_and_without_the_traceback_of_snakemake(told):
    teller, lines = told
    teller.plan(evaluate=1)
    teller.begin(7, "evaluate", task="digits")
    teller.fail(7, "evaluate", task="digits")
    teller.finish(7)  # never comes; if it did, nothing would be counted twice
    assert lines()[1:] == ["[failed] evaluate digits [logs/evaluate.log]"]


def test_other_errors_are_told_whole_and_other_messages_are_cut(told):
    teller, lines = told
    teller.say(f"MissingInputException: {FILES}", logging.ERROR, event="error")
    teller.say(f"Something about {FILES}")
    teller.say("Select jobs to execute...")
    whole, cut = lines()
    assert whole.endswith("picture_431.jpg")
    assert len(cut) < 350


def test_a_dry_run_tells_each_job_in_one_short_line():
    stream = io.StringIO()
    teller = Teller(Progress(stream, dryrun=True))
    teller.plan(**{f"rule_with_a_long_name_{i}": 3 for i in range(30)})
    teller.begin(1, "fetch_images", reason=f"Updated input files: {FILES}; Code has changed", images="own")
    teller.plan(fetch_images=1)  # Snakemake tells it again at the end
    *summary, job = stream.getvalue().splitlines()
    assert job == "  fetch_images own: Updated input files: photographs/picture_000.jpg and 431 more"
    assert max(map(len, summary)) <= WIDTH


@pytest.mark.parametrize("reason, words", [("Forced execution", "Forced execution"), ("", "asked for")])
def test_a_reason_without_files_is_told_as_it_is(reason, words):
    assert first_of(reason) == words


@pytest.fixture
def terminal():
    """A real terminal of 120 columns: (stream, function that returns everything written to it)."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.set_blocking(reader, False)
    stream, written = os.fdopen(writer, "w"), []

    def text():
        while True:
            try:
                written.append(os.read(reader, 65536).decode(errors="replace"))
            except BlockingIOError:
                return "".join(written)

    yield stream, text
    stream.close()
    os.close(reader)


def test_a_terminal_has_a_bar_with_the_jobs_under_way_and_it_goes_at_the_end(terminal):
    stream, text = terminal
    progress = Progress(stream, dryrun=False)
    teller = Teller(progress)
    teller.plan(evaluate=3)
    for job in (1, 2):
        teller.begin(job, "evaluate", task="digits", method=f"method_{job}")
    assert text().split("\r")[-1].startswith("0 of 3 jobs |")
    teller.finish(1)
    shown = text().split("\r")[-1]
    assert shown.startswith("1 of 3 jobs |")
    assert "left" in shown
    assert "evaluate digits method_2" in shown
    assert "method_1" not in shown
    teller.fail(2, "evaluate", task="digits", method="method_2")
    assert "[failed] evaluate digits method_2 [logs/evaluate.log]" in text()
    progress.close()
    assert text().split("\r")[-2].strip() == ""
    assert all(len(line.rstrip()) <= 120 for line in text().replace("\n", "\r").split("\r"))


# --- the time left ------------------------------------------------------------------------------------------------


def simulated(n_jobs, seconds, n_workers, until):
    """The time left of equal jobs on some workers at a moment, as `TimeLeft` sees it, and the true one."""
    now = 0
    left = TimeLeft({"rule": n_jobs}, clock=lambda: now)
    under_way, waiting = {}, list(range(n_jobs))
    for now in range(until + 1):
        for job in [job for job, start in under_way.items() if now - start == seconds]:
            del under_way[job]
            assert left.end(job) == seconds
        while waiting and len(under_way) < n_workers:
            under_way[waiting[0]] = now
            left.start(waiting.pop(0), "rule")
    whole = -(-n_jobs // n_workers) * seconds
    return left.seconds(), whole - until


@pytest.mark.parametrize("until", [3, 4, 6, 8, 12])
@pytest.mark.parametrize("n_workers", [1, 2, 3])
def test_time_left_of_equal_jobs_is_exact(until, n_workers):
    found, true = simulated(12, 3, n_workers, until)
    assert found == pytest.approx(max(true, 0))


def test_time_left_is_not_told_while_most_jobs_left_are_of_rules_that_never_ended():
    left = TimeLeft({"quick": 2, "slow": 10}, clock=iter(range(100)).__next__)
    assert left.seconds() is None
    left.start(1, "quick")
    left.end(1)
    assert left.seconds() is None


def test_a_failed_job_is_no_longer_waited_for_and_says_nothing_about_others():
    now = 0
    left = TimeLeft({"rule": 3}, clock=lambda: now)
    left.start(1, "rule")
    now = 10
    left.end(1)
    left.start(2, "rule")
    now = 11
    left.end(2, done=False)
    left.start(3, "rule")
    assert left.seconds() == pytest.approx(10, rel=0.15)


# --- in the place of Snakemake's own ------------------------------------------------------------------------------


@pytest.fixture
def logger():
    logger = logging.Logger("like Snakemake's")
    own = logging.StreamHandler(io.StringIO())
    own.name = "DefaultStreamHandler"
    logger.addHandler(own)
    return logger


def test_the_print_of_snakemake_is_replaced_and_its_filters_stay(logger):
    logger.handlers[0].addFilter(lambda record: "quiet" not in record.msg)
    stream = logger.handlers[0].stream
    progress = show_progress(logger, SimpleNamespace(**SETTINGS))
    assert logger.handlers == [progress]
    logger.info("be quiet")
    logger.info("loud")
    assert stream.getvalue() == "loud\n"


@pytest.mark.parametrize("option", ["verbose", "printshellcmds", "debug_dag"])
def test_who_asks_for_more_gets_the_words_of_snakemake(logger, option):
    before = list(logger.handlers)
    assert show_progress(logger, SimpleNamespace(**{**SETTINGS, option: True})) is None
    assert logger.handlers == before


def test_another_logger_is_left_alone(logger):
    logger.handlers[0].name = "rich"
    assert show_progress(logger, SimpleNamespace(**SETTINGS)) is None
