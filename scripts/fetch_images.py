"""Read one set of images from its source. Input, output and parameters: rule fetch_images."""

from lsalsa.data.sources import load_images
from lsalsa.study.job import job

with job(snakemake) as j:
    source, settings = j.params["source"], j.params["settings"]
    images = load_images(source, seed=j.seed(), settings=settings, data_dir=snakemake.config.get("data_dir"))
    j.write(images=images.to_arrays())
