"""The SC2Net paper in the study: its block of the configuration, its variants, its rules and outputs.

A variant is one method under one circumstance: a row of Table 1, or a point of a sweep. This module derives the
variants from the few settings of the block, so every study runs the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.study.config import memory
from lsalsa.study.config.fields import (
    Above0,
    Count,
    Depths,
    NotNegative,
    PaperSettings,
    Settings,
    ascending,
    number,
)
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from lsalsa.study.papers import Paper

Penalties = Annotated[
    list[Annotated[float, BeforeValidator(number), Field(gt=0)]], Field(min_length=1), AfterValidator(ascending)
]


class PixelDictionary(Settings):
    """The dictionary of whole images, learned by scikit-learn's mini-batch solver."""

    noun: ClassVar[str] = "a dictionary of SC2Net"

    alpha: Above0 = 0.1
    alpha_as_released: Above0 = 1000.0
    n_train: Count = 10_000
    batch_size: Count = 256
    epochs: Count = 10


class NetworkTraining(Settings):
    """The training of every network: Adadelta; the epoch of the best validation score is kept."""

    noun: ClassVar[str] = "the training of SC2Net"

    epochs: Count = 20
    batch_size: Count = 300
    learning_rate: Above0 = 1.0
    learning_rate_supervised: Above0 = 0.1
    n_validation: Count = 5000
    set_backs: Annotated[int, Field(ge=0)] = 3
    clip: Above0 | None = None


class Support(Settings):
    """Recovery of the support of synthetic codes."""

    noun: ClassVar[str] = "support recovery"

    n_nonzero: Depths = [1, 2, 4, 6, 8]
    n_features: Count = 20
    n_atoms: Count = 100
    n_train: Count = 20_000
    n_test: Count = 2000
    depth: Count = 7
    penalty: Above0 = 0.01
    noise: NotNegative = 0.02
    epochs: Count = 20


class SC2Net(PaperSettings):
    """The SC2Net paper: its images, and the extent of its sweeps."""

    noun: ClassVar[str] = "SC2Net"

    images: Annotated[list[str], Field(min_length=1)]
    n_atoms: Count = 100
    penalty: Above0 = 0.1
    repetitions: Count = 3
    iterations: Count = 100
    layers: Count = 10
    steps: Count = 3
    draws: Count = 10
    n_fitted: Count = 6000
    n_scored: Count = 2000
    dictionary: PixelDictionary = PixelDictionary()
    training: NetworkTraining = NetworkTraining()
    depths: Depths | None = None
    penalties: Penalties | None = None
    ablations: bool = False
    support: Support | None = None


TITLES = {
    "table_1": "SC2Net, Table 1: classification from the codes of whole images",
    "depth": "SC2Net: number of steps of SLSTM",
    "penalty": "SC2Net: weight of the l1 norm",
    "leak": "SC2Net: growing atoms",
    "dictionary": "SC2Net: the dictionary as released",
    "support": "SC2Net: recovery of the support of synthetic codes",
}
"""Kind of every table -> its title. All but the last show variants. The target is sc2net_<kind>."""

FIGURES = ("depth", "penalty", "leak", "support")
JUDGED = ("table_1", "penalty")
"""Tables whose variants judge the paper's claims."""


def variants_of(block: SC2Net) -> dict[str, Resolved]:
    """Return name -> settings of every variant."""
    return {name: one for kind in SWEEPS for name, one in SWEEPS[kind](block).items()}


def variants_of_table(block: SC2Net, kind: str) -> list[str]:
    """Return the variants of a table in its order; none if the block does not ask for the table."""
    return list(SWEEPS[kind](block)) if kind in SWEEPS else []


def tables_of(block: SC2Net) -> list[str]:
    """Return the kinds of the tables that a block asks for."""
    return [kind for kind in TITLES if variants_of_table(block, kind) or (kind == "support" and block.support)]


