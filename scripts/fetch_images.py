"""Read one set of images from its source. Input, output and parameters: rule fetch_images."""

from lsalsa.data.sources import load_images
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    declared = snakemake.config["images"][j.wildcards["images"]].get("settings", {})
    place = {name: declared[name] for name in ("path",) if name in declared}  # in whole; it is no part of the result
    settings, data_dir = j.params["settings"] | place, snakemake.config.get("data_dir")
    images = load_images(j.params["source"], seed=j.seed(), settings=settings, data_dir=data_dir)
    j.write(images=images.to_arrays())
