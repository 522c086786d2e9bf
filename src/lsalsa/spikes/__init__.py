"""Spike sorting: templates of neurons' spikes, learned from a recording, and the spikes that they find in it."""
