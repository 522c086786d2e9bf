"""Cut the images of one component into patches, split by image. Input, output and parameters: rule cut_patches."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.data.images import ImageSet
from lsalsa.data.patches import component_patches
from lsalsa.study.job import job

with job(snakemake) as j:
    images = ImageSet.from_arrays(j.read("images"))
    j.write(patches=component_patches(images, **{**j.params, "seed": j.seed()}))
