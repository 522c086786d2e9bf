"""The encoders of `tests/contract/encoders` are known here beside those of the library."""

from pathlib import Path

import pytest
from plugged import plugged_in

ENCODERS = Path(__file__).parent / "encoders"


@pytest.fixture(autouse=True)
def encoders_of_the_tests():
    with plugged_in(ENCODERS):
        yield
