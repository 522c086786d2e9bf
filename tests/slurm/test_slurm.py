"""The study on a Slurm cluster, with its own profile: results, attempts, memory, and a controller that is ended.

Run by `make test-slurm`: the cluster is this machine, the daemons and the queue are real (see `loopback`).
"""

import os
import re
import signal
import time

import pytest
from loopback import queue, wait_until
from workplace import copied, jobs_in, kill, wait_for

from lsalsa.storage import read_arrays

SLURM = ("--profile", "profiles/site", "--workflow-profile", "profiles/slurm")
SOON = ("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1", "--latency-wait", "5")
SLEEP = '\n    if j.wildcards["images"] == "digits":\n        import time\n\n        time.sleep({})\n'


def on_slurm(workplace, *arguments, **options):
    return workplace.run(*arguments, *SLURM, *SOON, seconds=1800, **options)


TARGETS = ("rmse_digits", "curves_digits", "patches_digits_16")


def small(study):
    """One method."""
    study["tasks"]["digits"]["methods"] = ["fista"]
    study["tables"] = {"rmse_digits": study["tables"]["rmse_digits"]}  # another would want classifiers


def submissions(output):
    return set(re.findall(r"SLURM jobid '?(\d+)", output))


def add_to_script(workplace, rule, text):
    script = workplace.path / "scripts" / f"{rule}.py"
    script.write_text(script.read_text() + text)


def test_a_study_gives_on_the_cluster_the_files_of_one_machine_in_fewer_jobs(site, tmp_path):
    preset = [site.variant(small)]
    output = on_slurm(site, *TARGETS, presets=preset)
    assert 0 < len(submissions(output)) < len(jobs_in(output))
    local = copied(tmp_path / "local")
    local.run(*TARGETS, presets=[local.variant(small)])
    found, expected = (place.result(".") for place in (site, local))
    names = [path.relative_to(expected) for kind in ("*.npz", "*.csv") for path in expected.rglob(kind)]
    assert len(names) > 10
    assert [name for name in names if (found / name).read_bytes() != (expected / name).read_bytes()] == []
    assert "Nothing to be done" in on_slurm(site, *TARGETS, presets=preset)


def test_a_job_that_fails_once_is_done_at_the_next_attempt(site):
    add_to_script(
        site,
        "fetch_images",
        '\n    from pathlib import Path\n\n    if not Path("once").exists():\n'
        '        Path("once").touch()\n        raise RuntimeError("a bad moment")\n',
    )
    output = on_slurm(site, "images_digits")
    assert "RuntimeError: a bad moment" in output or "Trying to restart" in output
    assert len(submissions(output)) == 2
    read_arrays(site.result("images/digits.npz"))
    assert not site.result("logs/failures.txt").exists()


def test_a_job_over_its_memory_is_ended_told_why_and_gets_more_at_the_next_attempt(site):
    """What Slurm kills is a failure with its reason, whatever exit code it has."""
    greedy = "\n    import time\n\n    hoard = b'1' * (2500 << 20)\n    time.sleep(6)\n"
    add_to_script(site, "fetch_images", greedy)
    output = on_slurm(site, "images_digits", "--retries", "0", fails=True)
    assert "fetch_images digits: failed; the scheduler says: " in output
    assert "on the node: " in output and "memory" in output[output.index("on the node: ") :]
    output = on_slurm(site, "images_digits")
    assert len(submissions(output)) > 1
    read_arrays(site.result("images/digits.npz"))
    assert not site.result("logs/failures.txt").exists()


@pytest.fixture
def under_way(site):
    """A run on the cluster with a job that sleeps on the node."""

    def start(seconds):
        add_to_script(site, "fetch_images", SLEEP.format(seconds))
        process = site.start("patches_digits_10", *SLURM, *SOON)
        wait_for(site.result("logs/fetch_images/digits.started"), process)
        return process

    return start


def test_an_interrupt_cancels_every_job_once_and_ends_the_run(under_way, site):
    process = under_way(300)
    (job,) = queue()
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    wait_until(lambda: not queue(), f"job {job} was not cancelled", 30)
    assert not site.result("images/digits.npz").exists(), output


def test_a_termination_waits_for_the_jobs_of_the_queue_and_submits_no_more(under_way, site):
    process = under_way(8)
    process.terminate()
    output, _ = process.communicate(timeout=120)
    assert process.returncode != 0, output
    read_arrays(site.result("images/digits.npz"))
    assert not site.result("patches/digits_10.npz").exists()
    assert not queue()


def test_after_a_kill_the_job_goes_on_and_the_next_run_ends_with_whole_files(under_way, site):
    process = under_way(8)
    kill(process)
    assert queue()
    assert "unlock" in on_slurm(site, "patches_digits_10", fails=True)
    site.run("--unlock")
    on_slurm(site, "patches_digits_10")
    wait_until(lambda: not queue(), "the job that was left does not end", 60)
    time.sleep(1)
    for name in ("images/digits.npz", "patches/digits_10.npz"):
        read_arrays(site.result(name))
