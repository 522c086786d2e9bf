"""Get templates by one method and sort spikes with them. Input, output and parameters: rule sort_crsae_spikes."""

from functools import partial

from lsalsa.data.recordings import RecordingSet
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.pieces import kept
from papers.crsae.spikes.run import Outcome, run_method

with job(snakemake) as j:
    method, learns = j.wildcards["sorter"], j.params["training"] is not None
    starts = j.read("start")[0] if learns else {}
    rows, curves, templates = [], [], {}
    for repetition, arrays in enumerate(j.read("recordings")):
        found = RecordingSet.from_arrays(arrays)
        for n_channels in j.params["n_channels"]:
            name, seed = f"{n_channels}_{repetition}", j.seed(n_channels, repetition)
            start = starts[f"templates_{name}"] if learns else None
            work = partial(run_method, found, method, n_channels, start=start, settings=j.params, seed=seed)
            one = Outcome.of(*kept(lambda work=work: work().parts(), j.checkpoints / f"{name}.npz"))
            facts = {"recording": j.wildcards["recording"], "method": method, "repetition": repetition, "seed": seed}
            rows += [{**facts, **row, **j.provenance()} for row in one.rows]
            curves += [{**facts, **row} for row in one.curves]
            templates |= {f"templates_{name}": one.bank, f"cells_{name}": one.cells, f"true_{name}": one.truth}
    j.write(rows=rows, curves=curves, templates=templates)
