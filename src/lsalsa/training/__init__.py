"""Training of encoders: settings, optimisers, the loop with history and checkpoints, search of hyper-parameters."""

from lsalsa.training.history import History
from lsalsa.training.layerwise import train_layer_wise
from lsalsa.training.loop import Training
from lsalsa.training.run import train
from lsalsa.training.settings import Group, TrainingSettings

__all__ = ["Group", "History", "Training", "TrainingSettings", "train", "train_layer_wise"]
