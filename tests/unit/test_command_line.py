"""What the command line says counts as it would in a file; faults name their origin; a command repeats the run."""

import shlex

import pytest
import yaml

from lsalsa.study.command_line import command, dropped_options, typed
from lsalsa.study.config.origins import Origins
from lsalsa.study.folders import TARGET


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("5", 5),
        ("0.25", 0.25),
        ("true", True),
        ("word", "word"),
        ("a: b", "a: b"),
        ("[1", "[1"),
        ("2024-01-31", "2024-01-31"),
        (7, 7),
        (None, None),
        ({"theory": {"runs": "5"}, "depths": ["1", "2"]}, {"theory": {"runs": 5}, "depths": [1, 2]}),
    ],
)
def test_value_of_the_command_line_is_what_the_word_is_in_yaml(text, value):
    assert typed(text) == value
    assert type(typed(text)) is type(value)


def test_options_given_twice_are_named():
    assert list(dropped_options(["--configfile", "a", "--config", "x=1", "--cores", "2", "--config-like"])) == []
    (told,) = dropped_options(["snakemake", "--configfile", "a.yaml", "-n", "--configfiles=b.yaml"])
    assert told.startswith("--configfile is given 2 times, and Snakemake reads only the last")
    (told,) = dropped_options(["--config", "seed=1", "-C", "device=cpu"])
    assert told.endswith("list all values after one --config")


def test_command_names_the_same_study_and_keeps_its_values_apart_for_the_shell():
    settings = {"title": "it's mine", "lsalsa": {"theory": None}, "seed": 2}
    words = shlex.split(command(["my study.yaml"], settings, 4, deployment=["conda"]))
    assert words[: words.index("--configfile")] == ["snakemake", "--cores", "4", TARGET, "--sdm", "conda"]
    assert words[words.index("--configfile") + 1] == "my study.yaml"
    given = dict(word.split("=", 1) for word in words[words.index("--config") + 1 :])
    assert {key: yaml.safe_load(value) for key, value in given.items()} == settings


def test_command_of_another_folder_says_where_the_workflow_and_the_results_are():
    told = command([], {}, 1, deployment=[], elsewhere=("/repository/Snakefile", "/mine"))
    assert told == f"snakemake --cores 1 {TARGET} --snakefile /repository/Snakefile --directory /mine"


FILES = Origins(
    [
        ("config.yaml", {"seed": 1, "tasks": {"digits": {"penalties": [1], "n_train": 5}}, "tables": {"t_{task}": {}}}),
        ("mine.yaml", {"tasks": {"digits": {"penalties": ["x"]}}}),
        ("--config", {"seed": "two"}),
    ]
)


@pytest.mark.parametrize(
    ("fault", "origin"),
    [
        ("seed must be a whole number, found 'two'", "--config"),
        ("tasks.digits.penalties[0] must be above 0, found 'x'", "mine.yaml"),
        ("tasks.digits.n_train must be at least 1, found 0", "config.yaml"),
        ("tables.t_digits.kind names x, which is not a kind of table", "config.yaml"),
        ("tasks.digits.title is missing; a task needs it", "config.yaml, mine.yaml"),
        ("title is missing; a study needs it", "config.yaml, mine.yaml, --config"),
        ("papers/one/claims.yaml: x names y", "config.yaml, mine.yaml, --config"),
    ],
)
def test_fault_is_told_of_the_origin_that_sets_it(fault, origin):
    assert FILES.of(fault) == origin


def test_study_is_announced_with_all_its_origins():
    assert str(FILES) == "config.yaml, changed by mine.yaml and --config"
    assert str(Origins([("demo.yaml", {})])) == "demo.yaml"
