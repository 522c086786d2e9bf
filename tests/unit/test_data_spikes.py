"""Recordings with spikes: synthetic ground truth is what its templates and spikes say; hc-1 is read in its format."""

import zipfile

import numpy as np
import pytest

from lsalsa.data import RecordingSet, load_recordings, windows_at
from lsalsa.data.recording_sources import files_of, hc1
from lsalsa.errors import ConfigError, LsalsaError

SYNTHETIC = "spikeinterface_ground_truth"


# --- synthetic ground truth ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def synthetic():
    """Ten seconds of three cells on four channels."""
    return load_recordings(SYNTHETIC, seed=1, settings={"seconds": 10.0, "n_units": 3})


def test_mean_around_the_spikes_of_a_cell_is_its_template(synthetic):
    samples, events, labels = synthetic.recordings[0], synthetic.event_samples[0], synthetic.event_labels[0]
    assert (samples.shape, samples.dtype, synthetic.sampling_rate_hz) == ((100_000, 4), np.float32, 10_000)
    length = synthetic.event_templates.shape[1]
    for cell, template in enumerate(synthetic.event_templates):
        own = events[labels == cell]
        own = own[(own > length) & (own < len(samples) - length)]
        mean = windows_at(samples, own - synthetic.template_event, length).mean(axis=0)
        assert np.vdot(mean, template) / np.linalg.norm(mean) / np.linalg.norm(template) > 0.95
        assert abs(np.linalg.norm(mean) / np.linalg.norm(template) - 1) < 0.15  # spikes fall between samples
        assert template.min(axis=1).argmin() == synthetic.template_event


def test_noise_norms_and_cosines_are_those_of_the_settings(synthetic):
    noise = np.median(np.abs(synthetic.recordings[0]), axis=0).mean() / 0.6745
    flat = synthetic.event_templates.reshape(3, -1).astype(np.float64)
    norms = np.linalg.norm(flat, axis=1)
    assert 7 < norms.min() / noise < norms.max() / noise < 17
    assert (flat @ flat.T / np.outer(norms, norms))[np.triu_indices(3, 1)].max() <= 0.85


def test_seed_decides(synthetic):
    settings = {"seconds": 10.0, "n_units": 3}
    again, other = (load_recordings(SYNTHETIC, seed=seed, settings=settings) for seed in (1, 2))
    for name, array in synthetic.to_arrays().items():
        np.testing.assert_array_equal(again.to_arrays()[name], array)
    assert (other.event_templates != synthetic.event_templates).any()


def test_templates_survive_the_file(synthetic):
    back = RecordingSet.from_arrays(synthetic.to_arrays())
    np.testing.assert_array_equal(back.event_templates, synthetic.event_templates)
    assert back.template_event == synthetic.template_event
    back.event_templates[0, 0, 0] = np.nan
    with pytest.raises(LsalsaError, match="event_templates holds NaN or Inf"):
        back.validate()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sampling_rate_hz": 7000}, "sampling_rate_hz must divide 30,000 and be a multiple of 1,000, found 7000"),
        ({"seconds": 0.0}, "seconds must be positive, found 0"),
        ({"n_channels": 0}, "n_channels must be a whole number of at least 1, found 0"),
        ({"least_norm": 9.0, "largest_norm": 8.0}, "largest_norm must be at least least_norm, 9, found 8"),
        ({"seconds": 1.0, "max_cosine": 0.01}, "draws of 4 cells have a cosine above max_cosine 0.01 each"),
    ],
)
def test_impossible_synthetic_recording_is_refused(settings, message, monkeypatch):
    monkeypatch.setattr("lsalsa.data.recording_sources.spikeinterface_ground_truth.MOST_DRAWS", 2)
    with pytest.raises(LsalsaError, match=message):
        load_recordings(SYNTHETIC, seed=1, settings=settings)


# --- hc-1 ---------------------------------------------------------------------------------------------------

N, TRUE = 60_000, np.array([30_100, 40_000, 40_010, 55_555])  # the third is within the dead time of the second


def xml(**changes):
    facts = {"nBits": 16, "nChannels": 8, "samplingRate": 10000, "offset": 2048} | changes
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items() if value is not None)
    return f"<?xml version='1.0'?><parameters><acquisitionSystem>{inside}</acquisitionSystem></parameters>"


