"""Accuracy over the weight of the l1 norm."""

from functools import partial

from papers.sc2net.figures._sweeps import sweep

needs = ("sc2net.variants",)
subject = "study"
caption = "Accuracy on the official split under different weights of the l1 norm."

plot = partial(sweep, "penalty", "weight of the l1 norm")
