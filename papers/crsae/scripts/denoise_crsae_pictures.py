"""Denoise all test pictures by one arm. Input, output and parameters: rule denoise_crsae_pictures."""

from lsalsa.data.pictures import Pictures
from lsalsa.study.jobs.job import job
from papers.crsae.denoising.arms import ARMS
from papers.crsae.denoising.drawn import drawn
from papers.crsae.denoising.scoring import arm_rows, noisy_pictures, restored

with job(snakemake) as j:
    trained = restored(j.read("filters"), j.metadata("filters"), j.device)
    noisy = [
        one
        for name, arrays in zip(j.params["sets"], j.read("pictures"), strict=True)
        for one in noisy_pictures(
            name, Pictures.from_arrays(arrays), j.params["noise"], j.params["seed"], side=j.params["test_crop"]
        )
    ]
    arm, rows, chosen = j.params["arm"], [], drawn(noisy, j.params["shown"])
    for row, picture in arm_rows(arm, ARMS[arm], trained, noisy, j.device):
        rows.append({**row, **j.provenance()})
        chosen.see(row, picture)
    j.write(rows=rows, shown=chosen.arrays, metadata=chosen.facts)
