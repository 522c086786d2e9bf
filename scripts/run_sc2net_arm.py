"""One method of SC2Net under one circumstance. Input, output and parameters: rule run_sc2net_arm."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.study.job import job
from lsalsa.study.sc2net.arm import run_arm
from lsalsa.study.sc2net.images import vectors_of

with job(snakemake) as j:
    vectors, dictionaries = vectors_of(j.read("images")), j.read("dictionaries")
    fixed = {"data": vectors.name, **{name: j.params[name] for name in ("kind", "depth", "penalty", "dictionary")}}
    rows, history = [], []
    for repetition in range(j.params["repetitions"]):
        seed = j.seed(repetition)
        row, epochs = run_arm(vectors, dictionaries[f"dictionary_{repetition}"], j.params, seed=seed, device=j.device)
        name = {**j.wildcards, **fixed, "repetition": repetition, "seed": seed}
        zeros = j.metadata("dictionaries")["zero_shares"][repetition]
        rows.append({**name, **row, "dictionary_zero_share": zeros, **j.provenance()})
        history += [{**name, **epoch} for epoch in epochs]
    j.write(rows=rows, history=history or [{**name, "epoch": None}])
