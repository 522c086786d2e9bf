"""Read one set of pictures. Input, output and parameters: rule fetch_crsae_pictures."""

from lsalsa.data.pictures import load_pictures
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    data_dir = snakemake.config.get("data_dir")
    pictures = load_pictures(j.params["source"], data_dir=data_dir, **j.params["settings"])
    j.write(pictures=pictures.to_arrays())
