"""How long spikes take to find: an exact coder, the encoder and convex optimisation, each with the gap it reaches."""
