"""Read a recording, one per repetition. Input, output and parameters: rule fetch_crsae_recording."""

from lsalsa.data.recording_sources import load_recordings
from lsalsa.study.jobs.job import job

with job(snakemake) as j:
    place, n = snakemake.config.get("data_dir"), j.params["repetitions"]
    source, settings = j.params["source"], j.params["settings"]
    found = [load_recordings(source, seed=j.seed(i), settings=settings, data_dir=place) for i in range(n)]
    j.write(recordings=[one.to_arrays() for one in found])
