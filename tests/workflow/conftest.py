"""One finished smoke study that many tests start from, and copies of the repository to run in."""

import fcntl
import os
import shutil

import pytest
from workplace import Workplace, copied


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The smoke study, run once for all workers; not to be changed, and nothing runs in it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # others wait while one worker runs the study
        output = shared / "finished.txt"
        if not output.exists():
            output.write_text(copied(shared / "finished").run())
        workplace = Workplace(shared / "finished")
    workplace.output = output.read_text()
    return workplace


@pytest.fixture
def done(finished, tmp_path):
    """A copy of the finished study, to be changed."""
    shutil.copytree(finished.path, tmp_path / "done", symlinks=True)
    return Workplace(tmp_path / "done")


@pytest.fixture
def fresh(tmp_path):
    """A copy of the repository in which nothing was run."""
    return copied(tmp_path / "fresh")
