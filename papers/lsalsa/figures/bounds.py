"""The bounds of lemma 1 and theorems 3 and 4 beside the true errors (LSALSA paper, supplement D)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from lsalsa.study.figures import _style
from lsalsa.study.shown import Shown
from papers.lsalsa.theory.contraction import REPLICAS

needs = ("lsalsa.curves",)
subject = "study"
caption = "The bounds of lemma 1 and theorems 3 and 4, as printed and as corrected, and what really happens."

PRINTED, CORRECTED, TRUE, PROOF = "#d55e00", "#0072b2", "#000000", "#cc79a7"
STYLES: dict[str, dict[str, Any]] = {
    "printed": {"color": PRINTED, "linestyle": (0, (4, 1.5))},
    "corrected": {"color": CORRECTED, "linestyle": "-"},
}

Key = tuple[str, str, str]
Line = tuple[list[float], list[float]]


def plot(data: Mapping[str, Any], shown: Shown) -> Figure:
    """Plot three panels: one step, theorem 4 against theorem 3, and a simulated run against both."""
    lines: dict[Key, Line] = {}
    for row in data["lsalsa.curves"]:
        x, y = lines.setdefault((row["panel"], row["line"], row["form"]), ([], []))
        x.append(row["x"])
        y.append(row["y"])
    figure = _style.new_figure(13.0, 4.2, shown.heading, _takeaway(lines))
    panels = _style.new_axes(figure, 1, 3)[0]
    _plot_lemma(panels[0], lines)
    _plot_recursion(panels[1], lines)
    _plot_runs(panels[2], lines)
    return figure


def _plot_lemma(axes: Axes, lines: Mapping[Key, Line]) -> None:
    axes.plot(*lines["lemma", "true", ""], color=TRUE, linewidth=4, alpha=0.35, label="the worst function")
    for form, style in STYLES.items():
        axes.plot(*lines["lemma", "factor", form], label=f"{form} factor", linewidth=1.6, **style)
    axes.xaxis.set_major_locator(MultipleLocator(0.05))
    axes.set_title("Lemma 1: distance after one gradient step")
    axes.set_xlabel("step size (curvatures from 1 to 10)")
    axes.set_ylabel("distance to the minimum, after / before")
    axes.legend(loc="lower left", fontsize=8.5)


def _plot_recursion(axes: Axes, lines: Mapping[Key, Line]) -> None:
    for (panel, share, form), line in lines.items():
        if panel == "recursion":
            width = 1.3 if share == "0.5" else 2.4
            label = f"{form}, coupling at {share} of its limit"
            axes.plot(*line, label=label, linewidth=width, **STYLES[form])
    _iterations(axes)
    _style.log_value_axis(axes)
    axes.set_ylim(top=axes.get_ylim()[1] * 12)
    _style.reference_line(axes, 1.0)
    axes.set_title("Theorem 4: does it follow from theorem 3?")
    axes.set_ylabel("error that theorem 3 allows / bound of 4")
    axes.legend(loc="upper left", fontsize=8.5)


def _plot_runs(axes: Axes, lines: Mapping[Key, Line]) -> None:
    for line, label, style in (
        ("recursion", "what theorem 3 allows", {"color": PROOF}),
        ("bound", "printed bound of theorem 4", STYLES["printed"]),
        ("true", f"simulated, mean of {REPLICAS} runs", {"color": TRUE}),
    ):
        axes.plot(*lines["runs", line, "printed"], label=label, linewidth=1.6, **style)
    _iterations(axes)
    _style.log_value_axis(axes)
    axes.set_title("A simulated problem, printed step sizes")
    axes.set_ylabel("squared distance to the solution")
    axes.legend(loc="lower left", fontsize=8.5)


def _iterations(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("iterations")


def _takeaway(lines: Mapping[Key, Line]) -> str:
    """Say which lines lie above which."""
    x, true = lines["lemma", "true", ""]
    factors = {form: lines["lemma", "factor", form][1] for form in STYLES}
    short = {form: sum(t > f + 1e-9 for t, f in zip(true, factor, strict=True)) for form, factor in factors.items()}
    tops = {form: _top(lines, form) for form in STYLES}
    simulated, bound = lines["runs", "true", "printed"][1], lines["runs", "bound", "printed"][1]
    worst = max(s / b for s, b in zip(simulated, bound, strict=True))
    kept = "stays within; what breaks is the proof" if worst <= 1 else "leaves it"
    return (
        f"Left: the printed factor lies below the worst function at {short['printed']} of {len(x)} step sizes, the"
        f" corrected one at {short['corrected']}. Middle: with the printed step sizes theorem 3 allows up to"
        f" {tops['printed']:.3g} times the bound that is to follow from it, with the corrected ones"
        f" {tops['corrected']:.2g} times. Right: a simulated run reaches {worst:.2g} of the printed bound: it {kept}."
    )


def _top(lines: Mapping[Key, Line], form: str) -> float:
    """Return the largest ratio of the error that theorem 3 allows to the bound."""
    return max(max(y) for (panel, _, of), (_, y) in lines.items() if (panel, of) == ("recursion", form))
