"""Denoising of pictures with learned filters: clean targets against none, and three ways to set the thresholds."""
