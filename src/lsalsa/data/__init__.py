"""From images, pictures and recordings to signals: sources, sets, patches, windows, mixtures of several components."""

from lsalsa.data.images import ImageSet
from lsalsa.data.mixtures import make_signals
from lsalsa.data.patches import component_patches, cut_patches, resize_images
from lsalsa.data.pictures import Pictures, load_pictures
from lsalsa.data.recording_sources import load_recordings
from lsalsa.data.recordings import RecordingSet, windows_at
from lsalsa.data.sources import load_images

__all__ = [
    "ImageSet",
    "Pictures",
    "RecordingSet",
    "component_patches",
    "cut_patches",
    "load_images",
    "load_pictures",
    "load_recordings",
    "make_signals",
    "resize_images",
    "windows_at",
]
