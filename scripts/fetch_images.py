"""Read one set of images from its source. Input, output and parameters: rule fetch_images."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.data.sources import load_images
from lsalsa.study.job import job

with job(snakemake) as j:
    settings = dict(j.params["settings"])
    if j.has("file"):
        settings["path"] = j.input["file"]
    images = load_images(j.params["source"], seed=j.seed(), settings=settings)
    j.write(images=images.to_arrays())
