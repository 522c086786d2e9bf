"""Training against hand-written optimisers, and what it does when a run goes wrong or is cut short."""

import math
from unittest import mock

import numpy as np
import pytest
from interrupted import asked_to_end
from worlds import World, fista_iterates, make_world

from lsalsa import LISTA, LSALSA, ConvolutionalProblem, ExactCRsAE, train
from lsalsa.arrays import set_threads, threads
from lsalsa.errors import ConfigError, DataError, DivergenceWarning, LsalsaError, ShapeError
from lsalsa.training import Training

N_SAMPLES = 40
LATE = 0.05  # a learning rate at which gradient descent on all samples needs some epochs to blow up
LEARNED = ("filter", "splitting")


def make_task(dtype=np.float64):
    """Signals of one small problem, their optimal codes, and more of both for validation."""
    world = make_world(2, n_samples=N_SAMPLES + 15, dtype=dtype)
    codes = fista_iterates(world, 2000)[-1].astype(dtype)
    training = World(world.dictionaries, world.penalties, world.signals[:N_SAMPLES])
    return training, codes[:N_SAMPLES], (world.signals[N_SAMPLES:], codes[N_SAMPLES:])


WORLD, TARGETS, VALIDATION = make_task()


def new_encoder(kind="lsalsa", depth=2, world=WORLD):
    return {"lista": LISTA, "lsalsa": LSALSA}[kind].from_problem(world.problem, depth=depth)


def run(encoder, **settings):
    given = {"learning_rate": 1e-3, "batch_size": 10, "epochs": 3, "tolerance": 0.0, **settings}
    return train(encoder, WORLD.signals, TARGETS, **given)


def same(first, second):
    return all(first.arrays[name].tobytes() == second.arrays[name].tobytes() for name in first.arrays)


def without_clock(rows):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


every_encoder = pytest.mark.parametrize("kind", ["lista", "lsalsa"])


# the optimisers


@every_encoder
def test_gradient_descent_with_decay_is_what_a_loop_by_hand_does(kind):
    """One batch per epoch, so that no order of samples enters."""
    encoder, by_hand = new_encoder(kind), new_encoder(kind)
    history = run(encoder, learning_rate=0.02, decay=0.5, batch_size=N_SAMPLES, epochs=3)
    for epoch in range(3):
        _, gradient = by_hand.loss_and_gradient(WORLD.signals, TARGETS)
        for name in LEARNED:
            by_hand.arrays[name] -= 0.02 * 0.5**epoch * gradient[name]
    for name in encoder.arrays:
        np.testing.assert_allclose(encoder.arrays[name], by_hand.arrays[name], atol=1e-12)
    assert [row["learning_rate"] for row in history.rows[1:]] == pytest.approx([0.02, 0.01, 0.005])


@every_encoder
def test_adam_is_what_a_loop_by_hand_does(kind):
    """Kingma and Ba 2015, in the order of the end of their section 2, with the constants of Algorithm 1."""
    encoder, by_hand = new_encoder(kind), new_encoder(kind)
    run(encoder, optimizer="adam", learning_rate=0.01, batch_size=N_SAMPLES, epochs=4)
    first = {name: 0.0 for name in LEARNED}
    second = {name: 0.0 for name in LEARNED}
    for step in range(1, 5):
        _, gradient = by_hand.loss_and_gradient(WORLD.signals, TARGETS)
        for name in LEARNED:
            first[name] = 0.9 * first[name] + 0.1 * gradient[name]
            second[name] = 0.999 * second[name] + 0.001 * gradient[name] ** 2
            rate = 0.01 * math.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            by_hand.arrays[name] -= rate * first[name] / (np.sqrt(second[name]) + 1e-8)
    for name in encoder.arrays:
        np.testing.assert_allclose(encoder.arrays[name], by_hand.arrays[name], atol=1e-9)


@every_encoder
def test_the_thresholds_are_not_learned(kind):
    encoder = new_encoder(kind)
    kept = encoder.arrays["thresholds"].copy()
    run(encoder)
    assert np.array_equal(encoder.arrays["thresholds"], kept)
    assert not np.array_equal(encoder.arrays["splitting"], new_encoder(kind).arrays["splitting"])


