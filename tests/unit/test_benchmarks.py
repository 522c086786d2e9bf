"""The benchmarks' cases at tiny sizes: whole rows, sensible ratios. How fast anything is, is not tested."""

import json
import math
import sys
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import core, peers, plots  # noqa: E402
from benchmarks.bench import KEYS, Bench  # noqa: E402
from benchmarks.cases import (  # noqa: E402
    calls,
    cases,
    convolution,
    dictionary,
    exact,
    frontier,
    inference,
    scale,
    search,
    start_up,
    training,
)
from benchmarks.floors import StepProducts, encoding_floor  # noqa: E402
from benchmarks.worlds import random_world  # noqa: E402
from lsalsa.arrays import Device  # noqa: E402
from lsalsa.encoders import encoder_class  # noqa: E402
from lsalsa.problem import SparseCodingProblem  # noqa: E402
from lsalsa.storage import read_rows  # noqa: E402
from lsalsa.study.scoring import exact_peers  # noqa: E402

CPU = Device("cpu")


def tiny_world():
    return random_world(CPU, 12, 8, 10)


def tiny_patches():
    signals = np.random.default_rng(5).standard_normal((600, 8)).astype(np.float32)
    return signals[:560], signals[560:]


TINY = {
    "start_up": start_up.run,
    "inference": partial(inference.run, shapes=[(30, 6, 8)], depth=2),
    "calls": partial(calls.fixed, shape=(6, 8), large=(8, 10)),
    "few": partial(calls.few, shapes=[(6, 8)], counts=[1, 3], depth=2),
    "once": partial(inference.run_once, shapes=[(30, 6, 8)], depth=2, asleep=0.0),
    "training": partial(training.run, sizes=[(8, 2, 2)], batch=10),
    "training_peers": partial(training.run_beside, sizes=[(8, 2, 2)], batch=10),
    "training_whole": partial(training.run_whole, sizes=[(8, 2)], n=40, batch=10, epochs=2),
    "exact": partial(exact.run, problems={"tiny": tiny_world}, subsets={"sklearn": {10: 5}}),
    "warm_start": partial(
        exact.run_warm, problems={"tiny": tiny_world}, depths=(1,), settings={"tiny": [{"mu": 0.5}]}, epochs=1
    ),
    "convolution": partial(convolution.run, sizes=[(400, 5)], depth=2),
    "dictionary": partial(dictionary.run, patches=tiny_patches, n_atoms=(6,), seconds=0.02, seeds=(0, 1)),
    "search": partial(search.run, counts=(1, 2), n_atoms=8, n_train=120),
    "scale": partial(scale.run, sizes=(60, 70_000)),  # one chunk, and more than one
    "frontier": partial(frontier.run, make=tiny_world, solver_depths=(1, 2), encoder_depths=(1,), epochs=1),
}


hurried = partial(Bench, turn=0.0, pause=0.0)


@pytest.fixture
def bench():
    return hurried(CPU, rounds=1)


@pytest.fixture(autouse=True)
def without_other_peers(monkeypatch):
    """What takes long to compile is left to runs by hand."""
    for makers in (peers.NETWORKS, peers.STEPS):
        monkeypatch.delitem(makers, peers.COMPILED)


@cache
def rows_of(name):
    """The rows of a case, run once for all tests."""
    return list(TINY[name](hurried(CPU, rounds=1)))


def test_every_case_has_a_tiny_form():
    assert set(TINY) == set(cases())


@pytest.mark.parametrize("name", TINY)
def test_rows_are_whole_and_ratios_are_positive_numbers(name):
    rows = rows_of(name)
    assert rows
    for row in rows:
        assert set(KEYS) <= set(row)
        assert row["benchmark"] == name
        assert json.loads(json.dumps(row)) == row
        assert row["status"] in ("done", "skipped")
        if row["status"] == "done":
            assert row["ratio"] > 0 and math.isfinite(row["ratio"])
            assert row["wall_s"] > 0
        else:
            assert row["note"]


def test_memory_of_many_patches_stays_within_the_limit():
    rows = rows_of("scale")
    assert rows[0]["chunk"] < rows[1]["n"]
    if Path("/proc/self/status").exists():
        assert all(row["peak_rss_mib"] < row["memory_limit_mib"] for row in rows)


def test_absent_peer_is_a_skipped_row_with_its_reason(bench, monkeypatch):
    def absent(module):
        raise peers.AbsentPeer(f"{module} cannot be imported: gone")

    for module in (peers, exact_peers):
        monkeypatch.setattr(module, "load", absent)
    rows = [*TINY["exact"](bench), *TINY["training"](bench)]
    skipped = [row for row in rows if row["status"] == "skipped"]
    assert {row["peer"] for row in skipped} == {"SPAMS lasso", "scikit-learn lasso_cd", "PyTorch eager, CPU"}
    assert all("gone" in row["note"] for row in skipped)
    assert any(row["status"] == "done" for row in rows)


def test_module_that_fails_while_it_is_imported_is_absent():
    with pytest.raises(peers.AbsentPeer, match="no_such_module"):
        peers.load("no_such_module")


