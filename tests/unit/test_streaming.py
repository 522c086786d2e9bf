"""Codes from file to file: the same as in memory, in bounded memory, and no file where anything was wrong."""

import os
import subprocess
import sys
import zipfile
from functools import partial

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from scipy.sparse import csr_array
from worlds import make_world

import lsalsa
from lsalsa.errors import ConfigError, DataError, ShapeError, StorageError
from lsalsa.storage import read_arrays, read_metadata, write_arrays
from lsalsa.streaming import chunk_rows, encode_file, memory, open_rows, to_bytes

N = 210
WORLD = make_world(n_samples=N, dtype=np.float32)
ENCODER = lsalsa.LSALSA.from_problem(WORLD.problem, depth=2)


def in_lists(path, signals, **options):
    values = pyarrow.array(np.ascontiguousarray(signals).ravel())
    lists = pyarrow.FixedSizeListArray.from_arrays(values, signals.shape[1])
    labels = pyarrow.array(["any"] * len(signals))
    pyarrow.parquet.write_table(pyarrow.table({"label": labels, "signals": lists}), path, **options)


def in_columns(path, signals, **options):
    table = pyarrow.table({f"x{i}": column for i, column in enumerate(signals.T)})
    pyarrow.parquet.write_table(table, path, **options)


LAYOUTS = {
    "stored.npz": lambda path, signals: np.savez(path, other=np.ones(3), signals=signals),
    "deflated.npz": lambda path, signals: np.savez_compressed(path, signals=signals),
    "ours.npz": lambda path, signals: write_arrays(path, {"signals": signals, "labels": np.arange(len(signals))}),
    "lists.parquet": in_lists,
    "columns.parquet": in_columns,
    "small_groups.parquet": partial(in_lists, row_group_size=70),
}


@pytest.fixture
def in_chunks_of(monkeypatch):
    """Makes every file be read in chunks of so many rows, and in small pieces below them."""

    def ask(n):
        monkeypatch.setattr("lsalsa.streaming.parquet.BATCH", 50)
        monkeypatch.setattr("lsalsa.streaming.npz.PIECE", 100)
        monkeypatch.setattr("lsalsa.storage.csr.PIECE", 16)
        monkeypatch.setattr("lsalsa.streaming.chunk_rows", lambda *arguments: n)

    return ask


@pytest.fixture
def npz(tmp_path):
    path = tmp_path / "signals.npz"
    np.savez(path, signals=WORLD.signals)
    return path


def codes_in(path):
    return read_arrays(path)["codes"].toarray()


# --- the same codes as in memory ----------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("rows", [1, 7, 64, N, 10 * N])
def test_file_equals_that_of_all_codes_at_once_to_the_byte(tmp_path, in_chunks_of, layout, rows):
    in_chunks_of(rows)
    LAYOUTS[layout](tmp_path / layout, WORLD.signals)
    encode = partial(ENCODER.encode, tile_rows=1)  # equal tiles
    encode_file(tmp_path / layout, tmp_path / "codes.npz", encode, metadata={"depth": 2})
    write_arrays(tmp_path / "expected.npz", {"codes": csr_array(encode(WORLD.signals))}, {"depth": 2})
    assert (tmp_path / "codes.npz").read_bytes() == (tmp_path / "expected.npz").read_bytes()


@pytest.mark.parametrize(
    "encode",
    [
        ENCODER.encode,
        lambda signals: lsalsa.solve(WORLD.problem, signals, "fista", 20).codes,
        lambda signals: lsalsa.optimal_codes(WORLD.problem, signals).codes,
    ],
    ids=["encoder", "solver", "optimal_codes"],
)
def test_codes_agree_with_those_in_memory_to_rounding(tmp_path, npz, in_chunks_of, encode):
    in_chunks_of(100)
    encode_file(npz, tmp_path / "codes.npz", encode)
    np.testing.assert_allclose(codes_in(tmp_path / "codes.npz"), encode(WORLD.signals), rtol=1e-4, atol=1e-5)


def test_float64_stays_float64_and_the_array_has_the_name_that_is_given(tmp_path):
    world = make_world(n_samples=5)
    np.savez(tmp_path / "a.npz", patches=world.signals)
    encode = lsalsa.LISTA.from_problem(world.problem, depth=1).encode
    encode_file(tmp_path / "a.npz", tmp_path / "codes.npz", encode, array="patches")
    np.testing.assert_array_equal(codes_in(tmp_path / "codes.npz"), encode(world.signals))
    assert codes_in(tmp_path / "codes.npz").dtype == np.float64
    assert read_metadata(tmp_path / "codes.npz") == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_signals_give_no_codes(tmp_path, layout):
    LAYOUTS[layout](tmp_path / layout, WORLD.signals[:0])
    encode_file(tmp_path / layout, tmp_path / "codes.npz", ENCODER.encode)
    assert read_arrays(tmp_path / "codes.npz")["codes"].shape == (0, ENCODER.n_atoms)


