"""Learn dictionaries of whole images. Input, output and parameters: rule learn_sc2net_dictionary."""

from lsalsa.seeds import generator
from lsalsa.study.jobs.job import job
from papers.sc2net.images import vectors_of
from papers.sc2net.pixel_dictionary import pixel_dictionary

with job(snakemake) as j:
    train = vectors_of(j.read("images")).train
    names = ("n_atoms", "alpha", "batch_size", "epochs")
    dictionaries, zero_shares = {}, []
    for repetition in range(j.params["repetitions"]):
        chosen = generator(j.seed("samples", repetition)).permutation(len(train))[: j.params["n_train"]]
        settings = {name: j.params[name] for name in names}
        found, zeros = pixel_dictionary(train[chosen], **settings, seed=j.seed(repetition))
        dictionaries[f"dictionary_{repetition}"] = found
        zero_shares.append(zeros)
    j.write(dictionaries=dictionaries, metadata={"zero_shares": zero_shares})
