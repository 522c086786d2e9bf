"""The momentum of FISTA, layer by layer."""

import math


def momenta_of_fista(depth: int) -> list[float]:
    """m_1 .. m_T, where x(t) starts from x(t-1) + m_t (x(t-1) - x(t-2)); the first two are 0."""
    r, momenta = 1.0, [0.0]
    for _ in range(depth - 1):
        following = (1.0 + math.sqrt(1.0 + 4.0 * r * r)) / 2.0
        momenta.append((r - 1.0) / following)
        r = following
    return momenta
