"""Learn the filters of one arm, all repetitions. Input, output and parameters: rule learn_crsae_filters."""

from functools import partial

from lsalsa.data.pictures import Pictures
from lsalsa.seeds import seed_for
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.scratch import resumed, seconds_between
from papers.crsae.denoising.arms import ARMS
from papers.crsae.denoising.course import learn
from papers.crsae.denoising.learning import random_filters
from papers.crsae.denoising.scoring import Trained, stored

with job(snakemake) as j:
    train, validation = (Pictures.from_arrays(arrays).images for arrays in j.read("train", "validation"))
    runs, starts, history = [], [], []
    for repetition in range(j.params["repetitions"]):
        seed = seed_for(j.params["seed"], j.rule, repetition)  # without the arm: all see the same crops and noise
        fixed = {"seed": seed, "device": j.device, "checkpoint_seconds": seconds_between()}
        one = partial(learn, ARMS[j.params["arm"]], j.params, train, validation, **fixed)
        encoder, rows, status = resumed(lambda path, one=one: one(checkpoint=path), j.checkpoints / f"{repetition}.npz")
        names = ("lambda_max", "penalty_min", "penalty_median", "penalty_max")
        facts = {"repetition": repetition, "seed": seed, **{name: rows[-1][name] for name in names}, "status": status}
        runs.append(Trained(encoder, facts))
        starts.append(random_filters(j.params["filter_size"], j.params["n_filters"], seed))
        given = {name: j.params[name] for name in ("arm", "depth", "rate", "rate_em")}
        history += [{**j.wildcards, **given, "repetition": repetition, "seed": seed, **row} for row in rows]
    filters, facts = stored(runs, starts)
    j.write(filters=filters, history=history, metadata=facts)
