"""`--software-deployment-method apptainer`: every job runs in the image.

A stand-in for the program runs the commands on this machine and writes down what it was asked; it shows that the rules
name the image and that their scripts find the library in it, nothing of Apptainer itself or of the image.
"""

import os
import sys
from pathlib import Path

import pytest

STAND_IN = """#!/bin/bash
case "$1" in
  --version) echo "apptainer version 1.3.0"; exit 0 ;;
  exec) ;;
  *) exit 2 ;;
esac
echo "$@" >> "{asked}"
while [ "$1" != "bash" ] && [ "$1" != "sh" ] && [ $# -gt 0 ]; do shift; done
exec "$@"
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Where the stand-in, first on the path, writes what it was asked."""
    programs, asked = tmp_path / "bin", tmp_path / "asked"
    programs.mkdir()
    for name in ("apptainer", "singularity"):
        (programs / name).write_text(STAND_IN.format(asked=asked))
        (programs / name).chmod(0o755)
    folders = [programs, Path(sys.executable).parent, os.environ["PATH"]]  # the image's Python is this one
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    return asked


def test_jobs_run_in_the_image_of_the_repository(fresh, asked):
    image = fresh.path / "study.sif"
    image.write_text("an image")
    fresh.run("patches_digits_10", "--software-deployment-method", "apptainer")
    assert fresh.result("patches/digits_10.npz").exists()
    calls = [line for line in asked.read_text().splitlines() if "/scripts/" in line or "python" in line]
    assert len(calls) == 2
    assert all(str(image) in line for line in calls)


def test_without_an_image_nothing_runs_and_its_command_is_told(fresh, asked):
    told = fresh.run("patches_digits_10", "--software-deployment-method", "apptainer", fails=True)
    assert "/study.sif; build it: apptainer build study.sif envs/lsalsa.def" in told
    assert not asked.exists()
