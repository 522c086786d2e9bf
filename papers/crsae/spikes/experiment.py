"""The experiment `spikes` in the study: its block of the configuration, what its rules get, what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from lsalsa.data import recording_sources
from lsalsa.errors import LsalsaError, StorageError
from lsalsa.storage import read_arrays
from lsalsa.study.config.fields import Above0, Count, Decay, Depths, Name, Settings
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from papers.crsae.experiment import Experiment
from papers.crsae.spikes.labels import ORIGINS

Method = Literal["true", "kmeans", "decoder_only", "implicit", "em"]
METHODS = get_args(Method)
LEARNED = METHODS[2:]


class SpikeRecording(Settings):
    """A recording: its source, and how many templates are sought in it. Spikes that are known are compared with."""

    noun: ClassVar[str] = "a recording of spikes"

    source: str
    settings: dict[str, Any] = {}
    optional: bool = False
    n_templates: Count = 4
    n_channels: Depths = [1, 4]


class TemplateTraining(Settings):
    """The training of templates by CRsAE."""

    noun: ClassVar[str] = "the training of templates"

    window_ms: Above0 = 100.0
    epochs: Count = 15
    batch_size: Count = 32
    learning_rate: Above0 = 0.005
    decay: Decay = 0.85
    strength: Above0 = 5000.0


class Spikes(Settings):
    """Spike sorting: recordings, methods that give templates, and how spikes are found and counted."""

    noun: ClassVar[str] = "spikes"

    recordings: Annotated[dict[Name, SpikeRecording], Field(min_length=1)]
    methods: Annotated[list[Method], Field(min_length=1)] = [*METHODS]
    repetitions: Count = 3
    length_ms: Above0 = 3.0
    before_ms: Above0 = 1.0
    penalty: Above0 = 4.0
    crossing: Above0 = 4.0
    tolerance_ms: Above0 = 0.5
    training: TemplateTraining = TemplateTraining()


def files_of_recording(study: Any, recording: str) -> list[str]:
    """Return the user's files that a recording is read from."""
    chosen = study.crsae.spikes.recordings[recording]
    found = recording_sources.files_of(chosen.source, settings=chosen.settings, data_dir=study.data_dir)
    return [str(path) for path in found]


def names_of(study: Any) -> list[str]:
    """Return the recordings of the configuration; none without the experiment."""
    return list(study.crsae.spikes.recordings) if study.crsae.spikes else []


def repetitions_of(study: Any) -> range:
    """Return the repetitions; one where a study without the experiment needs some name."""
    return range(study.crsae.spikes.repetitions if study.crsae.spikes else 1)


def recordings_of(study: Any) -> list[str]:
    """Return the recordings that the study works with: an optional one only if the user has it."""
    return [name for name, one in study.crsae.spikes.recordings.items() if not one.optional or _is_there(study, name)]


def is_known(study: Any, recording: str) -> bool:
    """Return True for a recording whose spikes are known, as far as its files are there to tell."""
    chosen = study.crsae.spikes.recordings[recording]
    try:
        return recording_sources.marks_events(chosen.source, settings=chosen.settings, data_dir=study.data_dir)
    except LsalsaError:
        return True


def _is_there(study: Any, recording: str) -> bool:
    try:
        return bool(files_of_recording(study, recording))
    except StorageError:
        return False


# --- rules -------------------------------------------------------------------------------------------------------


def fetch_crsae_recording(study: Any, recording: str) -> Resolved:
    """Resolve the source of a recording, and all of its settings."""
    chosen = study.crsae.spikes.recordings[recording]
    known = recording_sources.settings_of(chosen.source)
    settings = {name: chosen.settings.get(name, known[name]) for name in sorted(known)}
    repetitions = study.crsae.spikes.repetitions
    return {"source": chosen.source, "settings": settings, "repetitions": repetitions, "seed": study.seed}


def start_of(recording: str, sorter: str) -> list[str]:
    """Return the file of the templates from which a method learns; none for one that does not learn."""
    return [f"crsae/spikes/{recording}/kmeans_templates.npz"] if sorter in LEARNED else []


def sort_crsae_spikes(study: Any, recording: str, sorter: str) -> Resolved:
    """Resolve how one method gets its templates on a recording, and how their spikes are counted.

    Parameters
    ----------
    study : Study
    recording : str
    sorter : str
        A method.

    Returns
    -------
    settings : dict
    """
    block, chosen = study.crsae.spikes, study.crsae.spikes.recordings[recording]
    names = ("length_ms", "before_ms", "penalty", "crossing", "tolerance_ms")
    training = block.training.model_dump() if sorter in LEARNED else None
    sizes = {"n_templates": chosen.n_templates, "n_channels": chosen.n_channels}
    return {**{name: getattr(block, name) for name in names}, **sizes, "training": training, "seed": study.seed}