# --- memory -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(1, 1), ("500MB", 500 * 10**6), ("2 GB", 2 * 10**9), ("1.5GiB", 3 * 2**29), ("7kb", 7000), ("12", 12)],
)
def test_limit_is_read_in_bytes_and_in_units(limit, expected):
    assert to_bytes(limit) == expected


@pytest.mark.parametrize("limit", ["", "fast", "-1GB", "0GB", "2 pounds", 0, -5, 1.5])
def test_limit_that_is_none_is_refused(limit):
    with pytest.raises(ConfigError, match="memory_limit must be"):
        to_bytes(limit)


def test_chunk_grows_with_the_limit_and_shrinks_with_what_a_row_takes():
    rows = partial(chunk_rows, dtype=np.dtype(np.float32))
    assert rows("2GB", 100, 100) > rows("1GB", 100, 100) > rows("1GB", 100, 1000) > 0
    assert rows("2GB", 100, 100) % memory.STEP == 0
    assert rows("1GB", 100, 100, held=10**8) < rows("1GB", 100, 100)


def test_least_limit_that_is_named_is_enough_and_a_smaller_one_is_not():
    rows = partial(chunk_rows, n_features=1000, n_atoms=2000, dtype=np.dtype(np.float64))
    with pytest.raises(ConfigError, match=r"at least (\d+)MB for signals of length 1000 .* found 100MB") as refusal:
        rows("100MB")
    least = int(str(refusal.value).split("at least ")[1].split("MB")[0])
    assert rows(f"{least}MB") == memory.STEP
    with pytest.raises(ConfigError):
        rows(f"{least - 1}MB")
    with pytest.raises(ConfigError, match=r"\(50MB of it to read the file\)"):
        rows(f"{least}MB", held=50 * 10**6)


PEAK = """
import sys
import numpy as np
from lsalsa.encoders.lista import LISTA
from lsalsa.problem import SparseCodingProblem
from lsalsa.streaming import encode_file

encoder = LISTA.from_problem(SparseCodingProblem([np.eye(400, 10, dtype=np.float32)], [0.1]), depth=1)
encode_file(sys.argv[1], sys.argv[2], encoder.encode, memory_limit=int(sys.argv[3]))
with open("/proc/self/status") as status:  # getrusage would tell of the parent
    print(next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")))
"""


