"""Recordings survive their file, are cut into windows that no two splits share, and come from the user's NPZ file."""

from dataclasses import replace

import numpy as np
import pytest

from lsalsa.data import RecordingSet, load_recordings, windows_at
from lsalsa.data.recording_sources import files_of, settings_of
from lsalsa.errors import ConfigError, DataError, LsalsaError, ShapeError, StorageError
from lsalsa.storage import read_arrays, write_arrays

SPLITS = ("train", "validation", "test")


@pytest.fixture
def recordings():
    """Three recordings of two channels, one divided in time, one only to train, one only to test; two cells spike."""
    rng = np.random.default_rng(0)
    return RecordingSet(
        recordings=[rng.standard_normal((n, 2), dtype=np.float32) for n in (100, 60, 45)],
        sampling_rate_hz=10_000.0,
        names=["long", "train", "test"],
        test_from=np.array([80, 60, 0]),
        source={"name": "random", "extent": "complete"},
        event_samples=[np.array([0, 7, 7, 99]), np.array([], dtype=np.int64), np.array([0, 44])],
        event_labels=[np.array([0, 1, 0, 1]), np.array([], dtype=np.int64), np.array([1, 1])],
        event_names=["a", "b"],
    )


def numbered(lengths, test_from, n_channels=1):
    """Recordings whose every sample is a number of its own."""
    ends = np.cumsum(lengths)
    parts = [np.arange(end - n, end, dtype=np.float64) for end, n in zip(ends, lengths, strict=True)]
    recordings = [np.stack([part + 0.1 * c for c in range(n_channels)], axis=1) for part in parts]
    return RecordingSet(recordings, 1.0, [str(n) for n in lengths], np.array(test_from), {})


# --- the set ------------------------------------------------------------------------------------------------


def test_sound_set_is_accepted(recordings):
    recordings.validate()
    replace(recordings, event_samples=None, event_labels=None, event_names=[]).validate()


@pytest.mark.parametrize("marked", [True, False], ids=["events", "no events"])
def test_set_comes_back_from_its_file_without_pickle(recordings, tmp_path, marked):
    if not marked:
        recordings = replace(recordings, event_samples=None, event_labels=None, event_names=[])
    write_arrays(tmp_path / "recordings.npz", recordings.to_arrays())  # refuses arrays of objects
    found = RecordingSet.from_arrays(read_arrays(tmp_path / "recordings.npz"))
    found.validate()
    for name in ("recordings", "event_samples", "event_labels"):
        expected, back = getattr(recordings, name), getattr(found, name)
        assert (expected is None) == (back is None)
        for one, other in zip(expected or [], back or [], strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
    assert found.test_from.tolist() == [80, 60, 0]
    facts = ("sampling_rate_hz", "names", "source", "event_names")
    assert [getattr(found, name) for name in facts] == [getattr(recordings, name) for name in facts]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recordings": []}, "the set has no recording"),
        (
            {"recordings": [np.zeros(9, np.float32)] * 3},
            r"recording 0 must be float32 .* found float32 of shape \(9,\)",
        ),
        ({"recordings": [np.zeros((9, 2), int)] * 3}, "recording 0 must be float32 or float64 .* found int64"),
        ({"recordings": [np.zeros((0, 2))] * 3}, r"recording 0 must be .* found float64 of shape \(0, 2\)"),
        (
            {"recordings": [np.zeros((9, 2)), np.zeros((9, 3)), np.zeros((9, 2))]},
            r"recording 1 must have 2 channels of float64 like recording 0, found float64 of shape \(9, 3\)",
        ),
        (
            {"recordings": [np.zeros((9, 2)), np.zeros((9, 2), np.float32), np.zeros((9, 2))]},
            "recording 1 must have 2 channels of float64 like recording 0, found float32",
        ),
        (
            {"recordings": [np.zeros((9, 2)), np.array([[0, 0], [np.nan, 0]]), np.zeros((9, 2))]},
            "recording 1 holds NaN or Inf in 1 of 2 rows, first in row 1",
        ),
        ({"sampling_rate_hz": 0}, "sampling_rate_hz must be a positive number, found 0"),
        ({"sampling_rate_hz": np.inf}, "sampling_rate_hz must be a positive number, found inf"),
        ({"names": ["one"]}, "names must have one entry per recording, 3 recordings, found 1"),
        ({"test_from": np.array([1, 2])}, "test_from must have one entry per recording, 3 recordings, found 2"),
        ({"test_from": np.array([80, 61, 0])}, "test_from of recording 1 must be from 0 to 60, found 61"),
        ({"test_from": np.array([0, 0, 0])}, "the set has no train sample"),
        ({"test_from": np.array([100, 60, 45])}, "the set has no test sample"),
        ({"event_labels": None}, "must be given together or not at all"),
        ({"event_samples": None, "event_labels": None}, "must be given together or not at all"),
        ({"event_samples": [np.array([1])]}, "must have one array per recording, found 1 and 3"),
    ],
)
def test_set_that_cannot_be_worked_with_is_refused(recordings, changes, message):
    with pytest.raises(LsalsaError, match=message):
        replace(recordings, **changes).validate()


