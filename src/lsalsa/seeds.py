"""Seeds derived from names, never from global state: a result depends on its own settings only."""

from zlib import crc32

import numpy as np

from lsalsa.errors import ConfigError


def seed_for(study_seed: int, *names: str | int) -> int:
    """Derive the seed of one piece of work from the study's seed and the names that identify the work.

    Parameters
    ----------
    study_seed : int
        The seed in the configuration.
    *names : str or int
        They identify the work: task, method, depth, repetition.

    Returns
    -------
    seed : int
        In [0, 2**32); equal names give equal seeds, on every machine and in any order of work.

    Raises
    ------
    ConfigError
        When the study's seed is no whole number of at least 0.
    """
    words = [_checked(study_seed), len(names), *(crc32(str(name).encode()) for name in names)]
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def generator(seed: int, *steps: int) -> np.random.Generator:
    """A random generator from a seed; `steps` (an epoch, say) select independent streams of the same seed.

    Raises
    ------
    ConfigError
        When the seed is no whole number of at least 0.
    """
    return np.random.default_rng([_checked(seed), len(steps), *steps])


def _checked(seed: int) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or seed < 0:
        raise ConfigError(f"seed must be a whole number of at least 0, found {seed!r}")
    return int(seed)