@every_encoder
@pytest.mark.parametrize(("optimizer", "learning_rate"), [("sgd", 0.01), ("adam", 0.003)])
def test_training_lowers_the_loss_and_the_validation_error(kind, optimizer, learning_rate):
    encoder = new_encoder(kind)
    start, _ = encoder.loss_and_gradient(WORLD.signals, TARGETS)
    before = np.sqrt(np.mean((encoder.encode(VALIDATION[0]) - VALIDATION[1]) ** 2))
    history = run(encoder, optimizer=optimizer, learning_rate=learning_rate, epochs=25, validation=VALIDATION)
    after = np.sqrt(np.mean((encoder.encode(VALIDATION[0]) - VALIDATION[1]) ** 2))
    assert encoder.loss_and_gradient(WORLD.signals, TARGETS)[0] < 0.9 * start
    assert after < before
    assert len(history.rows) == 26


# what is written down


def test_every_epoch_leaves_a_row_and_row_zero_is_the_untrained_encoder():
    encoder = new_encoder()
    untrained = encoder.encode(VALIDATION[0])
    history = run(encoder, epochs=4, validation=VALIDATION)
    assert [row["epoch"] for row in history.rows] == [0, 1, 2, 3, 4]
    start = np.sqrt(np.mean((untrained - VALIDATION[1]) ** 2))
    assert history.rows[0]["validation_rmse"] == pytest.approx(start, rel=1e-9)
    wanted = {"epoch", "loss", "validation_rmse", "zero_share", "learning_rate", "seconds", "status"}
    assert all(wanted <= set(row) for row in history.rows)
    codes = encoder.encode(VALIDATION[0])
    last = history.rows[-1]
    assert last["validation_rmse"] == pytest.approx(np.sqrt(np.mean((codes - VALIDATION[1]) ** 2)), rel=1e-9)
    assert last["zero_share"] == pytest.approx(np.mean(codes == 0))
    assert history.status == last["status"] == "epochs_used"
    assert all(row["seconds"] >= 0 for row in history.rows)


def test_the_loss_of_an_epoch_is_the_mean_over_its_samples():
    """Batches of 10, 10, 10 and 10, then of 15, 15 and 10, at a rate that changes nothing worth seeing."""
    for batch_size in (10, 15):
        encoder = new_encoder()
        expected, _ = encoder.loss_and_gradient(WORLD.signals, TARGETS)
        history = run(encoder, learning_rate=1e-12, batch_size=batch_size, epochs=1)
        assert history.rows[1]["loss"] == pytest.approx(expected, rel=1e-6)


def test_without_a_validation_set_the_training_samples_are_scored():
    encoder = new_encoder()
    row = run(encoder, epochs=1).rows[-1]
    expected = np.sqrt(np.mean((encoder.encode(WORLD.signals) - TARGETS) ** 2))
    assert row["validation_rmse"] == pytest.approx(expected, rel=1e-9)


def test_a_loss_that_stands_still_ends_the_training():
    history = run(new_encoder(), learning_rate=1e-13, epochs=50, tolerance=1e-6)
    assert len(history.rows) < 6
    assert history.status == history.rows[-1]["status"] == "converged"


# when it goes wrong


@every_encoder
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_absurd_learning_rate_is_diverged_and_leaves_finite_parameters(kind, optimizer):
    encoder = new_encoder(kind, depth=5)
    history = run(encoder, optimizer=optimizer, learning_rate=1e8, epochs=10, validation=VALIDATION)
    assert history.status == history.rows[-1]["status"] == "diverged"
    assert history.validation_score == math.inf
    assert len(history.rows) < 10
    assert all(np.isfinite(array).all() for array in encoder.arrays.values())
    assert np.isfinite(encoder.encode(WORLD.signals)).all()


def test_a_run_that_diverges_late_keeps_the_rows_before_and_the_best_parameters():
    """One step per epoch at a rate just too large: a few epochs pass before the loss is a hundredfold."""
    encoder = new_encoder(depth=3)
    history = run(encoder, learning_rate=LATE, batch_size=N_SAMPLES, epochs=60, validation=VALIDATION)
    assert history.status == "diverged"
    *good, last = history.rows
    assert len(good) >= 3
    assert [row["epoch"] for row in history.rows] == list(range(len(history.rows)))
    assert all(row["status"] == "running" and np.isfinite(row["validation_rmse"]) for row in good)
    codes = encoder.encode(VALIDATION[0])
    found = np.sqrt(np.mean((codes - VALIDATION[1]) ** 2))
    assert found == pytest.approx(min(row["validation_rmse"] for row in good), rel=1e-9)
    best = int(np.argmin([row["validation_rmse"] for row in good]))
    assert [row["epoch"] for row in history.rows if row["kept"]] == [best]