@pytest.mark.parametrize(
    ("samples", "labels", "message"),
    [
        ([3, 1], [0, 0], "events of recording 1 must be in ascending order"),
        ([-1, 1], [0, 0], "events of recording 1 must be samples from 0 to 59, found -1 to 1"),
        ([1, 60], [0, 0], "events of recording 1 must be samples from 0 to 59, found 1 to 60"),
        ([1, 2], [0, 2], "events of recording 1 need labels from 0 to 1"),
        ([1, 2], [-1, 0], "events of recording 1 need labels from 0 to 1"),
        ([1, 2], [0], r"events of recording 1 have samples \(2,\), but labels \(1,\)"),
    ],
)
def test_impossible_event_is_refused_with_its_recording(recordings, samples, labels, message):
    recordings.event_samples[1], recordings.event_labels[1] = np.array(samples), np.array(labels)
    with pytest.raises(LsalsaError, match=message):
        recordings.validate()


# --- windows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [None, 1, 3, 9], ids=["no overlap", "one", "overlap", "gaps"])
def test_windows_are_where_their_starts_say(recordings, stride):
    arrays = recordings.windows(5, stride=stride)
    assert set(arrays) == {f"{split}{part}" for split in SPLITS for part in ("", "_recording", "_start")}
    for split in SPLITS:
        recording, start = arrays[f"{split}_recording"], arrays[f"{split}_start"]
        by_hand = [recordings.recordings[i][s : s + 5] for i, s in zip(recording, start, strict=True)]
        np.testing.assert_array_equal(arrays[split], by_hand)
        assert (arrays[split].dtype, recording.dtype, start.dtype) == (np.float32, np.int64, np.int64)
        assert arrays[split].flags.c_contiguous


def test_windows_of_one_channel_have_no_axis_of_channels():
    assert numbered([80], [50]).windows(4)["train"].shape == (11, 4)
    assert numbered([80], [50], n_channels=3).windows(4)["train"].shape == (11, 4, 3)


@pytest.mark.parametrize("stride", [1, 4, 6])
def test_no_sample_is_in_two_splits_and_the_sides_are_kept(stride):
    lengths, test_from = [90, 41, 30], [63, 41, 0]
    arrays = numbered(lengths, test_from).windows(4, stride=stride, validation_fraction=0.3)
    train, validation, test = (set(arrays[split].ravel()) for split in SPLITS)
    assert not train & validation | train & test | validation & test
    assert max(train | validation) < 90 + 41
    assert test <= {*range(63, 90), *range(131, 161)}
    assert min(validation) == 63 - 19  # of 63 samples to train on, the last 0.3
    assert min(test) == 63


@pytest.mark.parametrize(("length", "stride"), [(4, 4), (4, 1), (5, 7), (20, 3)])
def test_every_window_that_fits_is_cut(length, stride):
    arrays = numbered([90, 41], [60, 41]).windows(length, stride=stride, validation_fraction=0.5)
    parts = {"train": [(0, 30), (90, 111)], "validation": [(30, 60), (111, 131)], "test": [(60, 90)]}
    parts["validation"][1] = (90 + 41 - 20, 131)  # half of 41 rounds to 20
    for split, ranges in parts.items():
        expected = [s for first, end in ranges for s in range(first, end, stride) if s + length <= end]
        assert arrays[split][:, 0].tolist() == expected


def test_recording_shorter_than_a_window_gives_none():
    arrays = numbered([90, 3], [60, 3]).windows(4)
    assert set(arrays["train_recording"]) == {0}