def raw():
    """Samples as the amplifier stores them: channel 6 spikes, the others drift slowly and carry a short wave."""
    values = np.random.default_rng(0).normal(0, 3, (N, 8))
    values += 500 * np.sin(2 * np.pi * np.arange(N) / 10_000)[:, None]  # 1 Hz, which the high-pass takes away
    values[:, 5] = -40
    for sample in TRUE:
        values[sample, 5] = 1900
        values[sample : sample + 4, 2] -= 300
    return (values + 2048).astype("<i2")


@pytest.fixture
def files(tmp_path):
    """Writes the two files of the recording, changed or (None) left out; in a folder, or packed."""

    def write(description=None, data=None, packed=False, leave_out=()):
        contents = {"xml": (description or xml()).encode(), "dat": raw().tobytes() if data is None else data}
        contents = {f"d533101.{name}": body for name, body in contents.items() if name not in leave_out}
        place = tmp_path / ("d5331.zip" if packed else "d5331")
        if packed:
            with zipfile.ZipFile(place, "w") as archive:
                for name, body in contents.items():
                    archive.writestr(f"d5331/{name}", body)
        else:
            place.mkdir()
            for name, body in contents.items():
                (place / name).write_bytes(body)
        return tmp_path

    return write


@pytest.mark.parametrize("packed", [True, False])
def test_hc1_gives_the_tetrode_and_the_spikes_inside(files, packed):
    found = load_recordings("hc1", seed=1, data_dir=files(packed=packed))
    samples, first = found.recordings[0], hc1.SILENT
    assert samples.shape == (N - first, 4)
    assert found.event_samples[0].tolist() == [30_100 - first, 40_000 - first, 55_555 - first]
    assert np.abs(samples).std(axis=0).max() < 30  # 500 units at 1 Hz are gone
    own = samples[30_100 - first : 30_104 - first]
    assert own.sum(axis=0).argmin() == 1  # channel 3 of 8 is the second of the tetrode
    assert own[:, 1].min() < -150
    assert found.source["extent"] == "partial: 60,000 of 1,500,000 samples"
    assert "scientific purposes only" in found.source["licence"]


def test_the_burst_is_cut_out_and_later_spikes_move(files, monkeypatch):
    monkeypatch.setattr(hc1, "BURST", (45_000, 50_000))
    found = load_recordings("hc1", seed=1, data_dir=files())
    assert len(found.recordings[0]) == N - hc1.SILENT - 5000
    assert found.event_samples[0][-1] == 55_555 - hc1.SILENT - 5000


def test_hc1_lists_the_files_that_it_reads(files, tmp_path):
    place = files()
    assert files_of("hc1", settings={}, data_dir=place) == [place / "d5331" / f"d533101.{x}" for x in ("dat", "xml")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"description": xml(nChannels=4)}, "nChannels of d533101.xml must be 8, found 4"),
        ({"description": xml(samplingRate=20000)}, "samplingRate of d533101.xml must be 10000, found 20000"),
        ({"description": xml(offset=None)}, "d533101.xml of .* is no description of a recording"),
        ({"description": xml(offset="nan")}, "offset of d533101.xml must be a whole number, found nan"),
        ({"description": "<parameters>"}, "d533101.xml of .* is no description of a recording"),
        ({"description": "<parameters/>"}, "it has no acquisitionSystem"),
        ({"leave_out": ("xml",)}, r"holds no d533101\.xml"),
        ({"data": b"123456789"}, "must hold whole samples of 8 channels, 2 bytes each, found 9 bytes"),
        ({"data": raw()[:100].tobytes()}, "must be longer than its first 29800 samples, found 100"),
        ({"data": np.full((N, 8), 2048, "<i2").tobytes()}, "channel 6 of d533101 must spike beyond 1800 units"),
    ],
)
def test_unsound_hc1_is_refused_in_one_sentence(files, changes, message):
    with pytest.raises(LsalsaError, match=message) as caught:
        load_recordings("hc1", seed=1, data_dir=files(**changes))
    assert "\n" not in str(caught.value)


def test_missing_hc1_is_named_with_where_to_get_it(tmp_path):
    with pytest.raises(LsalsaError, match=r"holds no d5331\.zip; get .* from crcns\.org"):
        load_recordings("hc1", seed=1, data_dir=tmp_path)
    with pytest.raises(ConfigError, match="test_fraction must be between 0 and 1"):
        load_recordings("hc1", seed=1, data_dir=tmp_path, settings={"test_fraction": 1})