def _variant(block: SC2Net, method: str, **changes: Any) -> Resolved:
    """Return one variant: a solver, a network with its loss, `raw` pixels, or `converged` codes."""
    depths = {"ista": block.iterations, "fista": block.iterations, "slstm": block.steps, "raw": 1, "converged": 1}
    one = {"method": method, "depth": depths.get(method, block.layers), "penalty": block.penalty, "loss": None}
    return {**one, "start": None, "project": False, "dictionary": "fitted", **changes}


def _table_1(block: SC2Net) -> dict[str, Resolved]:
    unsupervised = {f"{name}_sc2net": _variant(block, name, loss="sc2net") for name in ("lista", "lfista")}
    return {
        "ista": _variant(block, "ista"),
        "fista": _variant(block, "fista"),
        "lista": _variant(block, "lista", loss="codes"),
        "lfista": _variant(block, "lfista", loss="codes"),
        "slstm": _slstm(block),
        **unsupervised,
        "slstm_dictionary": _slstm(block, start="dictionary"),
        "slstm_untrained": _slstm(block, loss=None),
        "converged": _variant(block, "converged"),
        "raw": _variant(block, "raw"),
    }


def _slstm(block: SC2Net, **changes: Any) -> Resolved:
    return _variant(block, "slstm", **{"loss": "sc2net", "start": "random", **changes})


def _depth(block: SC2Net) -> dict[str, Resolved]:
    names = {depth: "slstm" if depth == block.steps else f"slstm_steps_{depth}" for depth in block.depths or ()}
    return {name: _slstm(block, depth=depth) for depth, name in names.items()}


def _penalty(block: SC2Net) -> dict[str, Resolved]:
    found = {}
    for penalty in block.penalties or ():
        suffix = "" if penalty == block.penalty else "_penalty_" + f"{penalty:g}".replace(".", "_")
        found["fista" + suffix] = _variant(block, "fista", penalty=penalty)
        found["slstm" + suffix] = _slstm(block, penalty=penalty)
    return found


def _leak(block: SC2Net) -> dict[str, Resolved]:
    if not block.ablations:
        return {}
    starts = {"slstm": "random", "slstm_dictionary": "dictionary"}
    free = {name: _slstm(block, start=start) for name, start in starts.items()}
    return free | {f"{name}_projected": _slstm(block, start=start, project=True) for name, start in starts.items()}


def _dictionary(block: SC2Net) -> dict[str, Resolved]:
    if not block.ablations:
        return {}
    fitted = {name: _variant(block, name) for name in ("converged", "ista")}
    fitted["lista"] = _variant(block, "lista", loss="codes")
    return fitted | {f"{name}_released": {**one, "dictionary": "as_released"} for name, one in fitted.items()}


SWEEPS: dict[str, Callable[[SC2Net], dict[str, Resolved]]] = {
    "table_1": _table_1,
    "depth": _depth,
    "penalty": _penalty,
    "leak": _leak,
    "dictionary": _dictionary,
}


# --- rules -------------------------------------------------------------------------------------------------------


def learn_sc2net_dictionary(study: Any, images: str, dictionary: str) -> Resolved:
    """Resolve how the dictionaries of a set of images are learned.

    Parameters
    ----------
    study : Study
    images : str
    dictionary : {"fitted", "as_released"}
        With the fitted penalty, or with that of the paper's code.

    Returns
    -------
    settings : dict
    """
    block, fitted = study.sc2net, study.sc2net.dictionary
    alpha = fitted.alpha if dictionary == "fitted" else fitted.alpha_as_released
    names = ("n_train", "batch_size", "epochs")
    chosen = {name: getattr(fitted, name) for name in names}
    return {"alpha": alpha, "n_atoms": block.n_atoms, "repetitions": block.repetitions, **chosen, "seed": study.seed}


def run_sc2net_variant(study: Any, images: str, variant: str) -> Resolved:
    """Resolve a variant, the training of its networks and the classification of its codes.

    Parameters
    ----------
    study : Study
    images : str
    variant : str

    Returns
    -------
    settings : dict
    """
    block = study.sc2net
    resolved = variants_of(block)[variant]
    chosen = {name: getattr(block, name) for name in ("draws", "n_fitted", "n_scored")}
    repetitions = 1 if resolved["method"] == "raw" else block.repetitions  # nothing is random on the official split
    return {
        **resolved,
        **chosen,
        "repetitions": repetitions,
        "training": block.training.model_dump(),
        "seed": study.seed,
    }


