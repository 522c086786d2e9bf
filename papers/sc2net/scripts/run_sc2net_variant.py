"""Run one variant of SC2Net on one set of images. Input, output and parameters: rule run_sc2net_variant."""

from functools import partial

from lsalsa.seeds import seed_for
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.pieces import kept
from papers.sc2net.experiment import run_variant
from papers.sc2net.images import vectors_of

SEED_NAME = "run_sc2net_arm"  # the rule's first name: with it results keep their random numbers

PARTS = ("row", "epochs")

with job(snakemake) as j:
    vectors, dictionaries = vectors_of(j.read("images")), j.read("dictionaries")
    fixed = {
        "data": vectors.name,
        **{name: j.params[name] for name in ("method", "depth", "penalty", "dictionary", "target_iterations")},
    }
    rows, history = [], []
    for repetition in range(j.params["repetitions"]):
        seed = seed_for(j.params["seed"], SEED_NAME, *j.wildcards.values(), repetition)
        dictionary = dictionaries[f"dictionary_{repetition}"]
        one = partial(run_variant, vectors, dictionary, j.params, seed=seed, device=j.device)
        done, _ = kept(lambda one=one: (dict(zip(PARTS, one(), strict=True)), {}), j.checkpoints / f"{repetition}.npz")
        row, epochs = (done[part] for part in PARTS)
        name = {**j.wildcards, **fixed, "repetition": repetition, "seed": seed}
        zeros = j.metadata("dictionaries")["zero_shares"][repetition]
        rows.append({**name, **row, "dictionary_zero_share": zeros, **j.provenance()})
        history += [{**name, **epoch} for epoch in epochs]
    j.write(rows=rows, history=history or [{**name, "epoch": None}])
