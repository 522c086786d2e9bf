"""Experiment 2 of the CRsAE paper: pictures denoised by learned filters, beside the usual methods."""
