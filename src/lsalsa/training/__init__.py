"""Training of encoders: optimisers, the fit loop with history and checkpoints, the search for hyper-parameters."""

from lsalsa.training.fit import train
from lsalsa.training.history import History

__all__ = ["History", "train"]