def recover_sc2net_support(study: Any) -> Resolved:
    """Resolve how synthetic codes are made and recovered."""
    block = study.sc2net
    return {**block.support.model_dump(), "repetitions": block.repetitions, "seed": study.seed}


def _plugins_of_variant(settings: Resolved) -> list[str]:
    """Return the modules of solvers and encoders that a variant finds by name."""
    folder = {"ista": "solvers", "fista": "solvers", "raw": "", "converged": ""}.get(settings["method"], "encoders")
    return [f"lsalsa.{folder}.{settings['method']}"] if folder else []


def _memory_of_images(study: Any, images: str, **_: str) -> int:
    return 2 * memory.of_images(study, images)


RULES = {
    "learn_sc2net_dictionary": Rule(learn_sc2net_dictionary, memory=_memory_of_images),
    "run_sc2net_variant": Rule(run_sc2net_variant, _plugins_of_variant, _memory_of_images),
    "recover_sc2net_support": Rule(recover_sc2net_support, lambda _: ["lsalsa.solvers.fista", "lsalsa.solvers.ista"]),
}


# --- what is shown -----------------------------------------------------------------------------------------------


def outputs(study: Any) -> dict[str, Any]:
    """Return a table for each sweep of the block, a figure for most of them, and the notebook."""
    kinds = tables_of(study.sc2net)
    tables: dict[str, Any] = {f"sc2net_{kind}": {"title": TITLES[kind], "kind": f"sc2net.{kind}"} for kind in kinds}
    figures = {name: block for name, block in tables.items() if name.removeprefix("sc2net_") in FIGURES}
    tables["sc2net_table_1"] = tables["sc2net_table_1"] | {"published": "sc2net/table_1"}
    notebook = {"title": "SC2Net: a sparse code from a recurrent network", "tables": [*tables, "claims"]}
    return {"tables": tables, "figures": figures, "notebooks": {"09_sc2net": {**notebook, "figures": [*figures]}}}


def _kinds_behind(output: Any) -> Sequence[str]:
    """Return the sweeps of a table or figure: its own, or those that judge the claims."""
    paper, _, kind = output.kind.rpartition(".")
    return (kind,) if paper else JUDGED


def _files(suffix: str) -> Callable[[Any, Any], list[str]]:
    def files(study: Any, output: Any) -> list[str]:
        block = study.sc2net
        names = dict.fromkeys(name for kind in _kinds_behind(output) for name in variants_of_table(block, kind))
        return [f"sc2net/variants/{images}/{name}{suffix}.parquet" for images in block.images for name in names]

    return files


def _images(study: Any, output: Any) -> list[str]:
    return study.sc2net.images


NEEDS = {
    "variants": Need(_files(""), rows_of_all, _images),
    "histories": Need(_files("_history"), rows_of_all, _images),
    "support": Need(lambda study, output: ["sc2net/support.parquet"], rows_of_all),
}


def shown(study: Any, output: Any) -> Resolved:
    """Return the order of the variants in a table or figure."""
    return {"variants": variants_of_table(study.sc2net, _kinds_behind(output)[0])}


def check(study: Any) -> Iterator[str]:
    """Check that the block names existing sets of images, each once."""
    names = study.sc2net.images
    for i, name in enumerate(names):
        yield from unknown(f"sc2net.images[{i}]", name, "a set of images", study.images)
    if len(set(names)) < len(names):
        yield f"sc2net.images lists a set twice: {names}"


PAPER = Paper(
    name="sc2net",
    title="SC2Net",
    settings=SC2Net,
    outputs=outputs,
    rules=RULES,
    needs=NEEDS,
    facts=("variants",),
    shown=shown,
    check=check,
)
