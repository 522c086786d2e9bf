"""Learn the dictionary of one component. Input, output and parameters: rule learn_dictionary."""

from lsalsa.arrays import to_host
from lsalsa.dictionary import learn_dictionary
from lsalsa.seeds import generator
from lsalsa.study.jobs.job import job
from lsalsa.study.jobs.scratch import resumed, seconds_between

with job(snakemake) as j:
    settings = {**j.params, "seed": j.seed(), "checkpoint_seconds": seconds_between()}
    patches = j.read("patches")["train"].astype(settings.pop("dtype"), copy=False)
    chosen = generator(j.seed("samples")).permutation(len(patches))[: settings.pop("n_train")]
    signals = j.device.put(patches[chosen])
    learned = resumed(lambda path: learn_dictionary(signals, checkpoint=path, **settings), j.checkpoints / "state.npz")
    arrays = {name: to_host(getattr(learned, name)) for name in ("dictionary", "usage", "unmoved")}
    facts = {"unmoved_atoms": int(arrays["unmoved"].sum()), "unused_atoms": int((arrays["usage"] == 0).sum())}
    j.write(dictionary=arrays, history=learned.history, metadata=facts)
