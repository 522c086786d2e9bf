"""Filters learned from simulated spikes, where the true ones are known."""
