"""Draw the signals of one task. Input, output and parameters: rule make_signals."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lsalsa.data.mixtures import make_signals
from lsalsa.study.job import job

with job(snakemake) as j:
    j.write(signals=make_signals(j.read("patches"), **{**j.params, "seed": j.seed()}))
