"""From images to signals: sources, the set of images, patches, and mixtures of several components."""

from lsalsa.data.images import ImageSet
from lsalsa.data.mixtures import make_signals
from lsalsa.data.patches import component_patches, cut_patches, resize_images
from lsalsa.data.sources import load_images

__all__ = ["ImageSet", "component_patches", "cut_patches", "load_images", "make_signals", "resize_images"]
