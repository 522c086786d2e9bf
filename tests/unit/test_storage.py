"""Files of results are whole or absent; damaged and foreign ones are refused in one sentence."""

import errno
import os
import stat
import zipfile

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from scipy.sparse import csr_array

from lsalsa.errors import DataError, StorageError
from lsalsa.storage import (
    atomic,
    check_writable,
    free_bytes,
    read_arrays,
    read_metadata,
    read_row_metadata,
    read_rows,
    write_arrays,
    write_rows,
    write_text,
)


@pytest.fixture
def npz(tmp_path):
    """A file with 4 kB of numbers and metadata."""
    path = tmp_path / "codes.npz"
    write_arrays(path, {"codes": np.arange(1000, dtype=np.float32)}, {"task": "digits"})
    return path


@pytest.fixture
def parquet(tmp_path):
    """A file with a hundred rows and metadata."""
    path = tmp_path / "rows.parquet"
    write_rows(path, [{"depth": depth, "rmse": depth / 7} for depth in range(100)], {"task": "digits"})
    return path


def cut_to(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


def fail_with(number):
    def fail(*arguments, **keywords):
        raise OSError(number, os.strerror(number))

    return fail


# --- round trips --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "array",
    [
        np.eye(3, dtype=np.float32),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.zeros((0, 4), dtype=np.int64),
        np.array([True, False]),
        np.array(["brick", "ü"]),
        np.array(2.5),
    ],
    ids=["float32", "columns_first", "empty", "bool", "strings", "scalar"],
)
def test_array_comes_back_with_values_dtype_and_memory_order(tmp_path, array):
    write_arrays(tmp_path / "a.npz", {"a": array})
    found = read_arrays(tmp_path / "a.npz")["a"]
    np.testing.assert_array_equal(found, array)
    assert (found.dtype, found.shape, found.flags.f_contiguous) == (
        array.dtype,
        array.shape,
        array.flags.f_contiguous,
    )


@pytest.mark.parametrize("shape", [(5, 7), (0, 7)], ids=["five_rows", "no_rows"])
def test_sparse_codes_come_back_sparse(tmp_path, shape):
    codes = csr_array(np.eye(*shape, dtype=np.float32))
    write_arrays(tmp_path / "a.npz", {"codes": codes, "gap": np.ones(shape[0])})
    found = read_arrays(tmp_path / "a.npz")
    assert list(found) == ["codes", "gap"]
    assert (found["codes"].format, found["codes"].dtype, found["codes"].shape) == ("csr", np.float32, shape)
    np.testing.assert_array_equal(found["codes"].toarray(), codes.toarray())


def test_metadata_of_arrays_comes_back_with_numpy_numbers_made_plain(tmp_path):
    write_arrays(tmp_path / "a.npz", {}, {"seed": np.int64(3), "mu": np.float64(0.5), "method": None, "depths": [1, 3]})
    assert read_metadata(tmp_path / "a.npz") == {"seed": 3, "mu": 0.5, "method": None, "depths": [1, 3]}
    assert read_arrays(tmp_path / "a.npz") == {}


def test_metadata_is_empty_where_none_was_given(tmp_path):
    write_arrays(tmp_path / "a.npz", {"a": np.ones(1)})
    write_rows(tmp_path / "a.parquet", [])
    assert read_metadata(tmp_path / "a.npz") == read_row_metadata(tmp_path / "a.parquet") == {}
    assert read_rows(tmp_path / "a.parquet") == []


def test_only_the_named_arrays_are_read(npz, monkeypatch):
    write_arrays(npz, {"large": np.ones(10), "small": np.zeros(2), "codes": csr_array(np.eye(2))})
    assert list(read_arrays(npz, ["small", "codes"])) == ["small", "codes"]


