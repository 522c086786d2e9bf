"""Recorded passes against the plain ones, on other data than they were recorded with."""

import copy
import pickle
import threading

import numpy as np
import pytest

from lsalsa.arrays import one_blas_thread, set_threads, threads
from lsalsa.arrays.crew import run_together
from lsalsa.arrays.programs import Recorder, nothing_recorded
from lsalsa.arrays.recorded import Unrecordable
from lsalsa.encoders import available, encoder_class
from lsalsa.encoders._recorded import CALLS, record_step
from lsalsa.encoders._sums import summed
from lsalsa.errors import DataError
from lsalsa.losses import CODES, TiedDecoderLoss
from lsalsa.problem import SparseCodingProblem
from lsalsa.training import Training, TrainingSettings

RECORDED = [name for name in available() if encoder_class(name).recordable]


@pytest.fixture
def two_threads():
    before = threads()
    set_threads(2)
    yield
    set_threads(before)


def world(n=30, n_features=9, n_atoms=12, dtype=np.float32):
    draws = np.random.default_rng(1)
    atoms = draws.standard_normal((n_features, n_atoms))
    problem = SparseCodingProblem((atoms / np.linalg.norm(atoms, axis=0)).astype(dtype), 0.3)
    return problem, draws.standard_normal((n, n_features)).astype(dtype)


def recorded_encoder(name, n, **settings):
    problem, signals = world(max(30, n))
    encoder = encoder_class(name).from_problem(problem, depth=3, **settings)
    for _ in range(CALLS):
        encoder.encode(signals[:n])
    assert encoder._encodings._free[n]
    return encoder, signals


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_operation_gives_what_numpy_gives(dtype):
    draws = np.random.default_rng(0)
    a, b, square = (draws.standard_normal(shape).astype(dtype) for shape in ((5, 4), (5, 4), (4, 4)))
    recorder = Recorder(dtype)
    x, y, s = (recorder.wrap(array) for array in (a, b, square))
    found = {"sum": x + y, "difference": x - y, "product": x * y, "scaled": x * 0.3, "masked": x * (y != 0)}
    found |= {"matmul": x @ s, "right": x @ s.T, "left": x.T @ y, "row": x[:1] @ s, "row right": x[1:2] @ s.T}
    found["zeros"] = np.zeros_like(s)
    found["copy"] = recorder.new(a.shape)
    found["copy"][...] = x
    found["in place"] = recorder.new(a.shape)
    found["in place"].fill(2.0)
    found["in place"] += x
    found["in place"] *= y != 0
    found["taken"] = recorder.gather(a, np.array([3, 0, 3]))
    inner, finite = 0.5 * np.vdot(x, y), recorder.finite(x)
    program = recorder.program()
    for array in (a, b, square):
        array[...] = draws.standard_normal(array.shape)
    b[2] = 0
    program()
    wanted = {"sum": a + b, "difference": a - b, "product": a * b, "scaled": a * 0.3, "masked": a * (b != 0)}
    wanted |= {"matmul": a @ square, "right": a @ square.T, "left": a.T @ b, "row": a[:1] @ square}
    wanted |= {"row right": a[1:2] @ square.T, "zeros": np.zeros_like(square), "copy": a}
    wanted |= {"in place": (a + 2) * (b != 0), "taken": a[[3, 0, 3]]}
    for name, array in wanted.items():
        np.testing.assert_allclose(
            found[name]._values, array, rtol=1e-5 if dtype == np.float32 else 1e-13, err_msg=name
        )
    assert inner.value(program) == pytest.approx(0.5 * np.vdot(a, b), rel=1e-5)
    assert program.scalars[finite] == 1
    a[0, 0] = np.inf
    program()
    assert program.scalars[finite] == 0


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: np.sum(x),
        lambda x: np.exp(x),
        lambda x: x[[0, 2]],
        lambda x: float(x[0, 0]),
        lambda x: float(np.vdot(x, x)),
        lambda x: bool(x[0, 0] > 0),
        lambda x: np.asarray(x),
        lambda x: x * np.float64(0.3),
        lambda x: x + 1,
        lambda x: x[:, :2] + x[:, :2],
        lambda x: x.T @ x[0],
        lambda x: x.T @ x.reshape(2, 2, 3),
    ],
)
def test_what_no_program_can_do_is_refused(operation):
    with pytest.raises(Unrecordable):
        operation(Recorder(np.float32).wrap(np.ones((4, 3), np.float32)))


def test_the_encoders_of_the_paper_are_recorded():
    assert {"lista", "lsalsa"} <= set(RECORDED)


@pytest.mark.parametrize("n", [1, 2, 7, 25])
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_codes_are_the_plain_ones_to_the_byte(name, n):
    encoder, signals = recorded_encoder(name, n)
    other = signals[-n:] * 3
    fast = encoder.encode(other)
    assert fast.tobytes() == encoder.codes_of(other).tobytes()
    assert not np.shares_memory(fast, encoder.encode(signals[:n]))
    encoder.arrays["filter"] *= 2  # in place, as training does
    assert encoder.encode(other).tobytes() == encoder.codes_of(other).tobytes()


