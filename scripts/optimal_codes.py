"""Solve one task to a certified duality gap, in every split. Input, output and parameters: rule optimal_codes."""

from scipy.sparse import csr_array

from lsalsa.arrays import to_host
from lsalsa.exact import optimal_codes
from lsalsa.exact.sparsity import with_zero_share
from lsalsa.problem import SparseCodingProblem
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.pieces import kept
from lsalsa.study.methods.samples import read_signals

with job(snakemake) as j:
    dtype = j.params["dtype"]
    dictionaries = [j.device.put(arrays["dictionary"].astype(dtype)) for arrays in j.read("dictionaries")]
    problem = SparseCodingProblem(dictionaries, j.params["penalties"])
    if j.params["zero_share"] is not None:
        problem = with_zero_share(problem, read_signals(j, "validation", dtype), j.params["zero_share"])

    def codes_of(split):
        """Optimal codes of a split, their objective and how far from it the certificate allows them to be."""
        found = optimal_codes(problem, read_signals(j, split, dtype), j.params["tolerance"])
        arrays = {"codes": csr_array(to_host(found.codes)), "relative_gap": to_host(found.relative_gap)}
        return arrays | {"objective": to_host(found.objective)}

    for split in ("train", "validation", "labelled", "test"):
        _, arrays = kept(lambda split=split: ({}, codes_of(split)), j.checkpoints / f"{split}.npz")
        j.write(**{split: arrays}, metadata={"worst_relative_gap": float(arrays["relative_gap"].max(initial=0.0))})
    j.write(problem=problem.to_arrays())