def test_values_are_neither_centred_nor_scaled():
    values = 1e4 + 50 * np.random.default_rng(1).standard_normal((200, 1))
    arrays = RecordingSet([values], 1.0, ["offset"], np.array([150]), {}).windows(10)
    np.testing.assert_array_equal(arrays["test"].ravel(), values[150:, 0])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"length": 0}, ConfigError, "length must be a whole number of at least 1, found 0"),
        ({"length": 4, "stride": 0}, ConfigError, "stride must be a whole number of at least 1, found 0"),
        ({"length": 4, "validation_fraction": 1.0}, ConfigError, "validation_fraction must be between 0 and 1"),
        ({"length": 8}, DataError, "no validation window of 8 samples fits, the longest validation part has 6;"),
        ({"length": 31}, DataError, "no validation window of 31 samples fits"),
    ],
)
def test_impossible_windows_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        numbered([90], [60]).windows(**settings)


def test_snippets_are_cut_around_events():
    recording = np.arange(40.0).reshape(20, 2)
    snippets = windows_at(recording, np.array([9, 0, 17]), 3)
    np.testing.assert_array_equal(snippets, [recording[9:12], recording[0:3], recording[17:20]])


@pytest.mark.parametrize("start", [-1, 18])
def test_snippet_beyond_the_recording_is_refused(start):
    with pytest.raises(DataError, match=f"windows of 3 samples must start from 0 to 17, found {start}"):
        windows_at(np.zeros((20, 2)), np.array([3, start]), 3)


# --- the user's file ----------------------------------------------------------------------------------------


@pytest.fixture
def load_own(tmp_path):
    """Loads a file of a hundred samples of two channels, with some arrays added, changed or (None) left out."""

    def load(settings=None, **changes):
        samples = np.random.default_rng(2).standard_normal((100, 2))
        arrays = {"samples": samples, "sampling_rate_hz": 10_000} | changes
        np.savez(tmp_path / "own.npz", **{name: array for name, array in arrays.items() if array is not None})
        return load_recordings(
            "npz_recordings", seed=1, settings={"path": "own.npz"} | (settings or {}), data_dir=tmp_path
        )

    return load


def test_one_recording_is_divided_by_time(load_own):
    found = load_own({"test_fraction": 0.3})
    np.testing.assert_array_equal(found.recordings[0], np.random.default_rng(2).standard_normal((100, 2)))
    assert (len(found.recordings), found.sampling_rate_hz, found.names) == (1, 10_000.0, ["recording 0"])
    assert found.test_from.tolist() == [70]
    assert (found.event_samples, found.source["name"], found.source["extent"]) == (None, "own.npz", "complete")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.int16, np.float32),
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.int32, np.float64),
        (np.float64, np.float64),
    ],
)
def test_numbers_keep_their_values(load_own, given, kept):
    samples = np.array([3, -2, 30_000] if given is not np.int32 else [3, -2, 2**31 - 1], dtype=given).repeat(10)
    found = load_own(samples=samples)
    assert (found.recordings[0].shape, found.recordings[0].dtype) == ((30, 1), kept)
    np.testing.assert_array_equal(found.recordings[0][:, 0], samples)


def test_several_recordings_stand_one_after_another(load_own):
    found = load_own(offsets=np.array([0, 30, 100]), names=np.array(["a", "b"]), is_test=np.array([False, True]))
    assert [len(recording) for recording in found.recordings] == [30, 70]
    assert (found.names, found.test_from.tolist()) == (["a", "b"], [30, 0])
    own = load_own(offsets=np.array([0, 30, 100]), test_from=np.array([20, 50]))
    assert (own.names, own.test_from.tolist()) == (["recording 0", "recording 1"], [20, 50])


