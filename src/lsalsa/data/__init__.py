"""From images and recordings to signals: sources, sets, patches and windows, and mixtures of several components."""

from lsalsa.data.images import ImageSet
from lsalsa.data.mixtures import make_signals
from lsalsa.data.patches import component_patches, cut_patches, resize_images
from lsalsa.data.recording_sources import load_recordings
from lsalsa.data.recordings import RecordingSet, windows_at
from lsalsa.data.sources import load_images

__all__ = [
    "ImageSet",
    "RecordingSet",
    "component_patches",
    "cut_patches",
    "load_images",
    "load_recordings",
    "make_signals",
    "resize_images",
    "windows_at",
]
