"""The page of plots: ratio to the floor, error against time, cost as the work grows, exact solvers side by side."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from benchmarks.core import RESULTS
from lsalsa.storage import read_rows
from lsalsa.study.figures import matplotlib_defaults
from lsalsa.study.figures._style import (
    common_legend,
    log_value_axis,
    method_style,
    new_axes,
    new_figure,
    reference_line,
)
from lsalsa.study.heading import Heading

Rows = Sequence[dict[str, Any]]
LEAST_RMSE = 3e-4  # of the axis: the exact solver, at rounding error, would press all others into a corner

TITLE = "Speed of lsalsa"
EXPLANATION = (
    "Top: wall time over that of the method's matrix products alone; 1 is nothing but matrix products. "
    "Middle: distance from the optimal codes against time, and exact solvers in seconds per sample. "
    "Bottom: the cost per patch and per candidate of a search as their number grows; flat or falling is good."
)


@matplotlib_defaults()
def page(folder: Path, output: Path) -> None:
    """Draw every benchmark that has rows in the folder; `output` without its suffix gets .png and .svg."""
    figure = new_figure(11.0, 11.0, Heading(TITLE), EXPLANATION)
    axes = new_axes(figure, 3, 2)
    for place, (name, draw) in zip(axes.flat, PANELS.items(), strict=True):
        file = folder / f"{name}.parquet"
        rows = [row for row in read_rows(file) if row["status"] == "done"] if file.exists() else []
        draw(place, rows)
    common_legend(figure, axes[1, :1])
    for suffix in (".png", ".svg"):
        figure.savefig(output.with_suffix(suffix), dpi=110)


def _ratios(title: str) -> Callable[[Axes, Rows], None]:
    def draw(axes: Axes, rows: Rows) -> None:
        methods = list(dict.fromkeys(row["method"] for row in rows))
        shapes = list(dict.fromkeys(map(_shape, rows)))
        for position, method in enumerate(methods):
            own = [row for row in rows if row["method"] == method]
            shift = (position - len(methods) / 2 + 0.5) * 0.15
            places, heights = [shapes.index(_shape(row)) + shift for row in own], [row["ratio"] for row in own]
            axes.bar(places, heights, width=0.13, color=_style_of(method, methods)["color"], label=method)
        axes.set_xticks(range(len(shapes)), shapes, fontsize=8)
        reference_line(axes, 1.0)
        axes.set(title=title, ylabel="wall time / floor")
        if methods:
            axes.set_ylim(top=1.2 * max(row["ratio"] for row in rows))
            axes.legend(fontsize=8, ncols=5, loc="upper right")

    return draw


def _style_of(method: str, methods: Sequence[str]) -> dict[str, Any]:
    """The look of a method among those of a panel; in the benchmarks a method has the name of its algorithm."""
    return method_style(method, {name: name for name in methods})


def _shape(row: dict[str, Any]) -> str:
    return f"{row['n']:,} signals\n{row['atoms']} atoms\nT = {row['depth']}"


def _frontier(axes: Axes, rows: Rows) -> None:
    methods = list(dict.fromkeys(row["method"] for row in rows if row["depth"]))
    for method in methods:
        own = [row for row in rows if row["method"] == method]
        points = [row["per_sample_s"] * 1e6 for row in own], [row["rmse"] for row in own]
        axes.plot(*points, label=method, markersize=5, linewidth=1.6, **_style_of(method, methods))
    for row in rows:
        if not row["depth"]:
            _exact_point(axes, row["per_sample_s"] * 1e6, row["rmse"], LEAST_RMSE)
    axes.set_xscale("log")
    log_value_axis(axes)
    axes.set(title="Error against time, digit patches, 100 atoms", xlabel="microseconds per sample")
    axes.set_ylabel("RMSE to the optimal codes")


def _exact_point(axes: Axes, seconds: float, error: float, least: float) -> None:
    """The exact solver; an error far below those of the others stands at `least`, in words."""
    axes.plot([seconds], [max(error, least)], "*", color="#cc79a7", markersize=14, label="optimal codes")
    words = {"xytext": (-9, 0), "textcoords": "offset points", "ha": "right", "va": "center", "fontsize": 8}
    axes.annotate(f"exact (RMSE {error:.0e}, below this axis)" if error < least else "exact", (seconds, least), **words)


def _exact(axes: Axes, rows: Rows) -> None:
    for shift, (key, colour, label) in enumerate((("wall_s", "#000000", "lsalsa"), ("peer_s", "#8c8c8c", "peer"))):
        values = [row[key] / row["n"] * 1e6 for row in rows]
        axes.barh([i + 0.2 - 0.4 * shift for i in range(len(rows))], values, height=0.38, color=colour, label=label)
    axes.set_yticks(range(len(rows)), [f"{row['peer']}\n{row['atoms']} atoms" for row in rows], fontsize=8)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set(title="Optimal codes beside other solvers", xlabel="microseconds per sample")
    if rows:
        axes.legend(fontsize=8)


def _growth(title: str, x: str, y: str, label: str) -> Callable[[Axes, Rows], None]:
    def draw(axes: Axes, rows: Rows) -> None:
        axes.plot([row[x] for row in rows], [row[y] * 1e6 for row in rows], **_style_of("lsalsa", ["lsalsa"]))
        axes.set_xscale("log")
        axes.set_ylim(0, 1.2 * max((row[y] * 1e6 for row in rows), default=1.0))
        axes.set_xticks([row[x] for row in rows], [f"{row[x]:,}" for row in rows], minor=False)
        axes.set(title=title, xlabel=label, ylabel="microseconds each")
        for row in rows:
            if row.get("peak_rss_mib"):
                place = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center", "fontsize": 8}
                axes.annotate(f"{row['peak_rss_mib']:.0f} MiB", (row[x], row[y] * 1e6), **place)

    return draw


PANELS: dict[str, Callable[[Axes, Rows], None]] = {
    "inference": _ratios("Encoding"),
    "training": _ratios("Training step, batch of 500"),
    "frontier": _frontier,
    "exact": _exact,
    "scale": _growth("Encoding, 3 layers: time and peak memory", "n", "per_patch_s", "patches"),
    "search": _growth("Search: training of one candidate", "candidates", "per_candidate_s", "candidates"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: the folder of the Parquet files; the plots go beside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plots", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=RESULTS)
    folder = parser.parse_args(arguments).folder
    page(folder, folder / "speed")


if __name__ == "__main__":
    main()
