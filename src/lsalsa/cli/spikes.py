"""`lsalsa spikes`: spikes of a recording, by templates that are learned from it or come from a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lsalsa.cli import _terminal


@click.command(name="spikes", no_args_is_help=True)
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Parquet file for the spikes.")
@click.option("--model", type=click.Path(path_type=Path), help="Use these templates; by default they are learned.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Keep the learned model in this NPZ file.")
@click.option("--n-templates", default=4, show_default=True, type=click.IntRange(1), help="Cells that are sought.")
@click.option("--n-channels", default=1, show_default=True, type=click.IntRange(1), help="Those with the most energy.")
@click.option("--penalty", default=4.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Of a spike.")
@click.option("--crossing", default=4.0, show_default=True, help="Depth of the troughs that templates start from.")
@click.option("--epochs", default=10, show_default=True, type=click.IntRange(1), help="Passes of the training.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="The same seed, the same templates.")
@_terminal.threads
@_terminal.as_json
def command(
    recording: Path,
    out: Path,
    model: Path | None,
    output: Path | None,
    threads: int | None,
    as_json: bool,
    **settings: Any,
) -> None:
    """Find spikes in a RECORDING: an NPZ file with `samples`, (n_samples, n_channels), and `sampling_rate_hz`.

    Templates start from clusters of deep troughs and are learned by CRsAE; then the whole recording is coded with them,
    exactly and with a certificate. Penalty, depth and amplitudes are in standard deviations of the noise. The file of
    the spikes has the columns sample, seconds, template (from 0) and amplitude.
    """
    from lsalsa.data.recording_sources import load_recordings
    from lsalsa.errors import ConfigError
    from lsalsa.models import load_model
    from lsalsa.models.recordings import RecordingModel, SpikeTraining, fit_recording
    from lsalsa.storage import write_rows

    if model and output:
        raise click.UsageError("--output keeps what is learned, and with --model nothing is")
    _terminal.use_threads(threads)
    found = load_recordings("npz_recordings", seed=0, settings={"path": str(recording)})
    with _terminal.stage("templates and spikes", 2) as advance:
        used = load_model(model) if model else fit_recording(found, SpikeTraining(**settings))
        advance(1)
        if not isinstance(used, RecordingModel):
            raise ConfigError(f"{model} is a model of {used.kind}, but this command works on recordings")
        if output:
            used.save(output)
        if len(found.recordings) > 1:
            raise ConfigError(f"{recording} must hold one recording, found {len(found.recordings)}")
        spikes = used.find_spikes(found.recordings[0], found.sampling_rate_hz)
        advance(1)
    rate = found.sampling_rate_hz
    rows = [
        {"sample": int(sample), "seconds": float(sample) / rate, "template": number, "amplitude": float(amplitude)}
        for number, each in enumerate(spikes.estimates)
        for sample, amplitude in zip(each.samples, each.amplitudes, strict=True)
    ]
    rows.sort(key=lambda row: (row["sample"], row["template"]))
    write_rows(out, rows, {"recording": recording.name, "relative_gap": spikes.relative_gap})
    seconds = len(found.recordings[0]) / rate
    counts = [len(each.samples) for each in spikes.estimates]
    result = {"spikes": counts, "seconds": seconds, "relative_gap": spikes.relative_gap, "out": str(out)}
    head, lines = (
        ["template", "spikes", "per second"],
        [[str(number), str(count), f"{count / seconds:.2f}"] for number, count in enumerate(counts)],
    )
    told = f"duality gap of the whole recording: {spikes.relative_gap:.1e} of the objective; spikes: {out}"
    _terminal.show(result, as_json, [*_terminal.tabulated(head, lines), told])
