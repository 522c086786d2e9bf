"""One cluster for all tests, and copies of the repository that submit to it."""

import os
from importlib.util import find_spec

import loopback
import pytest
import yaml
from workplace import copied

PLUGIN = "snakemake_executor_plugin_slurm"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """Slurm on this machine, if it can be: otherwise a word why not."""
    why = loopback.why_not() or (None if find_spec(PLUGIN) else f"needs the plugin {PLUGIN}: make test-slurm brings it")
    if why:
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("cluster")
    with loopback.cluster(folder):
        yield folder
        loopback.empty()


@pytest.fixture
def site(cluster, tmp_path):
    """A copy of the repository whose site file fits the cluster, as a user would edit it."""
    workplace = copied(tmp_path / "site")
    workplace.python_path = os.environ.get("PYTHONPATH")
    file = workplace.path / "workflow" / "profiles" / "site" / "config.yaml"
    settings = yaml.safe_load(file.read_text())
    settings |= {"cores": loopback.CORES}
    file.write_text(yaml.safe_dump(settings))
    yield workplace
    loopback.empty()
