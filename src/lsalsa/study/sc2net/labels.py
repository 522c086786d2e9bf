"""Names of SC2Net's arms and cases in print."""

from __future__ import annotations

NAMES = {
    "slstm_dictionary": "SLSTM from the dictionary",
    "slstm_untrained": "SLSTM untrained",
    "slstm_projected": "SLSTM, atoms projected",
    "slstm_dictionary_projected": "SLSTM from the dictionary, atoms projected",
    "lista_sc2net": "LISTA, unsupervised",
    "lfista_sc2net": "LFISTA, unsupervised",
    "slstm_sc2net": "SLSTM, unsupervised",
    "converged": "converged codes",
    "raw": "raw pixels",
}
CASES = {"decaying": "decaying spectrum", "low_rank": "noise beside rank 5"}


def arm_label(arm: str) -> str:
    """An arm in print; the points of a sweep have the name of their method."""
    if arm in NAMES:
        return NAMES[arm]
    kind, _, rest = arm.partition("_")
    return NAMES.get(kind, kind.upper()) + (", dictionary as released" if rest == "released" else "")


def case_label(case: str) -> str:
    """A case of the recovery of supports in print."""
    return CASES[case]
