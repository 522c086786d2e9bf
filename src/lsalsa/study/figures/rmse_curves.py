"""RMSE of the code against depth and against time (LSALSA paper, figures 3, 4, 14, 16 and 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lsalsa.study.figures import _style
from lsalsa.study.figures._data import block_of, marker_words, over_time, size_of
from lsalsa.study.heading import Heading
from lsalsa.study.tables import followers, method_label, value_and_spread

needs = ("evaluation", "timing", "all_codes", "problems")
subject = "tasks"

Curves = Mapping[str, Sequence[tuple]]


def draw(
    data: Mapping[str, Any],
    *,
    heading: Heading,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
    components: Mapping[str, str],
    tasks: Mapping[str, Mapping[str, Any]],
) -> Figure:
    """Per task two panels that share their height: RMSE over depth, RMSE over seconds; the zero code as a level."""
    curves = {task: _curves(data["evaluation"], task, methods, depths, component) for task in tasks}
    titles = {task: f"{tasks[task]['title']}: " if len(tasks) > 1 else "" for task in tasks}
    sentences = [_begun_with(titles[task], _takeaway(curves[task])) for task in tasks]
    words = marker_words(depths, [curve for of_task in curves.values() for curve in of_task.values()])
    explanation = " ".join([*sentences, "Down and left is better.", words])
    figure = _style.new_page(10.0, 0.4 + 3.9 * len(tasks), heading, explanation)
    panels = _style.new_axes(figure, len(tasks), 2, sharey="row")
    for (left, right), task in zip(panels, tasks, strict=True):
        timing = [row for row in data["timing"] if row["task"] == task]
        _draw_pair(left, right, curves[task], methods, timing)
        block = block_of(data["problems"][task], component, tasks[task]["components"])
        _finish(left, right, size_of(data["all_codes"][task]["codes"][:, block]), titles[task])
        _style.depth_axis(left, depths)
        _style.seconds_axis(right)
    _style.common_legend(figure, panels)
    return figure


def _curves(
    evaluation: Sequence[Mapping[str, Any]],
    task: str,
    methods: Sequence[str],
    depths: Sequence[int],
    component: str | None,
) -> Curves:
    """Method -> its curve in one task; a method without a finished run has none."""
    rows = [row for row in evaluation if row["task"] == task and row["depth"] in depths]
    curves = {m: value_and_spread(rows, "rmse", method=m, component=component) for m in methods}
    return {method: curve for method, curve in curves.items() if curve}


def _draw_pair(left: Axes, right: Axes, curves: Curves, methods: Sequence[str], timing: Sequence[Mapping]) -> None:
    for method, curve in curves.items():
        _style.plot_curve(left, method, methods, [(d, mean, std) for d, mean, std, _ in curve])
        _style.plot_curve(right, method, methods, over_time(curve, method, timing))


def _finish(left: Axes, right: Axes, level: float, task: str) -> None:
    """Labels, and the level of the zero code, whose RMSE is the size of the optimal codes."""
    for axes in (left, right):
        _style.log_value_axis(axes)
        _style.reference_line(axes, level, "a code of zeros")
        axes.set_ylim(top=max(1.35 * level, axes.get_ylim()[1]))
    left.set_ylabel("RMSE of the code against the optimal code")
    left.set_title(_begun_with(task, "After T steps"))
    right.set_title(_begun_with(task, "For the time spent"))


def _begun_with(beginning: str, words: str) -> str:
    """A sentence after a beginning, its first letter small there; as it is without one."""
    return f"{beginning}{words[0].lower()}{words[1:]}" if beginning else words


def _takeaway(curves: Curves) -> str:
    """The best method at the smallest depth, and the depth that each other needs to get as near."""
    if not curves:
        return "No run has finished."
    first = min(curve[0][0] for curve in curves.values())
    starts = {method: curve[0][1] for method, curve in curves.items() if curve[0][0] == first}
    best = min(starts, key=lambda method: starts[method])
    sentence = f"At T = {first} {method_label(best)} comes nearest to the optimal code (RMSE {starts[best]:.3f})."
    others = {method: curve for method, curve in curves.items() if method != best}
    return f"{sentence} {followers(others, starts[best])}".strip()
