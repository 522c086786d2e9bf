"""Names in print of methods and recordings."""

ORIGINS = {
    "spikeinterface_ground_truth": "synthetic ground truth (SpikeInterface)",
    "hc1": "hc-1 d533101 (CRCNS)",
}
"""Source of a recording -> what every output says that it is."""

METHODS = {
    "true": "true templates",
    "kmeans": "threshold, PCA, k-means",
    "decoder_only": "CRsAE, codes held",
    "implicit": "CRsAE, implicit gradient",
    "em": "CRsAE, codes held, EM penalties",
}


def method_label(method: str) -> str:
    """Return the name of a method in print."""
    return METHODS[method]
