"""Pieces of work are done once: a second attempt reads what the first one finished; a damaged file is done again."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from lsalsa.study.jobs.pieces import kept


class Work:
    """Counts how often it is done; its result has what JSON and NPZ can change on the way."""

    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1
        words = {"rows": [{"rmse": np.float32(0.1), "status": "ok", "psnr": None, "gap": float("nan")}]}
        return words, {"codes": csr_array(np.eye(3, dtype=np.float32)), "none": np.empty((2, 0))}


def same(ours, theirs):
    np.testing.assert_equal(ours[0], theirs[0])
    assert ours[1].keys() == theirs[1].keys()
    assert (ours[1]["codes"] != theirs[1]["codes"]).nnz == 0 and ours[1]["codes"].dtype == np.float32
    assert ours[1]["none"].shape == theirs[1]["none"].shape == (2, 0)
    return True


def test_a_piece_is_done_once_and_is_the_same_when_it_is_read_again(tmp_path):
    work = Work()
    first, second = (kept(work, tmp_path / "piece.npz") for _ in range(2))
    assert work.count == 1 and same(first, second)
    assert first[0]["rows"][0]["rmse"] == float(np.float32(0.1))


def test_nothing_is_kept_without_a_path(tmp_path):
    work = Work()
    assert same(kept(work, None), kept(work, None)) and work.count == 2
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_piece_is_done_again_with_a_warning(tmp_path, caplog):
    work, path = Work(), tmp_path / "piece.npz"
    first = kept(work, path)
    path.write_bytes(path.read_bytes()[:200])
    assert same(kept(work, path), first) and work.count == 2
    assert "doing this piece again" in caplog.text
    assert same(kept(work, path), first) and work.count == 2


def test_work_that_fails_leaves_no_piece(tmp_path):
    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept(fails, tmp_path / "piece.npz")
    assert list(tmp_path.iterdir()) == []
