"""What a cheaper search gave up, from files written by hand."""

import pytest
from click.testing import CliRunner

from lsalsa.cli import main
from lsalsa.errors import ConfigError
from lsalsa.storage import write_rows
from lsalsa.study.summaries.searches_compared import compared


def study(folder, scores, errors=()):
    """A study whose search of LSALSA tried so many candidates with these scores, and its evaluation."""
    for depth, found in scores.items():
        facts = {"task": "digits", "method": "lsalsa", "depth": depth}
        rows = [{**facts, "score": score, "chosen": score == min(found)} for score in found]
        path = folder / "search" / "digits" / "lsalsa" / f"depth_{depth}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_rows(path, rows)
    if errors:
        (folder / "evaluation" / "digits").mkdir(parents=True)
        cells = [(1, "all", error) for error in errors] + [(1, "digits", 9.0)]
        rows = [{"task": "digits", "method": "lsalsa", "depth": d, "component": c, "rmse": e} for d, c, e in cells]
        write_rows(folder / "evaluation" / "digits" / "lsalsa.parquet", rows)
    return folder


def test_candidates_scores_and_errors_of_two_studies_stand_side_by_side(tmp_path):
    ours = study(tmp_path / "a", {1: [0.3, 0.2], 5: [0.4]}, errors=[0.25, 0.35])
    other = study(tmp_path / "b", {1: [0.3, 0.1, 0.5], 5: [0.4, 0.5], 9: [1.0]}, errors=[0.2])
    assert compared(ours, other).lines == [
        ["digits", "lsalsa", "1", "2", "3", "0.2", "0.1", "2.000", "1.500"],
        ["digits", "lsalsa", "5", "1", "2", "0.4", "0.4", "1.000", "–"],
        ["all", "", "", "3", "5", "", "", "1.414", "1.500"],
    ]


def test_studies_without_a_search_in_common_are_refused(tmp_path):
    ours, other = study(tmp_path / "a", {1: [0.2]}), study(tmp_path / "b", {2: [0.2]})
    with pytest.raises(ConfigError, match="searches of the same methods"):
        compared(ours, other)
    run = CliRunner().invoke(main, ["compare-searches", str(ours), str(other)])
    assert run.exit_code == 1 and "found none" in run.output
    assert "lsalsa" in CliRunner().invoke(main, ["compare-searches", str(ours), str(ours)]).output
