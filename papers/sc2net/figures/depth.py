"""Accuracy of SLSTM over its number of steps."""

from functools import partial

from papers.sc2net.figures._sweeps import sweep
from papers.sc2net.findings import steps

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy on the official split with more and with fewer steps of SLSTM."

plot = partial(sweep, "depth", "steps of SLSTM", steps)
