"""The block `sc2net`: the tables of the SC2Net paper, on whole images. Without the block none of it exists.

An arm is one method under one circumstance: a row of Table 1, or a point of a sweep. The arms are worked out here from
the few settings of the block, so that every study runs the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.study.config.fields import Above0, Count, Depths, NotNegative, Settings, ascending, number

Resolved = dict[str, Any]
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
    """How every network is trained: Adadelta, the epoch of the best validation score kept."""

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


class SC2Net(Settings):
    """The SC2Net paper: which images, and how far to sweep."""

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
    "sc2net_table_1": "SC2Net, Table 1: classification from the codes of whole images",
    "sc2net_depth": "SC2Net: number of steps of SLSTM",
    "sc2net_penalty": "SC2Net: weight of the l1 norm",
    "sc2net_leak": "SC2Net: growing atoms",
    "sc2net_dictionary": "SC2Net: the dictionary as released",
    "sc2net_support": "SC2Net: recovery of the support of synthetic codes",
}
"""Name of every table -> its title; all but the last are made from arms."""


def arms_of(block: SC2Net) -> dict[str, Resolved]:
    """Name of every arm -> what it runs."""
    return {name: arm for table in TITLES for name, arm in arms_of_table(block, table).items()}


def arms_of_table(block: SC2Net, table: str) -> dict[str, Resolved]:
    """The arms that a table shows; empty where the block does not ask for it."""
    return ARMS[table](block) if table in ARMS else {}


def tables_of(block: SC2Net | None) -> list[str]:
    """Names of the tables that a block asks for, each a target."""
    if block is None:
        return []
    return [name for name in TITLES if arms_of_table(block, name) or (name == "sc2net_support" and block.support)]


def figures_of(block: SC2Net | None) -> list[str]:
    """Names of the tables that have a figure of the same name."""
    return [name for name in tables_of(block) if name not in ("sc2net_table_1", "sc2net_dictionary")]


def _arm(block: SC2Net, kind: str, **changes: Any) -> Resolved:
    """One arm: a solver, a network with its loss, `raw` pixels, or `converged` codes."""
    depths = {"ista": block.iterations, "fista": block.iterations, "slstm": block.steps, "raw": 1, "converged": 1}
    arm = {"kind": kind, "depth": depths.get(kind, block.layers), "penalty": block.penalty, "loss": None}
    return {**arm, "start": None, "project": False, "dictionary": "fitted", **changes}


def _table_1(block: SC2Net) -> dict[str, Resolved]:
    unsupervised = {f"{kind}_sc2net": _arm(block, kind, loss="sc2net") for kind in ("lista", "lfista")}
    return {
        "ista": _arm(block, "ista"),
        "fista": _arm(block, "fista"),
        "lista": _arm(block, "lista", loss="codes"),
        "lfista": _arm(block, "lfista", loss="codes"),
        "slstm": _slstm(block),
        **unsupervised,
        "slstm_dictionary": _slstm(block, start="dictionary"),
        "slstm_untrained": _slstm(block, loss=None),
        "converged": _arm(block, "converged"),
        "raw": _arm(block, "raw"),
    }


def _slstm(block: SC2Net, **changes: Any) -> Resolved:
    return _arm(block, "slstm", **{"loss": "sc2net", "start": "random", **changes})


def _depth(block: SC2Net) -> dict[str, Resolved]:
    names = {depth: "slstm" if depth == block.steps else f"slstm_steps_{depth}" for depth in block.depths or ()}
    return {name: _slstm(block, depth=depth) for depth, name in names.items()}


def _penalty(block: SC2Net) -> dict[str, Resolved]:
    found = {}
    for penalty in block.penalties or ():
        suffix = "" if penalty == block.penalty else "_penalty_" + f"{penalty:g}".replace(".", "_")
        found["fista" + suffix] = _arm(block, "fista", penalty=penalty)
        found["slstm" + suffix] = _slstm(block, penalty=penalty)
    return found


def _leak(block: SC2Net) -> dict[str, Resolved]:
    if not block.ablations:
        return {}
    starts = {"slstm": "random", "slstm_dictionary": "dictionary"}
    arms = {name: _slstm(block, start=start) for name, start in starts.items()}
    return arms | {f"{name}_projected": _slstm(block, start=start, project=True) for name, start in starts.items()}


def _dictionary(block: SC2Net) -> dict[str, Resolved]:
    if not block.ablations:
        return {}
    arms = {kind: _arm(block, kind) for kind in ("converged", "ista")} | {"lista": _arm(block, "lista", loss="codes")}
    return arms | {f"{name}_released": {**arm, "dictionary": "as_released"} for name, arm in arms.items()}


ARMS: dict[str, Callable[[SC2Net], dict[str, Resolved]]] = {
    "sc2net_table_1": _table_1,
    "sc2net_depth": _depth,
    "sc2net_penalty": _penalty,
    "sc2net_leak": _leak,
    "sc2net_dictionary": _dictionary,
}


def learn_sc2net_dictionary(study: Any, images: str, dictionary: str) -> Resolved:
    block, fitted = study.sc2net, study.sc2net.dictionary
    alpha = fitted.alpha if dictionary == "fitted" else fitted.alpha_as_released
    names = ("n_train", "batch_size", "epochs")
    chosen = {name: getattr(fitted, name) for name in names}
    return {"alpha": alpha, "n_atoms": block.n_atoms, "repetitions": block.repetitions, **chosen, "seed": study.seed}


def run_sc2net_arm(study: Any, images: str, arm: str) -> Resolved:
    block = study.sc2net
    resolved = arms_of(block)[arm]
    chosen = {name: getattr(block, name) for name in ("draws", "n_fitted", "n_scored")}
    repetitions = 1 if resolved["kind"] == "raw" else block.repetitions  # the official split leaves nothing to chance
    return {
        **resolved,
        **chosen,
        "repetitions": repetitions,
        "training": block.training.model_dump(),
        "seed": study.seed,
    }


def recover_sc2net_support(study: Any) -> Resolved:
    block = study.sc2net
    return {**block.support.model_dump(), "repetitions": block.repetitions, "seed": study.seed}


def make_sc2net_table(study: Any, sc2net_table: str) -> Resolved:
    arms = arms_of_table(study.sc2net, sc2net_table)
    return {"title": TITLES[sc2net_table], "arms": list(arms), "reduced": study.reduced}


def make_sc2net_figure(study: Any, sc2net_figure: str) -> Resolved:
    arms = arms_of_table(study.sc2net, sc2net_figure)
    return {"title": TITLES[sc2net_figure], "arms": list(arms), "reduced": study.reduced}


def plugins_of_arm(settings: Resolved) -> list[str]:
    """Modules of solvers and encoders that an arm finds by name."""
    folder = {"ista": "solvers", "fista": "solvers", "raw": "", "converged": ""}.get(settings["kind"], "encoders")
    return [f"lsalsa.{folder}.{settings['kind']}"] if folder else []


RULES = {
    function.__name__: function
    for function in (
        learn_sc2net_dictionary,
        run_sc2net_arm,
        recover_sc2net_support,
        make_sc2net_table,
        make_sc2net_figure,
    )
}
