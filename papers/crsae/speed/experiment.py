"""The experiment `speed` in the study: its block of the configuration, its two rules, its table and figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.study.config.fields import Above0, Count, Depths, Settings, Share, ascending, number
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from papers.crsae.experiment import Experiment

Rates = Annotated[
    list[Annotated[float, BeforeValidator(number), Field(gt=0)]], Field(min_length=1), AfterValidator(ascending)
]
Samples = Annotated[int, Field(ge=1000)]

TITLE = "CRsAE: seconds from a recording to its spike times"


class Speed(Settings):
    """Windows and streams that coders are timed on; rates are spikes per second of all neurons."""

    noun: ClassVar[str] = "the speed of CRsAE"

    rates: Rates = [15.0, 68.0]
    penalty: Above0 = 3.5
    n_samples: Samples = 10_000
    n_windows: Count = 10
    n_interior: Count = 5
    passes: Count = 10
    depths: Depths = [40, 100, 200]
    tolerances: Annotated[list[Share], Field(min_length=1)] = [1e-5, 1e-8]
    stream_seconds: Count = 3600


def time_crsae_coders(study: Any) -> Resolved:
    """Resolve the windows, and what is timed on them."""
    return {**study.crsae.speed.model_dump(exclude={"stream_seconds"}), "seed": study.seed}


def time_crsae_stream(study: Any) -> Resolved:
    """Resolve the streams."""
    chosen = {name: getattr(study.crsae.speed, name) for name in ("rates", "penalty")}
    return {**chosen, "seconds": study.crsae.speed.stream_seconds, "seed": study.seed}


def outputs(study: Any) -> Mapping[str, Any]:
    """Return the table and the figure."""
    shown = {"crsae_speed": {"title": TITLE, "kind": "crsae.speed"}}
    return {"tables": shown, "figures": shown}


EXPERIMENT = Experiment(
    name="speed",
    outputs=outputs,
    rules={"time_crsae_coders": Rule(time_crsae_coders), "time_crsae_stream": Rule(time_crsae_stream)},
    needs={
        "window_times": Need(lambda study, output: ["crsae/speed/windows.parquet"], rows_of_all),
        "stream_times": Need(lambda study, output: ["crsae/speed/streams.parquet"], rows_of_all),
    },
    facts=("window_times", "stream_times"),
)
