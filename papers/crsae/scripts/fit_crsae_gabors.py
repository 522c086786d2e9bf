"""Compare filters with Gabor functions. Input, output and parameters: rule fit_crsae_gabors."""

from lsalsa.study.jobs.job import job
from papers.crsae.denoising.gabor import gabor_likeness

with job(snakemake) as j:
    arrays, rows = j.read("filters"), []
    for facts in j.metadata("filters")["facts"]:
        found = gabor_likeness(arrays[f"{j.params['which']}_{facts['repetition']}"])
        names = {"bank": j.wildcards["bank"], "repetition": facts["repetition"], "seed": facts["seed"]}
        status = facts["status"] if j.params["which"] == "learned" else "ok"
        rows += [
            {**names, "filter": i, "r2": float(r2), "selectivity": float(selectivity), "status": status}
            for i, (r2, selectivity) in enumerate(zip(found["r2"], found["selectivity"], strict=True))
        ]
    j.write(rows=[{**row, **j.provenance()} for row in rows])
