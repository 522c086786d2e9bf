"""Mean grey value of a set of images. Input, output and parameters: rule measure_toy_brightness."""

from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    images = j.read("images")["images"]
    row = {"images": j.wildcards["images"], "repetition": 0, "brightness": float(images.mean()), "status": "ok"}
    j.write(rows=[{**row, **j.provenance()}])
