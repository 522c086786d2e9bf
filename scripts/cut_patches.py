"""Cut the images of one component into patches, split by image. Input, output and parameters: rule cut_patches."""

from lsalsa.data.images import ImageSet
from lsalsa.data.patches import component_patches
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    images = ImageSet.from_arrays(j.read("images"))
    j.write(patches=component_patches(images, **{**j.params, "seed": j.seed()}))
