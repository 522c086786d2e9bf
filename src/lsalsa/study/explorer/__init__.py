"""The explorer: one page on which a reader picks task, method, depth and sample, and sees codes, sources and curves.

The page holds its data, its style and its script, and loads nothing from elsewhere.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

from lsalsa.metrics import psnr, rmse
from lsalsa.study.heading import Heading
from lsalsa.study.summaries.repetitions import measured
from lsalsa.study.summaries.source_images import are_known, blocks_of, grey, rebuilt_sources, square, truth, with_sum

Arrays = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

LEVELS = 255
"""Steps of grey of an image."""

CODE_STEPS = 32_000
"""Steps of a code from 0 to its largest entry: integers of 16 bits."""


@dataclass(frozen=True)
class Explored:
    """What the page shows of one task.

    Attributes
    ----------
    title : str
    components : sequence of str
        Titles, in the order of the problem's dictionaries.
    keys : sequence of str
        Their names in the rows of the evaluation.
    labels : mapping
        Method -> its name in print.
    problem, signals, optimal : mapping
        Arrays of ``problems/``, ``signals/`` and ``codes/<task>/test``.
    patches : sequence of mapping
        Arrays of ``patches/``, one for each component.
    samples : mapping
        Method -> arrays of ``evaluation/<task>/<method>_samples``.
    rows : mapping
        Method -> rows of ``evaluation/<task>/<method>``.
    """

    title: str
    components: Sequence[str]
    keys: Sequence[str]
    labels: Mapping[str, str]
    problem: Arrays
    signals: Arrays
    optimal: Arrays
    patches: Sequence[Arrays]
    samples: Mapping[str, Arrays]
    rows: Mapping[str, Rows]


def page(heading: Heading, tasks: Sequence[Explored]) -> str:
    """Write the page.

    Parameters
    ----------
    heading : Heading
        Title of the study with its marks, and the note that explains them.
    tasks : sequence of Explored

    Returns
    -------
    html : str
    """
    content = json.dumps({"tasks": [content_of(task) for task in tasks]}, allow_nan=False)
    packed = base64.b64encode(gzip.compress(content.encode(), mtime=0)).decode()
    parts = {
        name: (files(__name__) / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", "page.js")
    }
    html = parts["page.html"].replace("{{ style }}", parts["page.css"]).replace("{{ script }}", parts["page.js"])
    html = html.replace("{{ title }}", escape(heading.title)).replace("{{ note }}", escape(heading.note))
    return html.replace("{{ data }}", packed)


def content_of(task: Explored) -> dict[str, Any]:
    """Return the data of one task as JSON can hold them: arrays as bytes in base64, no number infinite or NaN."""
    rows = np.asarray(next(iter(task.samples.values()))["shown"])
    true = truth(task.signals, task.patches, rows)
    codes = task.optimal["codes"][rows].toarray()
    several = len(task.components) > 1
    return {
        "title": task.title,
        "images": ["mixture", *task.components] if several else list(task.components),
        "components": list(task.components),
        "blocks": [block.stop - block.start for block in blocks_of(task.problem)],
        "first": "truth" if are_known(task.signals) else "given",
        "side": len(square(true[0, 0])),
        "samples": rows.tolist(),
        "truth": _pixels(np.where(np.isnan(true), 1.0, true)),  # white where it is not known
        "optimal": _estimate(rebuilt_sources(task.problem, codes), codes, true, codes),
        "methods": [_method(task, name, true, codes) for name in task.labels],
        "curves": _curves(task),
    }


def _method(task: Explored, name: str, true: np.ndarray, optimal: np.ndarray) -> dict[str, Any]:
    """Return what one method found, at each depth."""
    found = task.samples[name]
    pairs = zip(found["reconstructions"], found["codes"], strict=True)
    estimates = [_estimate(parts.transpose(1, 0, 2), codes, true, optimal) for parts, codes in pairs]
    depths = [int(depth) for depth in found["depths"]]
    return {"name": name, "label": task.labels[name], "depths": depths, "estimates": estimates}


def _estimate(sources: np.ndarray, codes: np.ndarray, true: np.ndarray, optimal: np.ndarray) -> dict[str, Any]:
    """Return images and codes of all samples with their scores: of each sample, and of each of its images."""
    shown = with_sum(sources)
    of_images = [[psnr(shown[i, None, j], true[i, None, j]) for j in range(shown.shape[1])] for i in range(len(shown))]
    of_codes = [rmse(codes[i, None], optimal[i, None]) for i in range(len(codes))]
    return {
        "images": _pixels(shown),
        **_steps(codes),
        "psnr": [[_number(value) for value in values] for values in of_images],
        "rmse": [_number(value) for value in of_codes],
        "zeros": [float(np.mean(one == 0)) for one in codes],
    }


def _pixels(images: np.ndarray) -> str:
    """Pack images (n_samples, n_images, n_features) as one byte per pixel; what diverged is black."""
    flat = grey(np.nan_to_num(images, nan=0.0, posinf=0.0, neginf=0.0)).reshape(-1, images.shape[-1])
    return _packed(np.rint(LEVELS * np.stack([square(one) for one in flat])).astype(np.uint8))


def _steps(codes: np.ndarray) -> dict[str, Any]:
    """Pack codes (n_samples, n_atoms) as 16-bit steps of each sample's scale; what diverged is zero."""
    finite = np.nan_to_num(codes.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    scales = np.abs(finite).max(axis=1) / CODE_STEPS
    steps = np.divide(finite, scales[:, None], out=np.zeros_like(finite), where=scales[:, None] > 0)
    return {"codes": _packed(np.rint(steps).astype("<i2")), "scales": scales.tolist()}


def _curves(task: Explored) -> list[dict[str, Any]]:
    """Return the curves over the depth, averaged over the repetitions: one set for each quantity."""
    named = list(zip(task.keys, task.components, strict=True))
    rebuilt = [("all", "the mixture"), *named] if len(named) > 1 else named
    wanted = [("rmse", "all", "RMSE of the codes against the optimal codes", True)]
    known = rebuilt if are_known(task.signals) else rebuilt[:1]
    wanted += [("source_psnr", key, f"PSNR of {words}, in dB", False) for key, words in known]
    wanted += [("zero_share", "all", "share of zeros in the codes", False)]
    return [
        {
            "title": words,
            "logarithmic": logarithmic,
            "levels": _levels(task, column, key),
            "lines": _lines(task, column, key),
        }
        for column, key, words, logarithmic in wanted
    ]


def _lines(task: Explored, column: str, component: str) -> list[list[list[float]]]:
    """Return a list of points (depth, mean) for each method; depths whose every run failed have none."""
    found = []
    for name in task.labels:
        rows = [row for row in task.rows[name] if row["component"] == component]
        depths = sorted({int(row["depth"]) for row in rows})
        means = [measured([row for row in rows if row["depth"] == depth], column) for depth in depths]
        pairs = zip(depths, means, strict=True)
        found.append([[depth, mean.mean] for depth, mean in pairs if mean is not None and np.isfinite(mean.mean)])
    return found


def _levels(task: Explored, column: str, component: str) -> list[list[Any]]:
    """Return (words, value) of what methods are compared with: the optimal codes, a code of zeros, one grey."""
    row = next(one for rows in task.rows.values() for one in rows if one["component"] == component)
    words = {"optimal": "optimal codes", "zeros": "a code of zeros", "grey": "one grey level"}
    pairs = [(text, row.get(f"{column}_of_{name}")) for name, text in words.items()]
    return [[text, float(value)] for text, value in pairs if value is not None and np.isfinite(value)]


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def _number(value: float) -> float | None:
    """Return a number as JSON knows it; None for what is infinite or NaN."""
    return float(value) if np.isfinite(value) else None
