"""The steps for several encoders of one shape at once.

Arrays have a first axis more than those of `lsalsa.arrays.kernels.portable`: (n_encoders, n_samples, n_atoms);
thresholds are (n_encoders, n_atoms), and a number is an array, (n_encoders,). On a GPU a step is one kernel for all; on
the host it is made for one encoder after the other.
"""

from functools import partial
from types import SimpleNamespace
from typing import Any

from lsalsa.arrays.kernels import STEPS, kernels_for
from lsalsa.arrays.namespace import is_host


def _for_each(step: str, first: Any, *others: Any) -> None:
    run = getattr(kernels_for(first), step)
    if not is_host(first):
        run(first, *others)
        return
    for place in range(len(first)):
        run(first[place], *(other[place] for other in others))


FOR_EACH = SimpleNamespace(**{step: partial(_for_each, step) for step in STEPS})
