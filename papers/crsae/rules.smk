"""Results for the tables of the CRsAE papers: filters that are learned, denoised pictures, spikes, and times."""
