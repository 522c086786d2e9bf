"""SC2Net: sparse LSTMs for sparse coding (Zhou et al. 2018)."""
