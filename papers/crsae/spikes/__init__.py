"""The experiment `spikes`: templates of neurons' spikes, learned from recordings, and the spikes that they find."""
