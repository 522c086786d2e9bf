"""Runs that are killed at random moments, in every way that happens, and taken up again."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import time

from workplace import Workplace

from lsalsa.storage import read_rows
from lsalsa.study.jobs.processes import living

KINDS = ("kill all", "kill snakemake", "kill job", "ask all", "ask snakemake", "interrupt all")
UNTOLD = {"logs", "benchmarks", "provenance"}  # folders that hold times
PATIENCE = 120


def strike(process, kind, results):
    """Send a signal: to the whole process group, to Snakemake alone, or to one of its jobs."""
    if kind == "kill job":
        for mark in sorted(results.rglob("*.started")):
            if job := living(mark):
                job.kill()
                return
    elif kind.endswith("all"):
        number = {"kill all": signal.SIGKILL, "ask all": signal.SIGTERM, "interrupt all": signal.SIGINT}[kind]
        os.killpg(process.pid, number)
    else:
        process.send_signal(signal.SIGKILL if kind == "kill snakemake" else signal.SIGTERM)


def run_with_kills(workplace, target, presets, kinds, moments, wait_for_job=True):
    """Start a run, strike it at a moment, and so on; then let it finish. Returns the kinds that found it running."""
    met = []
    for kind, moment in zip(kinds, moments, strict=True):
        with open(workplace.path / "struck.log", "ab") as output:  # a pipe would wait for jobs that outlive Snakemake
            process = workplace.start(*target, presets=presets, output=output)
        end = time.monotonic() + PATIENCE
        while wait_for_job and process.poll() is None and time.monotonic() < end:
            if next(workplace.result(".").rglob("*.started"), None):
                break
            time.sleep(0.02)
        time.sleep(moment)
        if process.poll() is None:
            met.append(kind)
            strike(process, kind, workplace.result("."))
        process.wait(PATIENCE)
        unlock(workplace, target, presets)
    workplace.run(*target, presets=presets)
    return met


def unlock(workplace, target, presets):
    """What docs/recover.md says after a run that was killed."""
    locks = workplace.path / ".snakemake" / "locks"
    if locks.is_dir() and any(locks.iterdir()):
        workplace.run("--unlock", *target, presets=presets)


def hashes(results):
    """Hash of every result below a folder, by its name. Rows are hashed without the columns that hold times."""
    found = {}
    for path in sorted(results.rglob("*")):
        name = path.relative_to(results)
        if path.is_file() and name.parts[0] not in UNTOLD and name.name != "plan.json":
            content = path.read_bytes()
            if path.suffix == ".parquet":
                rows = [{key: value for key, value in row.items() if "seconds" not in key} for row in read_rows(path)]
                content = repr(rows).encode()
            found[str(name)] = hashlib.sha256(content).hexdigest()
    return found


def left_over(workplace):
    """Files that no run may leave: temporaries, marks, and state of work that is done."""
    results = workplace.result(".")
    marks = [path for path in results.rglob("*") if path.suffix == ".started" or path.name.startswith(".")]
    return [path for path in marks if path.is_file()] + list(results.glob("checkpoints"))


def cloned(workplace, path):
    """A copy of a workplace with its results; dates stay, so that Snakemake finds them up to date."""
    subprocess.run(["cp", "-a", workplace.path, path], check=True)
    shutil.rmtree(path / "results" / "smoke" / "logs", ignore_errors=True)
    return Workplace(path)


def drawn(seed, count, longest):
    """Kinds of kills, and the moments in seconds at which they come."""
    generator = random.Random(seed)
    kinds = [generator.choice(KINDS) for _ in range(count)]
    return kinds, [generator.uniform(0, longest) for _ in range(count)]
