"""Accuracy of SLSTM over its number of steps."""

from functools import partial

from papers.sc2net.figures._sweeps import sweep

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy on the official split with more and with fewer steps of SLSTM."

plot = partial(sweep, "depth", "steps of SLSTM")
