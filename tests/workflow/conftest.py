"""One finished smoke study that many tests start from, and copies of the repository to run in."""

import shutil

import pytest
from workplace import Workplace, copied


def pytest_collection_modifyitems(items):
    """With several workers, all tests of the finished study go to one, so that it is run once."""
    for item in items:
        if "finished" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("finished"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The smoke study, run once; not to be changed."""
    workplace = copied(tmp_path_factory.mktemp("finished"))
    workplace.output = workplace.run()
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