def test_a_run_that_blows_up_goes_on_from_its_best_epoch_at_a_tenth_of_the_rate():
    encoder = new_encoder(depth=3)
    history = run(encoder, learning_rate=LATE, batch_size=N_SAMPLES, epochs=60, validation=VALIDATION, set_backs=3)
    undone = [row["epoch"] for row in history.rows if row["status"] == "set back"]
    assert 1 <= len(undone) <= 3
    before, after = history.rows[undone[0]], history.rows[undone[0] + 1]
    assert after["learning_rate"] == pytest.approx(0.1 * before["learning_rate"])
    assert history.status in ("converged", "epochs_used")
    assert history.validation_score == min(row["validation_rmse"] for row in history.rows)
    assert history.validation_score < history.rows[0]["validation_rmse"]


def test_the_last_epoch_is_kept_where_it_is_asked_for_even_when_an_earlier_one_was_better():
    worse = {"learning_rate": LATE, "batch_size": N_SAMPLES, "epochs": 3, "validation": VALIDATION}
    last, best = new_encoder(depth=3), new_encoder(depth=3)
    history_last, history_best = run(last, keep="last", **worse), run(best, keep="best", **worse)
    assert history_last.rows[-1]["validation_rmse"] > history_last.rows[0]["validation_rmse"]
    assert [row["kept"] for row in history_last.rows] == [False, False, False, True]
    assert [row["kept"] for row in history_best.rows] == [True, False, False, False]
    assert same(best, new_encoder(depth=3)) and not same(last, best)


def test_an_unknown_choice_of_the_epoch_to_keep_is_refused():
    with pytest.raises(ConfigError, match="keep must be best or last, found 'first'"):
        run(new_encoder(), keep="first")


def test_parameters_that_overflow_in_the_last_step_of_an_epoch_belong_to_that_epoch(recwarn):
    """The loss of the only batch is still fine; the codes after the step are not."""
    encoder = new_encoder(depth=3)
    history = run(encoder, learning_rate=1e200, decay=0.5, batch_size=N_SAMPLES, epochs=3)
    assert history.status == "diverged"
    assert [row["epoch"] for row in history.rows] == [0, 1]
    assert same(encoder, new_encoder(depth=3))
    assert {one.category for one in recwarn.list} == {DivergenceWarning}


def test_an_encoder_that_answers_nothing_is_collapsed():
    encoder = new_encoder()
    encoder.arrays["thresholds"][...] = 1e3
    history = run(encoder, validation=VALIDATION)
    assert history.status == "collapsed"
    assert history.rows[-1]["zero_share"] == 1.0
    size = np.sqrt(np.mean(VALIDATION[1] ** 2))
    assert history.rows[-1]["validation_rmse"] == pytest.approx(size)


def test_a_collapse_is_seen_without_a_validation_set_too():
    encoder = new_encoder()
    encoder.arrays["thresholds"][...] = 1e3
    assert run(encoder).status == "collapsed"


# same seed, same bytes


@every_encoder
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(kind, dtype):
    world, targets, _ = make_task(dtype)

    def trained(seed):
        encoder = new_encoder(kind, world=world)
        train(encoder, world.signals, targets, learning_rate=1e-3, batch_size=10, epochs=3, seed=seed)
        return encoder

    first, again, other = trained(0), trained(0), trained(1)
    assert same(first, again)
    assert not same(first, other)
    assert all(array.dtype == dtype for array in first.arrays.values())


def test_threads_and_the_global_generator_change_no_byte():
    found = []
    before = threads()
    try:
        for count in (1, 2):
            set_threads(count)
            np.random.seed(count)
            encoder = new_encoder()
            run(encoder, batch_size=20)
            found.append(encoder)
    finally:
        set_threads(before)
    assert same(*found)


def test_signals_and_targets_are_left_as_they_were():
    signals, targets = WORLD.signals.copy(), TARGETS.copy()
    train(new_encoder(), signals, targets, learning_rate=1e-3, batch_size=10, epochs=2)
    assert np.array_equal(signals, WORLD.signals)
    assert np.array_equal(targets, TARGETS)


def test_a_batch_larger_than_the_data_is_all_of_the_data():
    whole, larger = new_encoder(), new_encoder()
    run(whole, batch_size=N_SAMPLES)
    run(larger, batch_size=10 * N_SAMPLES)
    for name in whole.arrays:
        np.testing.assert_allclose(larger.arrays[name], whole.arrays[name], atol=1e-13)