def test_events_are_put_in_order_and_belong_to_their_recordings(load_own):
    samples, labels = np.array([99, 5, 30, 29, 5]), np.array(["b", "a", "b", "a", "b"])
    found = load_own(offsets=np.array([0, 30, 100]), event_samples=samples, event_labels=labels)
    assert [part.tolist() for part in found.event_samples] == [[5, 5, 29], [0, 69]]
    assert [[found.event_names[i] for i in part] for part in found.event_labels] == [["a", "b", "a"], ["b", "b"]]
    unlabelled = load_own(event_samples=np.array([7, 3]))
    assert (unlabelled.event_names, unlabelled.event_labels[0].tolist()) == (["event"], [0, 0])


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"samples": None}, DataError, r"own\.npz holds no array samples; it needs samples, sampling_rate_hz"),
        ({"sampling_rate_hz": None}, DataError, r"own\.npz holds no array sampling_rate_hz"),
        ({"samples": np.zeros((3, 4, 5))}, ShapeError, r"samples must have shape .* found \(3, 4, 5\)"),
        ({"samples": np.zeros(0)}, ShapeError, r"samples must have shape .* found \(0,\)"),
        ({"samples": np.zeros(9, complex)}, DataError, "samples must be numbers, found complex128"),
        ({"samples": np.full((9, 1), np.nan)}, DataError, "recording 0 holds NaN or Inf in 9 of 9 rows"),
        ({"samples": np.array([{}] * 3)}, StorageError, r"own\.npz is not an NPZ file of plain arrays"),
        ({"sampling_rate_hz": -1}, DataError, "sampling_rate_hz must be a positive number, found -1"),
        ({"sampling_rate_hz": [1, 2]}, DataError, r"sampling_rate_hz must be one number, found int64 of shape \(2,\)"),
        ({"offsets": [0, 60, 60, 100]}, DataError, r"offsets must rise from 0 to 100, .* found \[0, 60, 60, 100\]"),
        ({"offsets": [0, 60]}, DataError, r"offsets must rise from 0 to 100, the number of samples, found \[0, 60\]"),
        ({"offsets": [0.0, 100.0]}, DataError, "offsets must be whole numbers in one dimension, found float64"),
        ({"is_test": [0]}, DataError, "is_test must be boolean of shape .* found int64"),
        ({"is_test": [True]}, DataError, "the set has no train sample"),
        ({"test_from": [101]}, DataError, "test_from of recording 0 must be from 0 to 100, found 101"),
        ({"event_samples": [100]}, DataError, "event_samples must be from 0 to 99, found 100 to 100"),
        ({"event_samples": [0.5]}, DataError, "event_samples must be whole numbers in one dimension, found float64"),
        ({"event_labels": [0]}, DataError, r"own\.npz holds no array event_samples"),
        (
            {"event_samples": [1, 2], "event_labels": [0]},
            ShapeError,
            r"event_labels must have one entry per event, shape \(2,\), found \(1,\)",
        ),
        ({"event_samples": [1], "event_labels": [-1]}, DataError, "1 of 1 events have no label"),
    ],
)
def test_unsound_file_is_refused_in_one_sentence(load_own, changes, error, message):
    with pytest.raises(error, match=message) as caught:
        load_own(**changes)
    assert "\n" not in str(caught.value)


def test_settings_and_files_are_those_of_the_source(tmp_path):
    assert settings_of("npz_recordings") == {"path": None, "test_fraction": 0.2}
    (tmp_path / "own.npz").write_bytes(b"")
    assert files_of("npz_recordings", settings={"path": "own.npz"}, data_dir=tmp_path) == [tmp_path / "own.npz"]


@pytest.mark.parametrize(
    ("name", "settings", "error", "message"),
    [
        ("npz_recording", {}, ConfigError, "not a known source of recordings; did you mean npz_recordings?"),
        ("npz_recordings", {"pth": "x"}, ConfigError, "setting of recordings from npz_recordings; did you mean path?"),
        ("npz_recordings", {}, ConfigError, "recordings from npz_recordings need the setting path"),
        ("npz_recordings", {"path": "nowhere.npz"}, StorageError, r"nowhere\.npz does not exist"),
        (
            "npz_recordings",
            {"path": __file__, "test_fraction": 0},
            ConfigError,
            "test_fraction must be between 0 and 1",
        ),
    ],
)
def test_impossible_source_or_setting_is_named(name, settings, error, message):
    with pytest.raises(error, match=message):
        load_recordings(name, seed=1, settings=settings)


@pytest.mark.skipif(np.finfo("g").max <= np.finfo("f8").max, reason="long double is float64 here")
def test_long_numbers_that_float64_does_not_hold_are_refused(load_own):
    samples = np.full(20, np.finfo("g").max)
    with pytest.raises(DataError, match="NaN or Inf"):
        load_own(samples=samples, sampling_rate_hz=1)


@pytest.mark.parametrize(
    ("given", "found"), [(np.array([b"\xff"]), "text in UTF-8"), (np.zeros(1, "V4"), "whole numbers, found .*V4")]
)
def test_names_that_are_no_words_are_refused(load_own, given, found):
    with pytest.raises(DataError, match=f"names must be .*{found}"):
        load_own(names=given)


@pytest.mark.parametrize("given", [["é"], ["é".encode()], [7]])
def test_names_are_text_bytes_or_numbers(load_own, given):
    assert load_own(names=np.array(given)).names == ["7" if given == [7] else "é"]
