"""The variants of a study, derived from the few settings of its block, so that every study runs the same ones.

A variant is one method under one circumstance: a row of Table 1, or a point of a sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lsalsa.study.config.rules import Resolved
from papers.sc2net.settings import SC2Net

UNCLASSIFIED = ("convergence",)
"""Tables without accuracies: codes that only they show are not classified, which would cost more than the training."""

UNITS = ("slstm", "adaptive_ista")
"""Recurrent units, whose depth is the setting `steps`; that of the other networks is `layers`."""


def variants_of(block: SC2Net) -> dict[str, Resolved]:
    """Return name -> settings of every variant."""
    tables = {kind: sweep(block) for kind, sweep in SWEEPS.items()}
    found = {name: one for variants in tables.values() for name, one in variants.items()}
    classified = {name for kind, variants in tables.items() if kind not in UNCLASSIFIED for name in variants}
    return {name: {**one, "classified": name in classified} for name, one in found.items()}


def variants_of_table(block: SC2Net, kind: str) -> list[str]:
    """Return the variants of a table in its order; none if the block does not ask for the table."""
    return list(SWEEPS[kind](block)) if kind in SWEEPS else []


def _variant(block: SC2Net, method: str, **changes: Any) -> Resolved:
    """Return one variant: a solver, a network with its loss, `raw` pixels, or `converged` codes."""
    solvers, networks = dict.fromkeys(("ista", "fista"), block.iterations), dict.fromkeys(UNITS, block.steps)
    depths = {**solvers, **networks, "raw": 1, "converged": 1}
    one = {"method": method, "depth": depths.get(method, block.layers), "penalty": block.penalty, "loss": None}
    more: Resolved = {"options": {}, "target_iterations": None, "label_weight": None}
    return {**one, **more, "start": None, "project": False, "dictionary": "fitted", **changes}


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
        **(
            {"slstm_labels": _slstm(block, loss="labelled", label_weight=block.label_weight)}
            if block.label_weight
            else {}
        ),
        "slstm_untrained": _slstm(block, loss=None),
        "converged": _variant(block, "converged"),
        "raw": _variant(block, "raw"),
    }


def _slstm(block: SC2Net, **changes: Any) -> Resolved:
    return _variant(block, "slstm", **{"loss": "sc2net", "start": "random", **changes})


def _units(block: SC2Net) -> dict[str, Resolved]:
    if not block.ablations:
        return {}
    changed = {"nogate": {"variant": "nogate"}, "nobias": {"biases": False}}
    changed |= {"soft": {"variant": "soft"}, "tanh": {"variant": "tanh"}}
    units = {f"slstm_{name}": _slstm(block, options=options) for name, options in changed.items()}
    starts = {"slstm": _slstm(block), "slstm_dictionary": _slstm(block, start="dictionary")}
    return {**starts, **units, "adaptive_ista": _variant(block, "adaptive_ista", loss="sc2net")}


def _at_depths(own: int, name: str, depths: Sequence[int], resolve: Callable[..., Resolved]) -> dict[str, Resolved]:
    """Return a network at several depths; at its own one it has the name that it has in the other tables."""
    noun = "steps" if name.startswith(UNITS) else "layers"
    names = {depth: name if depth == own else f"{name}_{noun}_{depth}" for depth in depths}
    return {one: resolve(depth=depth) for depth, one in names.items()}


def _depth(block: SC2Net) -> dict[str, Resolved]:
    return _at_depths(block.steps, "slstm", block.depths or (), partial(_slstm, block))


def _convergence(block: SC2Net) -> dict[str, Resolved]:
    if block.convergence is None:
        return {}
    networks = {
        **{name: (block.layers, partial(_variant, block, name, loss="codes")) for name in ("lista", "lfista")},
        "adaptive_ista": (block.steps, partial(_variant, block, "adaptive_ista", loss="sc2net")),
        "slstm": (block.steps, partial(_slstm, block)),
    }
    found = {"converged": _variant(block, "converged")}
    for name, (own, resolve) in networks.items():
        found |= _at_depths(own, name, block.convergence.depths, resolve)
    return {**found, "slstm_dictionary": _slstm(block, start="dictionary")}


def _targets(block: SC2Net) -> dict[str, Resolved]:
    counts = block.target_iterations or ()
    found = {f"lista_targets_{n}": _variant(block, "lista", loss="codes", target_iterations=n) for n in counts}
    return {**found, "lista": _variant(block, "lista", loss="codes")} if found else {}


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
    "units": _units,
    "convergence": _convergence,
    "targets": _targets,
    "depth": _depth,
    "penalty": _penalty,
    "leak": _leak,
    "dictionary": _dictionary,
}
