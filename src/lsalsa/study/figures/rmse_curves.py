"""RMSE of the code against depth and against time (LSALSA paper, figures 3, 4, 14, 16 and 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import Curve, block_of, marker_words, over_depth, over_time, size_of
from lsalsa.study.shown import Shown
from lsalsa.study.summaries.findings import followers
from lsalsa.study.summaries.repetitions import curve

needs = ("evaluation", "timing", "codes", "problems")
subject = "tasks"
caption = (
    "Distance of the codes to the optimal codes after T steps (left) and for the time spent (right). Down and left is"
    " better; the dotted line is the distance of a code of zeros. A method is as near as another where it is nearer, or"
    " within the spread of the seeds, the rule by which claims are judged. Markers along a line over time stand at the"
    " values of T in the left panel; bands are one standard deviation over the seeds."
)

Curves = Mapping[str, Curve]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot two panels per task with a common height: RMSE over depth, RMSE over seconds; the zero code as a level."""
    tasks = shown.tasks
    curves = {task: _curves(data["evaluation"], task, shown) for task in tasks}
    titles = {task: f"{tasks[task]['title']}: " if len(tasks) > 1 else "" for task in tasks}
    sentences = [_style.begun_with(titles[task], _takeaway(curves[task], shown.labels)) for task in tasks]
    words = marker_words(shown.depths, [one for of_task in curves.values() for one in of_task.values()])
    explanation = " ".join([*sentences, "Down and left is better.", words])
    figure = _style.new_figure(10.0, 0.4 + 3.9 * len(tasks), shown.heading, explanation)
    panels = _style.new_axes(figure, len(tasks), 2, sharey="row")
    for (left, right), task in zip(panels, tasks, strict=True):
        timing = [row for row in data["timing"] if row["task"] == task]
        for method, one in curves[task].items():
            _style.plot_curve(left, method, shown, over_depth(one))
            _style.plot_curve(right, method, shown, over_time(one, method, timing))
        block = block_of(data["problems"][task], shown, task)
        _style.rmse_panels(left, right, size_of(data["codes"][task]["codes"][:, block]), titles[task])
        _style.depth_axis(left, shown.depths)
        _style.seconds_axis(right)
    _style.common_legend(figure, panels)
    return figure


def _curves(evaluation: Sequence[Mapping[str, Any]], task: str, shown: Shown) -> Curves:
    """Return method -> its curve in one task, without methods that have no finished run."""
    rows = [row for row in evaluation if row["task"] == task and row["depth"] in shown.depths]
    curves = {m: curve(rows, "rmse", method=m, component=shown.component) for m in shown.methods}
    return {method: one for method, one in curves.items() if one}


def _takeaway(curves: Curves, labels: Mapping[str, str]) -> str:
    """Name the best method at the smallest depth, and the depth that each other method needs to get as near."""
    if not curves:
        return "No run has finished."
    first = min(min(one) for one in curves.values())
    starts = {method: one[first] for method, one in curves.items() if first in one}
    best = min(starts, key=lambda method: starts[method].mean)
    sentence = f"At T = {first} {labels[best]} comes nearest to the optimal code (RMSE {starts[best].mean:.3f})."
    others = {method: one for method, one in curves.items() if method != best}
    return f"{sentence} {followers(others, starts[best], labels)}".strip()
