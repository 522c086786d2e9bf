"""The arms: how thresholds are set, and what the filters learn from. Everything else is the same in all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from papers.crsae.denoising.peers import TITLES

PENALTIES = {
    "em": "EM",
    "em_closed": "EM, closed form",
    "free": "free",
    "fixed": "fixed",
    "hand_set": "hand-set",
}
"""How the penalties, and with them the thresholds, come about -> its name in print.

em: gradient of the Gamma prior's loss through the encoder; em_closed: a moving average of the best rates for held
codes; free: gradient of the reconstruction's loss; fixed: those of the start; hand_set: fixed, low for the low-pass.
"""

TRAININGS = {
    "supervised": "clean target",
    "unsupervised": "noisy target, decoder only",
    "unsupervised_layers": "noisy target, all layers",
}
"""What the filters learn from -> its name in print."""

ENCODERS = {"crsae": "", "untied_crsae": "untied, ", "lcsc": "LCSC, "}
NO_GRADIENT = "free_unsupervised"
"""The arm that cannot be: the decoder alone gives penalties no gradient, so it would be `fixed_unsupervised`."""


@dataclass(frozen=True)
class Arm:
    """One way to learn.

    Attributes
    ----------
    encoder : str
        Its name in `lsalsa.encoders`.
    penalties : str
        Of `PENALTIES`.
    training : str
        Of `TRAININGS`.
    """

    encoder: str
    penalties: str
    training: str

    @property
    def clean(self) -> bool:
        """Whether clean pictures are the targets."""
        return self.training == "supervised"

    @property
    def hold_codes(self) -> bool:
        """Whether the gradient for the filters goes through the decoder only."""
        return self.training == "unsupervised"

    @property
    def label(self) -> str:
        """Its name in print."""
        return f"{ENCODERS[self.encoder]}{PENALTIES[self.penalties]}, {TRAININGS[self.training]}"


def _arms() -> dict[str, Arm]:
    tied = [(penalties, training) for training in TRAININGS for penalties in PENALTIES]
    found = {f"{penalties}_{training}": Arm("crsae", penalties, training) for penalties, training in tied}
    found.pop(NO_GRADIENT)
    for penalties in ("em", "free"):
        found[f"untied_{penalties}_supervised"] = Arm("untied_crsae", penalties, "supervised")
    return found | {"lcsc_supervised": Arm("lcsc", "free", "supervised")}


ARMS: dict[str, Arm] = _arms()
"""Name -> arm."""


def arm_label(name: Any) -> str:
    """Return the name in print of an arm or a usual method; other names as they are."""
    return ARMS[name].label if name in ARMS else TITLES.get(name, str(name))