def _plugins(settings: Resolved) -> list[str]:
    names = ("lsalsa.encoders.exact_crsae", "lsalsa.losses.reconstruction", "lsalsa.losses.gamma_prior")
    return [*names, "lsalsa.solvers.fista"] if settings["training"] else []


def _memory(study: Any, **_: str) -> int:
    return 1500


RULES = {
    "fetch_crsae_recording": Rule(
        fetch_crsae_recording, lambda s: [f"lsalsa.data.recording_sources.{s['source']}"], _memory
    ),
    "sort_crsae_spikes": Rule(sort_crsae_spikes, _plugins, _memory),
}


# --- what is shown -----------------------------------------------------------------------------------------------


def outputs(study: Any) -> dict[str, Any]:
    """Return the table and the figures, one of them for known spikes only; titles say what the recordings are."""
    origin = " and ".join(dict.fromkeys(_origin(study, name) for name in recordings_of(study)))
    table = {"title": f"CRsAE: spikes found in {origin}", "kind": "crsae.spikes"}
    templates = {"title": f"CRsAE: templates of spikes in {origin}", "kind": "crsae.templates"}
    against_truth = {"crsae_spikes": table} if any(is_known(study, name) for name in recordings_of(study)) else {}
    return {"tables": {"crsae_spikes": table}, "figures": {**against_truth, "crsae_templates": templates}}


def _origin(study: Any, recording: str) -> str:
    source = study.crsae.spikes.recordings[recording].source
    return ORIGINS.get(source, f"the recording {recording}")


def _files(suffix: str) -> Callable[[Any, Any], list[str]]:
    def files(study: Any, output: Any) -> list[str]:
        methods = study.crsae.spikes.methods
        return [f"crsae/spikes/{name}/{method}{suffix}" for name in recordings_of(study) for method in methods]

    return files


NEEDS = {
    "spikes": Need(_files(".parquet"), rows_of_all),
    "spike_curves": Need(_files("_curves.parquet"), rows_of_all),
    "spike_templates": Need(_files("_templates.npz"), lambda paths, shown: [read_arrays(path) for path in paths]),
}


def shown(study: Any, output: Any) -> Resolved:
    """Return the settings that the words of tables and figures name."""
    block = study.crsae.spikes
    names = ("methods", "penalty", "crossing", "tolerance_ms")
    return {f"spikes_{name}": getattr(block, name) for name in names}


def check(study: Any) -> Iterator[str]:
    """Check what the types cannot: sources and their settings, lengths, and the start that learning needs."""
    block = study.crsae.spikes
    for name, one in block.recordings.items():
        try:
            known = recording_sources.settings_of(one.source)
            unknown = sorted(set(one.settings) - set(known))
            if unknown:
                has = f"{one.source} has no {unknown[0]}; it has {', '.join(known)}"
                yield f"crsae.spikes.recordings.{name}.settings: {has}"
        except LsalsaError as error:
            yield f"crsae.spikes.recordings.{name}: {error}"
    if not recordings_of(study):
        yield "crsae.spikes.recordings has only optional recordings that are not there; it needs one more"
    window, length = block.training.window_ms, block.length_ms
    if window < length:
        yield f"crsae.spikes.training.window_ms must be at least length_ms {length:g}, found {window:g}"
    if block.before_ms >= length:
        yield f"crsae.spikes.before_ms must be below length_ms {length:g}, found {block.before_ms:g}"
    if set(block.methods) & set(LEARNED) and "kmeans" not in block.methods:
        yield "crsae.spikes.methods needs kmeans, from which the learned templates start"


def missing(study: Any) -> Iterator[str]:
    """Yield a sentence for each recording whose files are not there, but for optional ones, or lack what is asked."""
    for name, one in study.crsae.spikes.recordings.items():
        if not one.optional:
            try:
                files_of_recording(study, name)
            except LsalsaError as error:
                yield f"crsae.spikes.recordings.{name}: {error}"
        if "true" in study.crsae.spikes.methods and not is_known(study, name):
            why = f"the recording {name} marks no spikes (event_samples)"
            yield f'crsae.spikes.methods lists "true", the true templates, but {why}; leave "true" out'


EXPERIMENT = Experiment(
    name="spikes",
    outputs=outputs,
    rules=RULES,
    needs=NEEDS,
    facts=("spikes",),
    shown=shown,
    check=check,
    missing=missing,
)