def write_ones(path, n, columns, pieces):
    """A matrix of ones, which packs into a small file, written a piece at a time."""
    piece = np.ones((n // pieces, columns), np.float32)
    if path.suffix == ".npz":
        packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        with packed as archive, archive.open("signals.npy", "w", force_zip64=True) as stream:
            header = {"descr": "<f4", "fortran_order": False, "shape": (n, columns)}
            np.lib.format.write_array_header_1_0(stream, header)
            for _ in range(pieces):
                stream.write(piece.data)
        return
    table = pyarrow.table({"signals": pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(piece.ravel()), columns)})
    plain = {"use_dictionary": False, "compression": "zstd", "compression_level": 1}  # written in a third of the time
    with pyarrow.parquet.ParquetWriter(path, table.schema, **plain) as writer:
        for _ in range(pieces):
            writer.write_table(table)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("layout", ["packed.npz", "lists.parquet"])
def test_peak_of_the_process_stays_within_the_limit_for_signals_three_times_as_large(tmp_path, layout):
    limit, n = 380 * 10**6, 720_000
    assert n * 400 * 4 >= 3 * limit
    write_ones(tmp_path / layout, n, 400, pieces=40)
    command = [sys.executable, "-c", PEAK, str(tmp_path / layout), str(tmp_path / "codes.npz"), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < limit
    assert read_arrays(tmp_path / "codes.npz")["codes"].shape == (n, 10)


def test_columns_that_a_row_group_reads_side_by_side_count_in_the_limit(tmp_path):
    in_columns(tmp_path / "large.parquet", WORLD.signals)
    in_columns(tmp_path / "small.parquet", WORLD.signals, row_group_size=21)
    large, small = (open_rows(tmp_path / f"{size}.parquet").held for size in ("large", "small"))
    assert large > WORLD.signals.nbytes
    assert small < large


# --- refusals: one sentence, and no file --------------------------------------------------------------------


def refused(tmp_path, source, error, match, encode=ENCODER.encode, **options):
    """The error of a call that leaves the folder as it was."""
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(error, match=match):
        encode_file(source, tmp_path / "codes.npz", encode, **options)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_truncated_file_is_refused(tmp_path, layout, share):
    source = tmp_path / layout
    LAYOUTS[layout](source, WORLD.signals)
    source.write_bytes(source.read_bytes()[: int(share * source.stat().st_size)])
    refused(tmp_path, source, StorageError, f"{layout} is not a whole")


@pytest.mark.parametrize("layout", ["stored.npz", "deflated.npz"])
def test_damage_inside_is_found_by_the_checksum(tmp_path, layout, in_chunks_of):
    in_chunks_of(50)
    source = tmp_path / layout
    LAYOUTS[layout](source, WORLD.signals)
    content = bytearray(source.read_bytes())
    content[-1000] ^= 1
    source.write_bytes(content)
    refused(tmp_path, source, StorageError, f"{layout} is not a whole NPZ file")


@pytest.mark.parametrize("rows", [N - 1, N + 1], ids=["more", "fewer"])
def test_header_that_tells_of_other_rows_than_there_are_is_refused(tmp_path, rows):
    source = tmp_path / "a.npz"
    with zipfile.ZipFile(source, "w") as archive, archive.open("signals.npy", "w") as stream:
        header = {"descr": "<f4", "fortran_order": False, "shape": (rows, 8)}
        np.lib.format.write_array_header_1_0(stream, header)
        stream.write(WORLD.signals.data)
    refused(tmp_path, source, StorageError, "a.npz is not a whole NPZ file")


def test_file_that_is_not_there_or_of_another_kind_is_refused(tmp_path):
    refused(tmp_path, tmp_path / "a.npz", StorageError, "a.npz does not exist")
    (tmp_path / "a.csv").write_text("1")
    refused(tmp_path, tmp_path / "a.csv", ConfigError, r"read from .npz or .parquet files, found .*a.csv")


@pytest.mark.parametrize(
    ("array", "error", "match"),
    [
        (WORLD.signals[0], ShapeError, r"must be a matrix \(n_samples, n_features\), found shape \(8,\)"),
        (WORLD.signals[:, :0], ShapeError, "found shape"),
        (np.asfortranarray(WORLD.signals), StorageError, "stored column by column"),
        (np.ones((3, 8), np.int64), DataError, "must be float32 or float64, found int64"),
        (np.array([["a"]], object), StorageError, "signals holds Python objects"),
        (WORLD.signals[:, :5].copy(), ShapeError, r"signals must have shape \(n_samples, 8\)"),
        (WORLD.signals.astype(np.float64), DataError, "signals are float64, but the encoder is float32"),
    ],
    ids=["vector", "no_features", "by_columns", "integers", "objects", "short", "float64"],
)
def test_array_of_another_kind_is_refused(tmp_path, array, error, match):
    np.savez(tmp_path / "a.npz", signals=array)
    refused(tmp_path, tmp_path / "a.npz", error, match)


def test_name_that_is_not_in_the_file_is_refused_with_those_that_are(tmp_path, npz):
    refused(tmp_path, npz, StorageError, "holds no array patches; it holds signals", array="patches")


FLOATS = pyarrow.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ({"x": FLOATS, "label": ["a", "b"]}, "column label of .* must be float32 or float64, found string"),
        ({"x": FLOATS, "y": FLOATS.cast("float")}, "must be of one dtype, found x of float64 and y of float32"),
        ({"x": pyarrow.array([1.0, None])}, "missing values"),
        ({"signals": [[1.0], [2.0]]}, "column signals of .* must hold lists of a fixed size, found list"),
        ({"signals": pyarrow.array([[1.0], None], pyarrow.list_(pyarrow.float64(), 1))}, "missing values"),
        ({"signals": pyarrow.array([[1.0], [None]], pyarrow.list_(pyarrow.float64(), 1))}, "missing values"),
        ({}, "no columns"),
    ],
    ids=["label", "two_dtypes", "null", "lists_of_any_size", "null_list", "null_in_list", "nothing"],
)
def test_table_of_another_kind_is_refused(tmp_path, table, match):
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "a.parquet")
    refused(tmp_path, tmp_path / "a.parquet", DataError, match, encode=np.copy)