# stopped and taken up again


@every_encoder
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_in_two_parts_is_the_straight_run_to_the_bit(kind, optimizer, tmp_path):
    settings = {"optimizer": optimizer, "decay": 0.9, "validation": VALIDATION, "seed": 3}
    straight, parted = new_encoder(kind), new_encoder(kind)
    whole = run(straight, epochs=5, **settings)
    run(parted, epochs=2, checkpoint=tmp_path / "state.npz", **settings)
    resumed = new_encoder(kind)
    rest = run(resumed, epochs=5, checkpoint=tmp_path / "state.npz", **settings)
    assert same(straight, resumed)
    assert without_clock(rest.rows) == without_clock(whole.rows)
    assert rest.status == whole.status


def test_a_finished_run_taken_up_again_does_nothing(tmp_path):
    encoder = new_encoder()
    first = run(encoder, checkpoint=tmp_path / "state.npz")
    again = new_encoder()
    second = run(again, checkpoint=tmp_path / "state.npz")
    assert same(encoder, again)
    assert second.rows == first.rows


def test_a_checkpoint_of_other_settings_is_refused_with_what_differs(tmp_path):
    run(new_encoder(), checkpoint=tmp_path / "state.npz", seed=1)
    with pytest.raises(LsalsaError, match=r"state\.npz") as raised:
        run(new_encoder(), epochs=6, checkpoint=tmp_path / "state.npz", seed=2)
    assert "seed" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_checkpoint_of_another_encoder_is_refused(tmp_path):
    run(new_encoder("lista"), checkpoint=tmp_path / "state.npz")
    with pytest.raises(LsalsaError, match=r"state\.npz"):
        run(new_encoder("lsalsa"), epochs=6, checkpoint=tmp_path / "state.npz")


@pytest.mark.parametrize("place", ["signals", "targets"])
def test_a_checkpoint_of_other_data_is_refused(place, tmp_path):
    """Left behind by an interrupted run, found by a later one whose data were made anew."""
    path = tmp_path / "state.npz"
    run(new_encoder(), epochs=1, checkpoint=path)
    arrays = {"signals": WORLD.signals.copy(), "targets": TARGETS.copy()}
    arrays[place][0] *= 2
    with pytest.raises(LsalsaError, match=r"state\.npz"):
        train(
            new_encoder(),
            arrays["signals"],
            arrays["targets"],
            learning_rate=1e-3,
            batch_size=10,
            epochs=3,
            tolerance=0.0,
            checkpoint=path,
        )


