"""Denoise by one arm under other depths and noise. Input, output and parameters: rule sweep_crsae_denoising."""

from lsalsa.data.pictures import Pictures
from lsalsa.study.jobs.job import job
from papers.crsae.denoising.scoring import depth_rows, noise_rows, noisy_pictures, restored

with job(snakemake) as j:
    trained = restored(j.read("filters"), j.metadata("filters"), j.device)
    name, pictures, usual = j.params["pictures"], Pictures.from_arrays(j.read("pictures")), j.params["trained_noise"]

    def with_noise(noise):
        """The chosen pictures with noise of this standard deviation, in grey levels of 255."""
        some = {"side": j.params["test_crop"], "only": j.params["names"]}
        return list(noisy_pictures(name, pictures, noise / 255, j.params["seed"], **some))

    rows = depth_rows(trained, with_noise(usual), j.params["depths"], j.device)
    rows += noise_rows(trained, {noise: with_noise(noise) for noise in j.params["noises"]}, usual, j.device)
    j.write(rows=[{"arm": j.params["arm"], **row, **j.provenance()} for row in rows])
