"""Learn the dictionary of one component. Input, output and parameters: rule learn_dictionary."""

from lsalsa.arrays import to_host
from lsalsa.dictionary import learn_dictionary
from lsalsa.seeds import generator
from lsalsa.study.job import job

with job(snakemake) as j:
    settings = {**j.params, "seed": j.seed()}
    patches = j.read("patches")["train"].astype(settings.pop("dtype"), copy=False)
    chosen = generator(j.seed("samples")).permutation(len(patches))[: settings.pop("n_train")]
    learned = learn_dictionary(j.device.put(patches[chosen]), **settings)
    arrays = {"dictionary": to_host(learned.dictionary), "usage": to_host(learned.usage)}
    j.write(dictionary=arrays, history=learned.history)
