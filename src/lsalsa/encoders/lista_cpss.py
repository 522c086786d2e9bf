"""Learned ISTA with coupled weights and support selection."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lsalsa.encoders.base import Tape
from lsalsa.encoders.lista_cp import LISTACP
from lsalsa.errors import ConfigError


class LISTACPSS(LISTACP):
    """LISTA-CPSS (Chen, Liu, Wang and Yin 2018; docs/method.md, section 10).

    LISTA-CP whose layer t trusts the largest entries: min(p t, p_max) percent of them, by magnitude, pass the threshold
    without being shortened by it. Untrained it is not ISTA, except with p = 0: what is trusted keeps its whole length,
    while optimal codes are shortened by their penalty.

    Parameters
    ----------
    depth : int
        T, the number of layers.
    trusted : float
        p, the percentage of a code's entries that each layer trusts more than the one before.
    most_trusted : float
        p_max, the percentage that no layer exceeds.
    """

    defaults: ClassVar[dict[str, Any]] = {"depth": 5, "trusted": 1.2, "most_trusted": 12.0}

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        for name in ("trusted", "most_trusted"):
            percent = settings[name]
            if isinstance(percent, bool | str) or not 0 <= percent <= 100:
                raise ConfigError(f"{name} must be a percentage from 0 to 100, found {percent!r}")

    def shrink(self, z: Any, bounds: Any, layer: int, tape: Tape, out: Any) -> None:
        super().shrink(z, bounds, layer, tape, out)
        trusted, count = tape.layers("trusted", dtype="bool")[layer], self.n_trusted(layer)
        trusted.fill(False)
        if count:
            size = self.xp.abs(z)
            least = self.xp.partition(size, self.n_atoms - count, axis=1)[:, self.n_atoms - count]
            self.xp.logical_and(size >= least[:, None], out != 0, out=trusted)
            self.xp.copyto(out, z, where=trusted)

    def shrunk(self, x: Any, layer: int, tape: Tape) -> Any:
        signs = super().shrunk(x, layer, tape)
        signs *= ~tape.layers("trusted", dtype="bool")[layer]
        return signs

    def n_trusted(self, layer: int) -> int:
        """Number of entries that a layer, counted from 0, trusts: whole ones; of equal magnitudes all."""
        percent = min(self.settings["trusted"] * (layer + 1), self.settings["most_trusted"])
        return int(percent * self.n_atoms / 100 + 1e-9)  # 29 % of 100 is 28.999999999999996
