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
    arrays = {name: to_host(getattr(learned, name)) for name in ("dictionary", "usage", "unmoved")}
    facts = {"unmoved_atoms": int(arrays["unmoved"].sum()), "unused_atoms": int((arrays["usage"] == 0).sum())}
    j.write(dictionary=arrays, history=learned.history, metadata=facts)
