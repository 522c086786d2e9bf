"""The LSALSA paper in the study: its block of the configuration, tables, figures, claims and theory."""

from __future__ import annotations

from typing import Any, ClassVar

from lsalsa.study.config import plugins
from lsalsa.study.config.fields import Count, PaperSettings, Settings
from lsalsa.study.config.labels import labels_of
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.files import encoders_of
from lsalsa.study.needs import Need, rows_of_all
from lsalsa.study.papers import ROOT, Paper
from lsalsa.study.yaml_files import read_yaml


class Theory(Settings):
    """The checks of the theory: how many random instances each statement gets."""

    noun: ClassVar[str] = "theory"

    runs: Count = 200


class LSALSAPaper(PaperSettings):
    """The LSALSA paper: its tables and figures, its claims, its theory; each can be left out."""

    noun: ClassVar[str] = "lsalsa"

    outputs: bool = True
    theory: Theory | None = Theory()


# --- rules -------------------------------------------------------------------------------------------------------


def check_theory(study: Any) -> Resolved:
    """Resolve the number of instances, and their seed."""
    return {"runs": study.lsalsa.theory.runs, "seed": study.seed}


def measure_assumptions(study: Any) -> Resolved:
    """List the LSALSA encoders of all tasks: task, method, depth and repetition of each."""
    pairs = [(task, m) for task in study.tasks for m in study.methods_of(task) if study.algorithm_of(m) == "lsalsa"]
    cells = [(task, method, depth) for task, method in pairs for depth in study.method_of(task, method).depths]
    names = ("task", "method", "depth", "repetition")
    return {"runs": [dict(zip(names, (*c, r), strict=True)) for c in cells for r in range(study.repetitions)]}


def measured(study: Any) -> dict[str, list[str]]:
    """Return the files of the measured encoders, and of the problems that they were trained for."""
    runs = measure_assumptions(study)["runs"]
    tasks = dict.fromkeys(run["task"] for run in runs)
    encoders = [encoders_of(run["task"], run["method"], [run["depth"]], [run["repetition"]])[0] for run in runs]
    return {"encoders": encoders, "problems": [f"problems/{task}.npz" for task in tasks]}


RULES = {
    "check_theory": Rule(check_theory),
    "measure_assumptions": Rule(measure_assumptions, lambda _: [plugins.module_of("lsalsa")]),
}


# --- what is shown -----------------------------------------------------------------------------------------------

THEORY = {
    "tables": {"theory": {"title": "The theory of the LSALSA paper, put to the test", "kind": "lsalsa.theory"}},
    "figures": {"theory_bounds": {"title": "Where the printed bounds break", "kind": "lsalsa.bounds"}},
}
ASSUMPTIONS = {
    "tables": {
        "theory_assumptions": {
            "title": "What the theorems assume of trained encoders",
            "kind": "lsalsa.assumptions",
        }
    },
    "figures": {
        "theory_assumptions": {
            "title": "Do trained encoders meet what the theorems assume?",
            "kind": "lsalsa.assumptions",
        }
    },
}


def outputs(study: Any) -> dict[str, Any]:
    """Return the outputs of ``outputs.yaml``, those of the theory if the block asks for it, and the notebooks."""
    declared = read_yaml(ROOT / "papers" / "lsalsa" / "outputs.yaml")
    parts = [declared] if study.lsalsa.outputs else []
    parts += [THEORY, *([ASSUMPTIONS] if measured(study)["encoders"] else [])] if study.lsalsa.theory else []
    shown = {section: {k: v for part in parts for k, v in part[section].items()} for section in ("tables", "figures")}
    return {**shown, "notebooks": declared["notebooks"]}


def _measured(file: str) -> Need:
    return Need(lambda study, output: [f"theory/{file}.parquet"] if study.block("lsalsa").theory else [], rows_of_all)


def _assumptions(study: Any, output: Any) -> list[str]:
    return ["theory/assumptions.parquet"] if study.lsalsa.theory and measured(study)["encoders"] else []


def _images(study: Any, output: Any) -> set[str]:
    """Return the sets of images that trained the measured encoders."""
    tasks = {run["task"] for run in measure_assumptions(study)["runs"]}
    return {images for task in tasks for images in study.images_of_task(task)}


def shown(study: Any, output: Any) -> Resolved:
    """Return the LSALSA methods and the tasks in print, for tables and figures about trained encoders."""
    labels = labels_of(study, [name for name in study.methods if study.algorithm_of(name) == "lsalsa"])
    return {"labels": labels, "titles": {name: task.title for name, task in study.tasks.items()}}


PAPER = Paper(
    name="lsalsa",
    title="LSALSA",
    settings=LSALSAPaper,
    outputs=outputs,
    rules=RULES,
    needs={
        "checks": _measured("checks"),
        "curves": _measured("curves"),
        "assumptions": Need(_assumptions, rows_of_all, _images),
    },
    facts=("checks", "assumptions"),
    shown=shown,
)