def test_nan_is_refused_with_the_rows_of_the_file(tmp_path, in_chunks_of):
    in_chunks_of(100)
    signals = WORLD.signals.copy()
    signals[150, 2] = np.nan
    np.savez(tmp_path / "a.npz", signals=signals)
    refused(tmp_path, tmp_path / "a.npz", DataError, r"rows 100 to 199 of .*a.npz: .* first in row 50")


@pytest.mark.parametrize(
    "encode",
    [lambda signals: signals[:1], lambda signals: signals.astype(np.float64 if len(signals) > 1 else np.float32)],
    ids=["one_row", "another_dtype"],
)
def test_codes_of_another_kind_than_the_first_are_refused(tmp_path, npz, encode):
    expected = r"rows 0 to 209 of .*: encode must give codes of shape and dtype \(210, 8\) float32, found "
    refused(tmp_path, npz, ShapeError, expected, encode)


def test_codes_that_are_no_matrix_are_refused(tmp_path, npz):
    refused(tmp_path, npz, ShapeError, r"a row per signal, found shape \(8,\)", lambda signals: signals[0])


def test_error_of_what_encodes_leaves_no_file(tmp_path, npz, in_chunks_of):
    in_chunks_of(100)

    def encode(signals):
        if len(signals) == 10:  # the last chunk
            raise ValueError("broken")
        return ENCODER.encode(signals)

    refused(tmp_path, npz, ValueError, "^broken$", encode)


def test_full_disk_leaves_no_file(tmp_path, npz, monkeypatch):
    def full(*arguments, **keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lsalsa.storage.csr.CsrRows.append", full)
    refused(tmp_path, npz, StorageError, "codes.npz could not be written, the disk is full")


def test_target_that_is_no_npz_file_or_the_source_is_refused(tmp_path, npz):
    with pytest.raises(ConfigError, match=r"written to an .npz file, found .*codes.parquet"):
        encode_file(npz, tmp_path / "codes.parquet", ENCODER.encode)
    with pytest.raises(ConfigError, match="the file of the signals"):
        encode_file(npz, npz, ENCODER.encode)
    assert list(read_arrays_of_numpy(npz)) == ["signals"]


def read_arrays_of_numpy(path):
    with np.load(path, allow_pickle=False) as archive:
        return dict(archive)


def test_target_is_replaced_only_by_a_whole_file(tmp_path, npz):
    encode_file(npz, tmp_path / "codes.npz", ENCODER.encode)
    before = (tmp_path / "codes.npz").read_bytes()
    refused(tmp_path, npz, ConfigError, "memory_limit must be at least", memory_limit="10MB")
    assert (tmp_path / "codes.npz").read_bytes() == before


# --- what encode gives --------------------------------------------------------------------------------------


def test_a_function_that_scales_each_signal_to_norm_1_is_no_worse_than_others(tmp_path, npz):
    """A signal of zeros has no norm: codes are looked at for the first signal of the file."""

    def scaled(signals):
        return ENCODER.encode(signals / np.linalg.norm(signals, axis=1, keepdims=True).astype(signals.dtype))

    lsalsa.encode_file(npz, tmp_path / "codes.npz", scaled)
    found = read_arrays(tmp_path / "codes.npz")["codes"].toarray()
    np.testing.assert_allclose(found, scaled(WORLD.signals), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda codes: codes * np.nan, "rows 0 to 0 of .*result of encode holds NaN or Inf"),
        (lambda codes: np.where(np.arange(len(codes))[:, None] == 7, np.inf, codes), "rows 0 to 209 .*first in row 7"),
        (lambda codes: codes.astype(object), "must give numbers, found object"),
        (lambda codes: codes.astype(str), "must give numbers, found <U"),
        (lambda codes: np.ma.masked_array(codes, codes > 0), "masked values"),
        (lambda codes: csr_array(codes), "must be dense"),
        (lambda codes: codes[0], "must give a matrix with a row per signal"),
        (lambda codes: None, "must be an array, found NoneType"),
    ],
)
def test_codes_that_are_no_finite_numbers_are_not_written(tmp_path, npz, change, message):
    refused(tmp_path, npz, (ShapeError, DataError), message, lambda signals: change(ENCODER.encode(signals)))


def test_a_solver_that_diverged_leaves_no_file(tmp_path, npz):
    def diverging(signals):
        return lsalsa.solve(WORLD.problem, signals, "ista", 4000, step_size=50.0).codes

    refused(tmp_path, npz, DataError, "NaN or Inf", diverging)