def test_equal_arrays_give_equal_bytes_at_any_time(tmp_path, monkeypatch):
    for name, now in (("a", 1.0e9), ("b", 1.7e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        write_arrays(tmp_path / f"{name}.npz", {"x": np.arange(9), "y": csr_array(np.eye(3))}, {"k": 1})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_numpy_alone_opens_the_file(npz):
    with np.load(npz, allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["codes"], np.arange(1000))


def test_rows_come_back_with_every_column_in_first_seen_order(tmp_path):
    rows = [{"depth": 1, "mu": None}, {"depth": 3, "method": "salsa", "mu": 0.1}, {"status": "done"}]
    write_rows(tmp_path / "a.parquet", rows, {"task": "digits"})
    found = read_rows(tmp_path / "a.parquet")
    assert [list(row) for row in found] == [["depth", "mu", "method", "status"]] * 3
    assert found == [{name: row.get(name) for name in found[0]} for row in rows]
    assert read_row_metadata(tmp_path / "a.parquet") == {"task": "digits"}


def test_rows_keep_nan_apart_from_null_and_take_numpy_numbers(tmp_path):
    rows = [
        {"loss": np.float32(np.nan), "seed": np.int64(2**40)},
        {"loss": None, "seed": 2},
        {"loss": 1, "seed": 3},
    ]
    write_rows(tmp_path / "a.parquet", rows)
    first, second, third = read_rows(tmp_path / "a.parquet")
    assert np.isnan(first["loss"]) and second["loss"] is None and third["loss"] == 1.0
    assert first["seed"] == 2**40


def test_text_is_written_as_it_is(tmp_path):
    write_text(tmp_path / "table.md", "depth µ\r\n1\n")
    assert (tmp_path / "table.md").read_bytes() == "depth µ\r\n1\n".encode()


# --- writing whole or not at all ----------------------------------------------------------------------------


def test_missing_folders_are_made_and_only_the_file_is_there(tmp_path):
    write_text(tmp_path / "tables" / "a" / "b.csv", "x\n")
    assert os.listdir(tmp_path / "tables" / "a") == ["b.csv"]


def test_new_file_can_be_read_by_others_as_the_umask_says(tmp_path):
    write_text(tmp_path / "a.csv", "x\n")
    (tmp_path / "plain.csv").write_text("x\n")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.csv", "plain.csv")}
    assert len(modes) == 1


def test_temporary_has_the_suffix_and_folder_of_the_file(tmp_path):
    with atomic(tmp_path / "figure.png") as temporary:
        assert (temporary.suffix, temporary.parent) == (".png", tmp_path)
        temporary.write_bytes(b"x")


@pytest.mark.parametrize("failure", [ValueError("crash"), KeyboardInterrupt()], ids=["crash", "interrupt"])
def test_failure_in_the_middle_leaves_neither_file_nor_temporary(tmp_path, failure):
    with pytest.raises(type(failure)), atomic(tmp_path / "a.npz") as temporary:
        temporary.write_bytes(b"half")
        raise failure
    assert os.listdir(tmp_path) == []


def test_failure_in_the_middle_keeps_the_file_that_was_there(npz):
    before = npz.read_bytes()
    with pytest.raises(ValueError), atomic(npz) as temporary:
        temporary.write_bytes(b"half")
        raise ValueError
    assert npz.read_bytes() == before
    assert os.listdir(npz.parent) == [npz.name]


def test_failed_array_write_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(np.lib.format, "write_array", fail_with(errno.EIO))
    with pytest.raises(StorageError, match=r"a\.npz could not be written: .*Input/output error"):
        write_arrays(tmp_path / "a.npz", {"a": np.ones(3)})
    assert os.listdir(tmp_path) == []


def test_failed_rename_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "replace", fail_with(errno.EACCES))
    with pytest.raises(StorageError, match=r"a\.csv could not be written: .*Permission denied"):
        write_text(tmp_path / "a.csv", "x")
    assert os.listdir(tmp_path) == []


def test_file_is_flushed_before_it_gets_its_name(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append((tmp_path / "a.csv").exists()))
    write_text(tmp_path / "a.csv", "x")
    assert seen == [False, True]  # the file, then the folder that now names it


@pytest.mark.parametrize(
    ("write", "patched", "needed"),
    [
        (lambda path: write_arrays(path, {"a": np.ones(1000)}), (np.lib.format, "write_array"), 8002),
        (lambda path: write_rows(path, [{"a": 1.0}] * 100), (pyarrow.parquet, "write_table"), 800),
        (lambda path: write_text(path, "x" * 100), (os, "fsync"), 100),
    ],
    ids=["arrays", "rows", "text"],
)
def test_full_disk_is_told_with_path_and_bytes(tmp_path, monkeypatch, write, patched, needed):
    monkeypatch.setattr(*patched, fail_with(errno.ENOSPC))
    path = tmp_path / "new" / "result.bin"
    with pytest.raises(StorageError, match=rf"result\.bin .* full: {needed} bytes needed, \d+ bytes free$"):
        write(path)
    assert os.listdir(path.parent) == []


def test_full_disk_before_there_is_a_folder_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.mkdir", fail_with(errno.ENOSPC))
    with (
        pytest.raises(StorageError, match=r"the disk is full: \d+ bytes free$"),
        atomic(tmp_path / "b" / "c.txt"),
    ):
        pass


def test_file_where_a_folder_is_needed_is_told(npz):
    with pytest.raises(StorageError, match=r"a\.csv could not be written"):
        write_text(npz / "a.csv", "x")


# --- content that cannot be written -------------------------------------------------------------------------


def test_folder_that_takes_files_passes_though_it_does_not_exist_yet(tmp_path):
    check_writable(tmp_path / "results" / "demo")
    assert list(tmp_path.iterdir()) == []
    assert free_bytes(tmp_path / "results" / "demo") > 0


@pytest.mark.parametrize("folder", ["/proc/results", "{file}/results"])
def test_folder_that_takes_no_files_is_told(npz, folder):
    folder = folder.format(file=npz)
    with pytest.raises(StorageError, match=f"^{folder} cannot be written, .+ takes no files: ."):
        check_writable(folder)


@pytest.mark.parametrize("link", ["results", "results/demo", "results/demo/codes"])
def test_link_to_a_disk_that_is_not_mounted_is_told(tmp_path, link):
    (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "not_mounted")
    folder = tmp_path / "results" / "demo"
    told = (
        f"{folder} cannot be written, {tmp_path / link} is a link to {tmp_path / 'not_mounted'}, which does not exist"
    )
    with pytest.raises(StorageError, match=f"^{told}$"):
        check_writable(folder)
    (tmp_path / "not_mounted").mkdir()
    check_writable(folder)
    assert free_bytes(folder) > 0


def test_array_of_objects_is_not_written(tmp_path):
    with pytest.raises(DataError, match="names has dtype object"):
        write_arrays(tmp_path / "a.npz", {"names": np.array(["a", None], dtype=object)})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "write", [lambda p, m: write_arrays(p, {}, m), lambda p, m: write_rows(p, [], m)], ids=["arrays", "rows"]
)
def test_metadata_that_json_cannot_hold_is_named(tmp_path, write):
    with pytest.raises(DataError, match=r"metadata of .*a\.bin cannot be written as JSON: .* is of type set"):
        write(tmp_path / "a.bin", {"depths": {1, 3}})


