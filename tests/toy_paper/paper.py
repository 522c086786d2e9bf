"""The toy paper in the study."""

from __future__ import annotations

from typing import Any, ClassVar

from lsalsa.study.config.fields import PaperSettings
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from lsalsa.study.papers import Paper


class Toy(PaperSettings):
    """Which sets of images to look at."""

    noun: ClassVar[str] = "toy"

    images: list[str]


def measure_toy_brightness(study: Any, images: str) -> Resolved:
    """Nothing but the images counts."""
    return {"seed": study.seed}


def outputs(study: Any) -> dict[str, Any]:
    """A table, a figure and a notebook."""
    shown = {"title": "How bright images are", "kind": "toy.brightness"}
    return {
        "tables": {"toy_brightness": {**shown, "published": "toy/brightness"}},
        "figures": {"toy_brightness": shown},
        "notebooks": {"toy": {"title": "How bright images are", "tables": ["toy_brightness", "claims"]}},
    }


def _files(study: Any, output: Any) -> list[str]:
    return [f"toy/{images}.parquet" for images in study.toy.images]


PAPER = Paper(
    name="toy",
    title="Toy",
    settings=Toy,
    outputs=outputs,
    rules={"measure_toy_brightness": Rule(measure_toy_brightness)},
    needs={"brightness": Need(_files, rows_of_all, lambda study, output: study.toy.images)},
    facts=("brightness",),
)