def test_new_arrays_and_settings_are_not_overlooked():
    encoder, signals = recorded_encoder("lsalsa", 1)
    encoder.arrays["filter"] = encoder.arrays["filter"] * 2
    assert encoder.encode(signals[:1]).tobytes() == encoder.codes_of(signals[:1]).tobytes()
    encoder, signals = recorded_encoder("lsalsa", 1)
    encoder.settings["mu"] = 0.2
    assert encoder.encode(signals[:1]).tobytes() == encoder.codes_of(signals[:1]).tobytes()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_copies_have_programs_of_their_own(copied):
    encoder, signals = recorded_encoder("lista", 2)
    other = copied(encoder)
    other.arrays = {name: array * 2 for name, array in other.arrays.items()}
    for _ in range(CALLS + 1):
        found = other.encode(signals[:2])
    assert found.tobytes() == other.codes_of(signals[:2]).tobytes()
    assert encoder.encode(signals[:2]).tobytes() == encoder.codes_of(signals[:2]).tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_signals_that_are_not_finite_are_refused_all_the_same(bad):
    encoder, signals = recorded_encoder("lista", 2)
    signals[1, 3] = bad
    with pytest.raises(DataError, match="NaN or Inf"):
        encoder.encode(signals[:2])
    with pytest.raises(DataError, match="float64"):
        encoder.encode(signals[2:4].astype(np.float64))


def test_several_threads_encode_with_one_encoder_at_a_time():
    encoder, signals = recorded_encoder("lsalsa", 1)
    wanted = [encoder.codes_of(signals[i : i + 1]).tobytes() for i in range(30)]
    faults = []

    def encode():
        for i in list(range(30)) * 20:
            if encoder.encode(signals[i : i + 1]).tobytes() != wanted[i]:
                faults.append(i)

    workers = [threading.Thread(target=encode) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["lista", "lsalsa"])
def test_recorded_steps_are_the_plain_ones_to_the_byte(name, dtype, two_threads):
    problem, signals = world(600, dtype=dtype)
    encoder = encoder_class(name).from_problem(problem, depth=3)
    targets = encoder.encode(signals) + 0.1 * signals[:, :1]
    names, tiles = encoder.learned, encoder.gradient_tiles()
    step = record_step(encoder, signals, targets, CODES, names, tiles.cut(500))
    for seed in range(3):
        index = np.random.default_rng(seed).permutation(600)[:500]
        value, gradient = summed(step(index), names, tiles)
        wanted, plain = encoder.unchecked_loss_and_gradient(signals[index], targets[index], CODES, names, tiles)
        assert value == wanted
        for parameter in names:
            assert gradient[parameter].tobytes() == plain[parameter].tobytes()
            encoder.arrays[parameter] -= 0.1 * plain[parameter]


@pytest.mark.parametrize(("name", "settings"), [("lista", {"learn_thresholds": True}), ("slstm", {})])
def test_passes_that_cannot_be_recorded_are_taken_as_they_are(name, settings):
    problem, signals = world()
    encoder = encoder_class(name).from_problem(problem, depth=2, **settings)
    targets, tiles = encoder.encode(signals), encoder.gradient_tiles()
    assert record_step(encoder, signals, targets, CODES, encoder.learned, tiles.cut(30)) is None


def test_losses_on_signals_are_taken_as_they_are():
    problem, signals = world(300)
    encoder = encoder_class("lista").from_problem(problem, depth=2)
    loss = TiedDecoderLoss.from_problem(problem, encoder)
    settings = TrainingSettings(learning_rate=1e-3, batch_size=10)
    training = Training(encoder, signals, settings=settings, loss=loss)
    training.run_epoch()
    assert training.steps[0, 10].recorded is None


def test_training_records_its_steps_and_ends_at_the_same_bytes(monkeypatch):
    problem, signals = world(300)
    targets = encoder_class("lsalsa").from_problem(problem, depth=8).encode(signals)
    ends = []
    for calls in (CALLS, 10**9):
        monkeypatch.setattr("lsalsa.encoders._recorded.CALLS", calls)
        encoder = encoder_class("lsalsa").from_problem(problem, depth=2)
        settings = TrainingSettings(learning_rate=0.1, batch_size=20)
        training = Training(encoder, signals, targets, settings=settings)
        for _ in range(4):
            training.run_epoch()
        assert (training.steps[0, 20].recorded is not None) == (calls == CALLS)
        ends.append(b"".join(array.tobytes() for array in encoder.arrays.values()))
    assert ends[0] == ends[1]


def test_programs_that_run_together_all_run_once(two_threads):
    totals = [np.zeros((1, 8), np.float32) for _ in range(7)]
    programs = []
    for total in totals:
        recorder = Recorder(np.float32)
        recorded = recorder.wrap(total)
        recorded += recorder.wrap(np.ones((1, 8), np.float32))
        programs.append(recorder.program())
    for _ in range(2000):
        run_together(programs)
    assert all((total == 2000).all() for total in totals)
    with one_blas_thread():
        run_together(programs[:1])
    assert totals[0][0, 0] == 2001


def test_nothing_is_recorded_where_memory_counts():
    problem, signals = world(3)
    encoder = encoder_class("lista").from_problem(problem, depth=2)
    with nothing_recorded():
        for _ in range(CALLS + 1):
            plain = encoder.encode(signals)
    assert not encoder._encodings._free
    for _ in range(CALLS):
        np.testing.assert_array_equal(encoder.encode(signals), plain)
    assert encoder._encodings._free