@pytest.mark.parametrize(
    ("values", "kinds"), [((1, "softx"), "int beside str"), ((True, 0.5), "bool beside float")], ids=str
)
def test_column_of_mixed_kinds_is_named(tmp_path, values, kinds):
    with pytest.raises(DataError, match=f"column mu of .* cannot hold {kinds}"):
        write_rows(tmp_path / "a.parquet", [{"mu": value} for value in values])
    assert os.listdir(tmp_path) == []


def test_number_too_large_for_a_column_is_told(tmp_path):
    with pytest.raises(DataError, match="column seed"):
        write_rows(tmp_path / "a.parquet", [{"seed": 2**70}])


# --- files that must be refused -----------------------------------------------------------------------------

READERS = {"codes.npz": (read_arrays, read_metadata), "rows.parquet": (read_rows, read_row_metadata)}


@pytest.mark.parametrize("read", [read_arrays, read_metadata, read_rows, read_row_metadata])
def test_missing_file_is_told(tmp_path, read):
    with pytest.raises(StorageError, match="nowhere does not exist$"):
        read(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="is a folder, not a file$"):
        read(tmp_path)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["npz", "parquet"])
def test_truncated_file_is_refused_with_its_name_and_what_to_do(request, kind, share):
    path = request.getfixturevalue(kind)
    cut_to(path, share)
    for read in READERS[path.name]:
        with pytest.raises(StorageError, match=rf"{path.name} is not a whole .*; delete it and run again$"):
            read(path)


def test_npz_written_to_all_but_the_mark_is_refused(npz):
    with zipfile.ZipFile(npz) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "complete"}
    with zipfile.ZipFile(npz, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    for read in (read_arrays, read_metadata):
        with pytest.raises(StorageError, match=r"codes\.npz .*no completion mark.*delete it and run again$"):
            read(npz)


def test_npz_of_somebody_else_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.ones(3))
    with pytest.raises(StorageError, match="no completion mark"):
        read_arrays(tmp_path / "a.npz")


def test_npz_of_another_version_is_refused(npz, monkeypatch):
    monkeypatch.setattr("lsalsa.storage.npz.MARK", b"lsalsa 99")
    write_arrays(npz, {})
    with pytest.raises(StorageError, match="another version of lsalsa .*lsalsa 99.*expected .*lsalsa 1"):
        read_arrays(npz)


def test_pickled_objects_are_never_loaded(npz):
    with zipfile.ZipFile(npz, "w") as archive:
        with archive.open("names.npy", "w") as stream:
            np.lib.format.write_array(stream, np.array([{}], dtype=object), allow_pickle=True)
        archive.writestr("metadata.json", "{}")
        archive.writestr("complete", b"lsalsa 1")
    with pytest.raises(
        StorageError, match=r"codes\.npz is not a whole NPZ file \(names holds Python objects, which are never read"
    ):
        read_arrays(npz)


def test_flipped_bytes_are_noticed(npz):
    content = bytearray(npz.read_bytes())
    content[2000] ^= 0xFF
    npz.write_bytes(content)
    with pytest.raises(StorageError, match="is not a whole NPZ file .*CRC"):
        read_arrays(npz)


def test_array_that_is_not_there_is_named_with_those_that_are(npz):
    with pytest.raises(StorageError, match="holds no array gap; it holds codes$"):
        read_arrays(npz, ["gap"])


def test_parquet_of_somebody_else_is_refused(tmp_path):
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), tmp_path / "a.parquet")
    for read in (read_rows, read_row_metadata):
        with pytest.raises(StorageError, match="no completion mark"):
            read(tmp_path / "a.parquet")
