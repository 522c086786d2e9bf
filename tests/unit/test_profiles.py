"""The profiles hold what Snakemake and the plugins of the schedulers take, and agree where they must."""

import re

import executor_options
import pytest
import yaml
from executor_options import PROFILES
from snakemake.cli import get_argument_parser

from lsalsa.study.config.rules import known_rules

FILES = {path.parent.name: path for path in sorted(PROFILES.glob("*/config.yaml"))}
READ = {name: yaml.safe_load(path.read_text()) for name, path in FILES.items()}
CLUSTERS = [name for name, profile in READ.items() if "executor" in profile]
ALIKE = ("rerun-incomplete", "rerun-triggers", "keep-going")
OF_SNAKEMAKE = {"runtime", "mem_mb", "gpu"}


def options_of_plugin(name):
    """Those keys of a profile that belong to its scheduler."""
    executor = READ[name]["executor"]
    return {key for key in READ[name] if key.startswith(f"{executor}-")}


def parsed(tmp_path, *names):
    """What Snakemake makes of profiles read together; without the options of plugins, which may not be there."""
    files = []
    for name in names:
        kept = dict(READ[name])
        for key in options_of_plugin(name) | {"executor"} if name in CLUSTERS else ():
            del kept[key]
        files.append(tmp_path / name)
        files[-1].mkdir()
        (files[-1] / "config.yaml").write_text(yaml.safe_dump(kept))
    return get_argument_parser(profiles=files).parse_args([])


def test_there_are_profiles_of_these_schedulers():
    assert set(CLUSTERS) == {"slurm", "kubernetes", "lsf", "grid-engine"}
    assert set(FILES) == {*CLUSTERS, "default", "site"}


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_cluster_is_submitted_to_with_its_profile_and_the_site_file(name, tmp_path):
    arguments = parsed(tmp_path, "site", name)
    assert (arguments.cores, arguments.jobs, arguments.retries) == (8, 50, 2)
    assert arguments.rerun_incomplete and arguments.keep_going
    assert arguments.resources["gpu"] == 4
    assert {"runtime", "slurm_partition"} <= arguments.default_resources.keys()


@pytest.mark.parametrize("name", CLUSTERS)
def test_what_a_user_must_edit_stands_in_the_site_file_alone(name):
    assert READ[name].keys() & READ["site"].keys() == set()


@pytest.mark.parametrize("name", CLUSTERS)
def test_options_of_a_profile_are_those_of_its_plugin(name):
    known = executor_options.table()[READ[name]["executor"]]
    assert options_of_plugin(name) <= set(known["options"])


def test_each_resource_of_the_site_file_is_read_by_the_scheduler_it_stands_for():
    text = FILES["site"].read_text()
    named = set(re.findall(r"^  (?:# )?(\w+):", text[text.index("default-resources:") :], re.MULTILINE)) - OF_SNAKEMAKE
    assert {name.split("_")[0] for name in named} == {"slurm", "lsf", "sge"}
    for name in named:
        assert name in executor_options.table()[name.split("_")[0]]["resources"], name


@pytest.mark.parametrize("executor", executor_options.executors())
def test_table_of_options_is_that_of_the_plugin_where_it_is_installed(executor):
    if not executor_options.is_installed(executor):
        pytest.skip(f"the plugin of {executor} is not installed")
    assert executor_options.asked(executor) == executor_options.table()[executor]


@pytest.mark.parametrize("name", [*CLUSTERS, "default"])
def test_profiles_make_files_again_for_the_same_reasons(name):
    assert [READ[name][key] for key in ALIKE] == [READ["default"][key] for key in ALIKE]


def test_groups_and_their_minutes_are_of_rules_that_there_are():
    slurm = READ["slurm"]
    grouped = dict(entry.split("=") for entry in slurm["groups"])
    minutes = {entry.split(":")[0] for entry in slurm["set-resources"]}
    assert grouped.keys() == minutes <= set(known_rules())
    assert set(grouped.values()) == {entry.split("=")[0] for entry in slurm["group-components"]}


def test_every_profile_says_how_it_is_called():
    for name in CLUSTERS:
        assert f"snakemake --profile profiles/site --workflow-profile profiles/{name}\n" in FILES[name].read_text()
