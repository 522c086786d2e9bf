"""Where the time of a study went: sums of what Snakemake measured."""

import pytest
from click.testing import CliRunner

from lsalsa.cli import main
from lsalsa.errors import ConfigError
from lsalsa.study.costs.time_by_rule import time_by_rule

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def measured(results, rule, job, seconds, memory, processor):
    path = results / "benchmarks" / rule / f"{job}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{seconds}\t-\t{memory}\t0\t0\t0\t0\t0\t0\t{processor}\n", encoding="utf-8")


def test_rules_are_summed_and_the_dearest_stands_first(tmp_path):
    measured(tmp_path, "cut_patches", "a", 0.3, "NA", "NA")
    measured(tmp_path, "train_encoder", "mnist/lista/depth_1", 60, 200, 110)
    measured(tmp_path, "train_encoder", "mnist/lista/depth_3", 120, 300, 220)
    assert time_by_rule(tmp_path).lines == [
        ["train_encoder", "2", "3.0", "100%", "5.5", "2.0", "300"],
        ["cut_patches", "1", "0.0", "0%", "0.0", "0.0", "0"],
        ["all", "3", "3.0", "100%", "5.5", "2.0", "300"],
    ]


def test_a_rule_with_a_single_job_counts_as_well(tmp_path):
    measured(tmp_path, ".", "check_theory", 60, 200, 60)
    measured(tmp_path, "evaluate", "mnist/ista", 30, 100, 30)
    assert [line[:3] for line in time_by_rule(tmp_path).lines] == [
        ["check_theory", "1", "1.0"],
        ["evaluate", "1", "0.5"],
        ["all", "2", "1.5"],
    ]


def test_a_folder_without_measured_jobs_is_refused(tmp_path):
    (tmp_path / "benchmarks" / "train_encoder").mkdir(parents=True)
    with pytest.raises(ConfigError, match="found no measured job"):
        time_by_rule(tmp_path)


def test_the_command_prints_a_table_and_refuses_in_a_sentence(tmp_path):
    measured(tmp_path, "evaluate", "a", 30, 100, 30)
    assert "evaluate" in CliRunner().invoke(main, ["time-by-rule", str(tmp_path)]).output
    run = CliRunner().invoke(main, ["time-by-rule", str(tmp_path / "none")])
    assert run.exit_code == 1 and "no measured job" in run.output
