"""The block `simulation` of the configuration, what its rules get, and what its tables and figures show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from lsalsa.storage import read_arrays, read_rows
from lsalsa.study.config.fields import Above0, Count, Decay, Settings, ascending, number
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from papers.crsae.experiment import Experiment
from papers.crsae.simulation.learning import GRADIENTS
from papers.crsae.simulation.spikes import SHAPES_MS, length_of
from papers.crsae.simulation.summaries import final_runs

Decibels = Annotated[
    list[Annotated[float, BeforeValidator(number), Field(allow_inf_nan=False)]],
    Field(min_length=1),
    AfterValidator(ascending),
]
Filters = Annotated[int, Field(ge=1, le=len(SHAPES_MS))]


class Snr(Settings):
    """Filters learned from spikes of both signs, over the signal-to-noise ratio.

    Attributes
    ----------
    snr_db : list of float
    n_filters, n_windows, window : int
        C, and the windows' number and length in samples.
    depth, epochs, batch_size : int
        T, and the training.
    learning_rate, lcsc_learning_rate : float
        Of Adam, for CRsAE and for LCSC.
    decay : float
        Factor on the rates after each epoch.
    strength : float
        Weight of the Gamma prior, in the arm that has it.
    spike_share : float
        Penalty over the mean size of a spike, in the arms that take it from there.
    """

    noun: ClassVar[str] = "the simulation of CRsAE over the signal-to-noise ratio"

    snr_db: Decibels = [7.0, 9.0, 12.0, 16.0]
    n_filters: Filters = 4
    n_windows: Count = 100
    window: Count = 1000
    depth: Count = 50
    epochs: Count = 30
    batch_size: Count = 10
    learning_rate: Above0 = 0.01
    lcsc_learning_rate: Above0 = 0.001
    decay: Decay = 0.93
    strength: Above0 = 50.0
    spike_share: Above0 = 0.6


class Simulation(Settings):
    """Filters learned from simulated spikes: three gradients, with the tangent step and without, from two starts.

    Attributes
    ----------
    sampling_rate_hz : float
        A filter lasts 1.8 ms.
    n_filters, n_windows, window : int
        C, and the windows' number and length in samples.
    penalty : float
        Weight of the l1 norm; spikes have a size of 2, noise a standard deviation of 0.1.
    depth, epochs, batch_size : int
        T, and the training.
    learning_rate, decay : float
        Of Adam, and the factor on it after each epoch.
    repetitions : int
        Seeds: each has windows and a start of its own, the same for all arms.
    snr : Snr, optional
        The second part, over the signal-to-noise ratio.
    """

    noun: ClassVar[str] = "the simulation of CRsAE"

    sampling_rate_hz: Above0 = 10_000.0
    n_filters: Filters = 2
    n_windows: Count = 4800
    window: Count = 500
    penalty: Above0 = 0.7
    depth: Count = 200
    epochs: Count = 20
    batch_size: Count = 256
    learning_rate: Above0 = 0.01
    decay: Decay = 0.9
    repetitions: Count = 3
    snr: Snr | None = None


# --- rules -------------------------------------------------------------------------------------------------------


def gradients_of(study: Any) -> Sequence[str]:
    """Return the gradients of a study; none without the experiment."""
    return GRADIENTS if study.crsae.simulation else ()


def ratios_of(study: Any) -> dict[str, float]:
    """Return the name of each signal-to-noise ratio, as in file names -> its value in dB."""
    block = study.crsae.simulation
    return {f"{ratio:g}".replace(".", "_"): ratio for ratio in (block.snr.snr_db if block and block.snr else ())}


def learn_crsae_simulation(study: Any, gradient: str) -> Resolved:
    """Resolve how filters are learned from simulated spikes by one gradient.

    Parameters
    ----------
    study : Study
    gradient : str
        A wildcard of the rule; all gradients have the same settings.

    Returns
    -------
    settings : dict
    """
    return {**study.crsae.simulation.model_dump(exclude={"snr"}), "seed": study.seed}


def compare_crsae_simulation(study: Any, snr: str) -> Resolved:
    """Resolve how all arms learn at one signal-to-noise ratio.

    Parameters
    ----------
    study : Study
    snr : str
        The ratio's name.

    Returns
    -------
    settings : dict
    """
    block = study.crsae.simulation
    shared = {name: getattr(block, name) for name in ("sampling_rate_hz", "repetitions")}
    return {**block.snr.model_dump() | {"snr_db": ratios_of(study)[snr]}, **shared, "seed": study.seed}


def _memory(study: Any, **_: str) -> int:
    """Windows and their codes in float64, three times over, and what a gradient keeps of a batch of them."""
    megabytes = 500
    for block in filter(None, (study.crsae.simulation, study.crsae.simulation.snr)):
        values = block.window * (1 + block.n_filters)
        megabytes += (24 * block.n_windows + 8 * block.batch_size * block.depth) * values // 2**20
    return megabytes


RULES = {
    "learn_crsae_simulation": Rule(learn_crsae_simulation, memory=_memory),
    "compare_crsae_simulation": Rule(compare_crsae_simulation, memory=_memory),
}


# --- what is shown -----------------------------------------------------------------------------------------------

FIRST, OVER_SNR = "crsae_simulation", "crsae_simulation_snr"
TITLES = {
    FIRST: "CRsAE: filters learned from simulated spikes",
    OVER_SNR: "CRsAE: filters learned from simulated spikes, over the noise",
    "crsae_simulation_filters": "CRsAE: true filters, where learning starts, and where it ends",
}


def outputs(study: Any) -> dict[str, dict[str, Any]]:
    """Return a table and two figures, and a table over the signal-to-noise ratio where the block asks for it."""
    blocks = {name: {"title": title, "kind": name.replace("_", ".", 1)} for name, title in TITLES.items()}
    over_snr = {OVER_SNR: blocks.pop(OVER_SNR)}
    return {"tables": {FIRST: blocks[FIRST], **(over_snr if study.crsae.simulation.snr else {})}, "figures": blocks}


def _of_gradients(suffix: str) -> Callable[[Any, Any], list[str]]:
    return lambda study, output: [f"crsae/simulation/{gradient}{suffix}" for gradient in gradients_of(study)]


def _over_snr(study: Any, output: Any) -> list[str]:
    return [f"crsae/simulation/snr_{name}.parquet" for name in ratios_of(study)]


def _runs(paths: Sequence[str], shown: Any) -> list[dict[str, Any]]:
    return final_runs(row for path in paths for row in read_rows(path))


def _filters(paths: Sequence[str], shown: Any) -> dict[str, Any]:
    """Return the arrays of all files; they have different names, or are the same."""
    return {name: array for path in paths for name, array in read_arrays(path).items()}


NEEDS = {
    "simulation": Need(_of_gradients(".parquet"), rows_of_all),
    "simulation_runs": Need(_of_gradients(".parquet"), _runs),
    "simulation_filters": Need(_of_gradients(".npz"), _filters),
    "simulation_snr_runs": Need(_over_snr, _runs),
}


def check(study: Any) -> Iterator[str]:
    """Check that filters have samples, and that a window is longer than they are."""
    block = study.crsae.simulation
    length = length_of(block.sampling_rate_hz)
    if length < 4:
        yield f"crsae.simulation.sampling_rate_hz: a filter needs 4 samples or more in 1.8 ms, found {length}"
    parts: Mapping[str, Any] = {"simulation": block, "simulation.snr": block.snr}
    for name, part in parts.items():
        if part and part.window < 4 * length:
            yield f"crsae.{name}.window must be at least four filters long, {4 * length} samples, found {part.window}"


EXPERIMENT = Experiment(
    name="simulation",
    outputs=outputs,
    rules=RULES,
    needs=NEEDS,
    facts=("simulation_runs", "simulation_snr_runs"),
    check=check,
)
