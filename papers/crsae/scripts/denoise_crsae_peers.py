"""Denoise a set of pictures by the usual methods. Input, output and parameters: rule denoise_crsae_peers."""

from lsalsa.data.pictures import Pictures
from lsalsa.study.jobs.job import job
from papers.crsae.denoising.drawn import drawn
from papers.crsae.denoising.peers import peers
from papers.crsae.denoising.scoring import noisy_pictures, peer_rows

with job(snakemake) as j:
    name, pictures = j.wildcards["pictures"], Pictures.from_arrays(j.read("pictures"))
    noisy = list(noisy_pictures(name, pictures, j.params["noise"], j.params["seed"], side=j.params["test_crop"]))
    rows, chosen = [], drawn(noisy, j.params["shown"])
    for row, picture in peer_rows(peers(j.params["peers"]), noisy, j.params["noise"]):
        rows.append({**row, **j.provenance()})
        chosen.see(row, picture)
    j.write(rows=rows, shown=chosen.arrays, metadata=chosen.facts)
