"""Hypothesis with the profile of `fuzzing`: the same examples in each run, or new ones in `make fuzz`."""

import fuzzing  # noqa: F401
from hypothesis import settings

settings.load_profile("lsalsa")