def test_works_take_turns_after_two_calls_to_warm_up():
    calls = []
    bench = Bench(CPU, rounds=2, turn=0.0, pause=0.0)
    times = bench.interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")})
    assert calls == ["a", "b"] * 4
    assert [len(taken.seconds) for taken in times.values()] == [2, 2]
    assert times["a"].least <= times["a"].median


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_way_of_the_encoding_floor_multiplies_all_rows(dtype):
    draws = np.random.default_rng(0)
    signals, atoms, square = (draws.standard_normal(shape).astype(dtype) for shape in ((300, 4), (4, 5), (5, 5)))
    counted = []
    ways = encoding_floor(signals, atoms, square, depth=3)
    for way in ways.values():
        way()
        counted.append(way)
    assert len(counted) == 3


def test_products_of_a_step_have_the_shapes_of_its_gradients():
    signals, atoms, square = np.ones((4, 3)), np.ones((3, 5)), np.eye(5)
    step = StepProducts(signals, atoms, square, depth=2, repeats=1)
    step()
    assert step.filter_gradient.shape == atoms.shape
    np.testing.assert_allclose(step.square_gradient, 2 * 4 * 0.25)


@pytest.mark.parametrize("peer", peers.EXACT)
def test_exact_peers_solve_the_same_problem(peer):
    world = tiny_world()
    other = np.linalg.qr(np.random.default_rng(1).standard_normal((8, 8)))[0].astype(np.float32)
    problem = SparseCodingProblem([*world.problem.dictionaries, other], [0.5, 0.8])
    try:
        codes = peers.exact_codes(peer, problem, world.signals)()
    except peers.AbsentPeer as absent:
        pytest.skip(str(absent))
    assert problem.relative_gap(world.signals, codes).max() < 0.1


@pytest.mark.parametrize("peer", peers.NETWORKS)
@pytest.mark.parametrize("name", ["lista", "lsalsa"])
def test_networks_of_the_peers_give_the_codes_and_take_the_steps_of_the_library(name, peer):
    if peer == peers.COMPILED:
        pytest.skip("as eager PyTorch, after half a minute of compiling")
    world = tiny_world()
    encoder = encoder_class(name).from_problem(world.problem, depth=3)
    targets = np.zeros((12, 10), np.float32)
    try:
        codes = peers.NETWORKS[peer](encoder, world.signals)()
        step = peers.STEPS[peer](encoder, world.signals, targets, 0.1)
    except peers.AbsentPeer as absent:
        pytest.skip(str(absent))
    np.testing.assert_allclose(np.asarray(codes), encoder.encode(world.signals), rtol=1e-4, atol=1e-6)
    _, gradient = encoder.loss_and_gradient(world.signals, targets)
    step(np.arange(12))
    if peer == peers.EAGER:
        moved = encoder.arrays["splitting"] - 0.1 * gradient["splitting"]
        np.testing.assert_allclose(step.square.detach().numpy(), moved, rtol=1e-4, atol=1e-6)


def test_convolution_of_pytorch_gives_the_codes_of_the_library():
    problem, signals = convolution.window(400, 8)
    encoder = encoder_class("crsae").from_problem(problem, depth=6)
    try:
        codes = peers.TorchConvolution(encoder).encode(signals)().numpy()
    except peers.AbsentPeer as absent:
        pytest.skip(str(absent))
    assert codes.any()
    np.testing.assert_allclose(codes.transpose(0, 2, 1).reshape(1, -1), encoder.encode(signals), atol=1e-4)


@pytest.mark.parametrize("name", ["lista", "lsalsa"])
def test_step_of_pytorch_is_that_of_the_library(name):
    world = tiny_world()
    encoder = encoder_class(name).from_problem(world.problem, depth=3)
    targets = np.zeros((12, 10), np.float32)
    try:
        step = peers.TorchStep(encoder, world.signals, targets, rate=0.1)
    except peers.AbsentPeer as absent:
        pytest.skip(str(absent))
    _, gradient = encoder.loss_and_gradient(world.signals, targets)
    step(np.arange(12))
    moved = encoder.arrays["splitting"] - 0.1 * gradient["splitting"]
    np.testing.assert_allclose(step.square.detach().numpy(), moved, rtol=1e-4, atol=1e-6)


def test_command_writes_rows_that_the_plots_read(tmp_path, monkeypatch, capsys):
    in_processes = {name: lambda bench, name=name: rows_of(name) for name in ("start_up", "scale")}
    monkeypatch.setattr(core, "cases", lambda: TINY | in_processes)
    monkeypatch.setattr(core, "Bench", hurried)
    core.main(["--rounds", "1", "--device", "cpu", "--output", str(tmp_path)])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["benchmark"] for line in lines} == set(TINY)
    assert sum(len(read_rows(tmp_path / f"{name}.parquet")) for name in TINY) == len(lines)
    plots.main([str(tmp_path)])
    assert (tmp_path / "speed.png").stat().st_size > 10_000
    assert (tmp_path / "speed.svg").is_file()


def test_plots_are_drawn_of_what_there_is(tmp_path):
    plots.main([str(tmp_path)])
    assert (tmp_path / "speed.png").is_file()


def test_short_work_is_called_until_its_turn_is_long_enough(monkeypatch):
    calls, now = [], [0.0]

    def work():
        calls.append(now[0])
        now[0] += 0.01

    monkeypatch.setattr("benchmarks.bench.time.perf_counter", lambda: now[0])
    times = Bench(CPU, rounds=1, turn=0.05, pause=0.0).interleaved({"short": work})
    assert len(calls) in (2 + 5, 2 + 6)  # rounding
    assert times["short"].least == pytest.approx(0.01)
