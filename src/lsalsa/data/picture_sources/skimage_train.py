"""Photographs that the scikit-image package carries, whole: the train side of the source of images `skimage_photos`."""

from lsalsa.data.pictures import Pictures
from lsalsa.data.sources.skimage_photos import whole_photographs


def load() -> Pictures:
    """Load the ten photographs to learn from."""
    return whole_photographs(on_test_side=False)