@every_encoder
@pytest.mark.parametrize("step", [1, 4, 9, 10])  # amid an epoch of four batches, at its end, and one step later
def test_a_signal_amid_an_epoch_costs_no_step(kind, step, tmp_path):
    settings = {"optimizer": "adam", "epochs": 4, "validation": VALIDATION, "batch_size": N_SAMPLES // 4}
    straight, resumed, path = new_encoder(kind), new_encoder(kind), tmp_path / "state.npz"
    whole = run(straight, **settings)
    with asked_to_end(Training, "_step", step):
        run(new_encoder(kind), checkpoint=path, checkpoint_seconds=100.0, **settings)
    with mock.patch.object(Training, "_step", autospec=True, side_effect=Training._step) as steps:
        rest = run(resumed, checkpoint=path, **settings)
    assert same(straight, resumed)
    assert without_clock(rest.rows) == without_clock(whole.rows)
    assert steps.call_count == 4 * 4 - step


def test_a_damaged_checkpoint_costs_one_epoch_and_a_warning(tmp_path, caplog):
    path, straight, resumed = tmp_path / "state.npz", new_encoder(), new_encoder()
    whole = run(straight, epochs=6)
    run(new_encoder(), epochs=4, checkpoint=path)
    path.write_bytes(path.read_bytes()[:200])
    with mock.patch.object(Training, "run_epoch", autospec=True, side_effect=Training.run_epoch) as epochs:
        rest = run(resumed, epochs=6, checkpoint=path)
    assert "state.npz is not a whole NPZ file" in caplog.text
    assert epochs.call_count == 3
    assert same(straight, resumed) and without_clock(rest.rows) == without_clock(whole.rows)


def test_a_checkpoint_that_is_damaged_like_the_one_before_is_refused_by_name(tmp_path):
    run(new_encoder(), checkpoint=tmp_path / "state.npz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.npz", "state.previous.npz"]
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(LsalsaError, match=r"state\.npz"):
        run(new_encoder(), epochs=6, checkpoint=tmp_path / "state.npz")


def test_amid_an_epoch_a_checkpoint_is_written_when_it_is_due_and_the_epoch_goes_on_from_it(tmp_path):
    """As after SIGKILL, which no process sees coming."""
    path, straight, resumed = tmp_path / "state.npz", new_encoder(), new_encoder()
    settings = {"epochs": 2, "batch_size": N_SAMPLES // 4}
    whole = run(straight, **settings)
    steps = [None, None, None, None, None, RuntimeError("killed")]

    def step(training, index):
        if (fault := steps.pop(0)) is not None:
            raise fault
        return original(training, index)

    original = Training._step
    with mock.patch.object(Training, "_step", step), pytest.raises(RuntimeError, match="killed"):
        run(new_encoder(), checkpoint=path, checkpoint_seconds=1e-9, **settings)
    with mock.patch.object(Training, "_step", autospec=True, side_effect=original) as left:
        rest = run(resumed, checkpoint=path, checkpoint_seconds=1e-9, **settings)
    assert left.call_count == 3
    assert same(straight, resumed) and without_clock(rest.rows) == without_clock(whole.rows)


# refusals


@pytest.mark.parametrize("place", ["signals", "targets"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused_before_the_first_step(place, bad):
    arrays = {"signals": WORLD.signals.copy(), "targets": TARGETS.copy()}
    arrays[place][3, 2] = bad
    encoder = new_encoder()
    with pytest.raises(DataError, match=place):
        train(encoder, arrays["signals"], arrays["targets"], learning_rate=1e-3)
    assert same(encoder, new_encoder())


def test_shapes_that_do_not_fit_are_refused_by_name():
    for signals, targets, name in (
        (WORLD.signals[:, :3], TARGETS, "signals"),
        (WORLD.signals, TARGETS[:, :3], "targets"),
        (WORLD.signals, TARGETS[:7], "targets"),
    ):
        with pytest.raises(ShapeError, match=name):
            train(new_encoder(), signals, targets, learning_rate=1e-3)
    for validation in (
        (VALIDATION[0], VALIDATION[1][:, :3]),
        (VALIDATION[0][:, :3], VALIDATION[1]),
        (VALIDATION[0], VALIDATION[1][:3]),
    ):
        with pytest.raises(ShapeError, match="validation"):
            run(new_encoder(), validation=validation)


@pytest.mark.parametrize("place", [0, 1])
def test_validation_values_that_are_not_finite_are_refused_and_not_called_diverged(place):
    validation = [array.copy() for array in VALIDATION]
    validation[place][2, 2] = np.nan
    with pytest.raises(DataError, match="validation"):
        run(new_encoder(), validation=tuple(validation))


def test_no_samples_to_learn_from_are_refused():
    with pytest.raises(LsalsaError, match="(?i)sample|signals"):
        train(new_encoder(), WORLD.signals[:0], TARGETS[:0], learning_rate=1e-3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", -1e-3),
        ("learning_rate", np.nan),
        ("decay", 0.0),
        ("decay", -0.5),
        ("batch_size", 0),
        ("batch_size", 2.5),
        ("epochs", 0),
        ("tolerance", -1.0),
        ("optimizer", "adamm"),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name_and_value(name, value):
    with pytest.raises(LsalsaError, match=name) as raised:
        run(new_encoder(), **{name: value})
    assert str(value) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unknown_optimizer_is_refused_with_the_known_ones():
    with pytest.raises(LsalsaError) as raised:
        run(new_encoder(), optimizer="rmsprop")
    assert "sgd" in str(raised.value)
    assert "adam" in str(raised.value)


def test_a_training_whose_first_step_diverges_says_so():
    """Two equal filters: the gradient at exact codes solves a singular system, and the encoder itself says so."""
    problem = ConvolutionalProblem(np.ones((1, 2)), 0.1, 1)
    signals = np.array([[0.33]])
    encoder = ExactCRsAE.from_problem(problem)
    history = train(encoder, signals, np.array([[0.2, 0.03]]), learning_rate=0.01, epochs=2)
    assert history.status == "diverged"
    np.testing.assert_array_equal(encoder.arrays["filters"], problem.filters)
