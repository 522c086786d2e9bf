"""CRsAE, unfolded and exact: against FISTA, finite differences, other solvers, and filters that made the signals."""

import numpy as np
import pytest
from convolution_worlds import SHAPES, make_bank, sklearn_optimum
from scipy.optimize import minimize_scalar
from worlds import central_differences, fista_iterates, objective_of, relative_error, soft

from lsalsa import (
    LCSC,
    ConvolutionalProblem,
    CRsAE,
    ExactCRsAE,
    Group,
    SparseCodingProblem,
    UntiedCRsAE,
    optimal_codes,
    solve,
    train,
)
from lsalsa.arrays.unit_norm import column_norms, remove_radial_part
from lsalsa.errors import ConfigError, DataError, DivergedError, LsalsaError, ShapeError, StorageError
from lsalsa.losses import loss_for
from lsalsa.metrics import filter_errors

every_shape = pytest.mark.parametrize("name", SHAPES)
both_signs = pytest.mark.parametrize("nonnegative", [False, True])


def moved(encoder, seed=1):
    """The encoder with all parameters away from the start."""
    rng = np.random.default_rng(seed)
    for array in encoder.arrays.values():
        array *= 1 + 0.1 * rng.uniform(-1, 1, array.shape)
    return encoder


# the encoder


@every_shape
@both_signs
def test_from_a_problem_it_is_fista_to_the_bit(name, nonnegative):
    bank = make_bank(name)
    problem = bank.problem(nonnegative=nonnegative)
    for depth in (1, 2, 9):
        found = CRsAE.from_problem(problem, depth=depth).encode(bank.signals)
        assert np.array_equal(found, solve(problem, bank.signals, "fista", depth).codes)


@every_shape
def test_it_takes_the_textbook_s_steps_on_the_explicit_matrix(name):
    bank = make_bank(name)
    encoder = CRsAE.from_problem(bank.problem(), depth=8)
    expected = fista_iterates(bank.dense, 8, float(encoder.arrays["step"]))[-1]
    np.testing.assert_allclose(bank.by_filter(encoder.encode(bank.signals)), expected, atol=1e-12)


def test_in_single_precision_it_is_fista_but_for_rounding():
    bank = make_bank("picture")
    problem, signals = bank.problem(np.float32), bank.signals.astype(np.float32)
    found = CRsAE.from_problem(problem, depth=20).encode(signals)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, solve(problem, signals, "fista", 20).codes, atol=1e-5)


def test_deep_enough_it_reaches_the_optimum_of_another_solver_within_fista_s_bound():
    bank = make_bank("recording")
    encoder = CRsAE.from_problem(bank.problem(nonnegative=True), depth=60)
    optimum = bank.by_filter(sklearn_optimum(bank, nonnegative=True))
    best = objective_of(bank.dense, optimum)
    excess = objective_of(bank.dense, bank.by_filter(encoder.encode(bank.signals))) - best
    bound = 2 / float(encoder.arrays["step"]) * (optimum**2).sum(axis=1) / (60 + 1) ** 2
    assert (excess <= bound).all()
    deep = CRsAE.from_problem(bank.problem(nonnegative=True), depth=1000)
    assert objective_of(bank.dense, bank.by_filter(deep.encode(bank.signals))) == pytest.approx(best, rel=1e-5)


@both_signs
@pytest.mark.parametrize("kind", [CRsAE, ExactCRsAE])
@pytest.mark.parametrize("name", ["recording with positions left over", "colour picture"])
def test_gradients_of_a_shared_penalty_and_every_tap_are_slopes(name, kind, nonnegative):
    bank = make_bank(name, penalty=0.3)
    problem = bank.problem(nonnegative=nonnegative).with_penalties(0.3)
    encoder = moved(kind.from_problem(problem, depth=6, shared=True))
    loss = loss_for("reconstruction", problem, encoder)
    _, gradient = encoder.loss_and_gradient(bank.signals, loss=loss)
    assert encoder.arrays["penalties"].shape == (1,)
    for key, array in encoder.arrays.items():

        def value(changed, key=key):
            twin = encoder.copy()
            twin.arrays[key][...] = changed.reshape(twin.arrays[key].shape)
            return twin.loss_and_gradient(bank.signals, loss=loss)[0]

        expected = central_differences(value, array.ravel(), 1e-6)
        assert relative_error(gradient[key].ravel(), expected) < 1e-6


@pytest.mark.parametrize("name", ["recording", "picture of two strides"])
@both_signs
def test_with_codes_held_the_gradient_is_the_slope_of_the_optimal_objective(name, nonnegative):
    """Envelope theorem: the optimum is computed anew, by another library, at filters a little to either side."""
    bank = make_bank(name)
    problem = bank.problem(nonnegative=nonnegative)
    encoder = ExactCRsAE.from_problem(problem)
    direction = np.random.default_rng(2).standard_normal(bank.filters.shape)

    def best(sign):
        shifted = type(bank)(bank.filters + sign * 1e-4 * direction, *list(vars(bank).values())[1:])
        return objective_of(shifted.dense, shifted.by_filter(sklearn_optimum(shifted, nonnegative))).mean()

    slope = (best(1) - best(-1)) / 2e-4
    for loss in ("reconstruction", "sc2net"):
        held = loss_for(loss, problem, encoder, hold_codes=True)
        _, gradient = encoder.loss_and_gradient(bank.signals, loss=held)
        assert np.sum(gradient["filters"] * direction) == pytest.approx(slope, rel=1e-5)
        assert not gradient["penalties"].any()


def test_deep_layers_have_the_gradient_of_exact_codes():
    bank = make_bank("recording", n_samples=6, penalty=1.5)
    problem, targets = bank.problem(), np.random.default_rng(3).standard_normal((6, bank.matrix.shape[1]))
    _, expected = ExactCRsAE.from_problem(problem).loss_and_gradient(bank.signals, targets)
    _, found = CRsAE.from_problem(problem, depth=1500).loss_and_gradient(bank.signals, targets)
    for key, gradient in expected.items():
        assert relative_error(found[key], gradient) < 1e-6


def test_exact_codes_are_those_of_the_exact_coder_wherever_it_starts():
    bank = make_bank("picture")
    problem = bank.problem(nonnegative=True)
    expected = optimal_codes(problem, bank.signals, 1e-9).codes
    for depth in (1, 25):
        found = ExactCRsAE.from_problem(problem, depth=depth).encode(bank.signals)
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_codes_that_the_signals_do_not_determine_have_no_gradient_and_this_is_said():
    """Three equal filters, all active everywhere."""
    bank = make_bank("recording")
    encoder = ExactCRsAE.from_problem(bank.problem())
    encoder.arrays["filters"][...] = encoder.arrays["filters"][:, :1].copy()
    wanted = np.random.default_rng(0).standard_normal((2, bank.matrix.shape[1]))
    with pytest.raises(DivergedError, match="gradient at exact codes misses its precision"):
        encoder._weights(encoder.operator(), np.ones(wanted.shape, bool), wanted)


def test_a_training_whose_free_penalties_reach_0_ends_as_diverged_where_codes_are_exact(caplog):
    bank = make_bank("recording", n_samples=8)
    encoder = ExactCRsAE.from_problem(bank.problem())
    loss = loss_for("reconstruction", bank.problem(), encoder)
    groups = [Group(loss, 1.0, ("penalties",), "adam")]
    assert train(encoder, bank.signals, groups=groups, epochs=2).status == "diverged"
    assert "exact codes need positive ones, found [0.0, 0.0, 0.0]" in caplog.text
    np.testing.assert_allclose(encoder.arrays["penalties"], bank.penalties)


# its variants with several banks


UNTIED = ("filters", "analysis", "synthesis")


@every_shape
@both_signs
def test_lcsc_starts_as_ista_and_untied_banks_as_the_tied_one(name, nonnegative):
    bank = make_bank(name)
    problem = bank.problem(nonnegative=nonnegative)
    for depth in (1, 2, 9):
        found = LCSC.from_problem(problem, depth=depth).encode(bank.signals)
        np.testing.assert_allclose(found, solve(problem, bank.signals, "ista", depth).codes, atol=1e-12)
        tied, untied = (kind.from_problem(problem, depth=depth).encode(bank.signals) for kind in (CRsAE, UntiedCRsAE))
        assert np.array_equal(untied, tied)


def layers_by_hand(bank, arrays, thresholds, step, momenta):
    """x(t) = soft(z + s W^T (y - H z)) with an explicit matrix of each bank."""
    others = list(vars(bank).values())[1:]
    matrices = {name: type(bank)(arrays[name], *others).matrix for name in UNTIED}
    x = before = np.zeros((len(bank.signals), bank.matrix.shape[1]))
    for momentum in momenta:
        z = x + momentum * (x - before)
        u = z + step * (bank.signals - z @ matrices["filters"].T) @ matrices["analysis"]
        before, x = x, soft(u, np.tile(thresholds, len(u[0]) // len(thresholds)))
    return x, x @ matrices["synthesis"].T


@pytest.mark.parametrize("name", ["recording", "colour picture"])
def test_each_bank_has_its_own_place(name):
    bank, rng = make_bank(name), np.random.default_rng(4)
    momenta_of_a_textbook = [0, 0, 0.28175352512532]  # (t - 1) / t' of Beck and Teboulle, t = 1, 1.618, 2.194
    for kind, momenta in ((LCSC, [0] * 3), (UntiedCRsAE, momenta_of_a_textbook)):
        encoder = kind.from_problem(bank.problem(), depth=3)
        for array in encoder.arrays.values():
            array *= 1 + 0.3 * rng.uniform(-1, 1, array.shape)
        arrays, step = encoder.arrays, float(encoder.arrays.get("step", 1.0))
        thresholds = arrays["thresholds"] if kind is LCSC else step * arrays["penalties"]
        codes, signals = layers_by_hand(bank, arrays, thresholds, step, momenta)
        np.testing.assert_allclose(encoder.encode(bank.signals), codes, atol=1e-12)
        np.testing.assert_allclose(encoder.decoder(bank.problem()).apply(arrays, codes), signals, atol=1e-12)


@pytest.mark.parametrize("kind", [LCSC, UntiedCRsAE])
def test_every_tap_of_three_banks_has_the_slope_of_the_loss(kind):
    bank = make_bank("recording", penalty=0.3)
    encoder = moved(kind.from_problem(bank.problem(), depth=5))
    loss = loss_for("reconstruction", bank.problem(), encoder)
    _, gradient = encoder.loss_and_gradient(bank.signals, loss=loss)
    for key, array in encoder.arrays.items():

        def value(changed, key=key):
            twin = encoder.copy()
            twin.arrays[key][...] = changed.reshape(twin.arrays[key].shape)
            return twin.loss_and_gradient(bank.signals, loss=loss)[0]

        assert relative_error(gradient[key].ravel(), central_differences(value, array.ravel(), 1e-6)) < 1e-6


def test_with_codes_held_only_the_decoder_s_bank_moves():
    bank = make_bank("recording")
    for kind in (LCSC, UntiedCRsAE):
        encoder = kind.from_problem(bank.problem(), depth=3)
        held = loss_for("reconstruction", bank.problem(), encoder, hold_codes=True)
        _, gradient = encoder.loss_and_gradient(bank.signals, loss=held)
        assert [name for name, values in gradient.items() if values.any()] == ["synthesis"]


def test_untied_banks_move_apart_and_keep_norm_1_and_those_of_lcsc_keep_none():
    bank = make_bank("recording", n_samples=8)
    for kind in (LCSC, UntiedCRsAE):
        encoder = kind.from_problem(bank.problem(), depth=4)
        loss = loss_for("reconstruction", bank.problem(), encoder)
        train(encoder, bank.signals, loss=loss, learning_rate=0.05, optimizer="adam", epochs=2, keep="last")
        filters, analysis, synthesis = (encoder.arrays[name] for name in UNTIED)
        assert not np.allclose(filters, synthesis)
        assert not np.allclose(filters, analysis / np.linalg.norm(analysis, axis=0))
        norms = np.array([np.linalg.norm(encoder.arrays[name], axis=0) for name in UNTIED])
        assert np.allclose(norms, 1) == (kind is UntiedCRsAE)
    others = list(vars(bank).values())[1:]
    matrices = [type(bank)(encoder.arrays[name], *others).matrix for name in ("filters", "analysis")]
    assert np.linalg.norm(matrices[1].T @ matrices[0], 2) <= 1 / float(encoder.arrays["step"])
    assert encoder.learned == UNTIED


def test_thresholds_of_lcsc_do_not_fall_below_0_and_filters_that_are_lost_end_its_training():
    bank = make_bank("recording")
    encoder = LCSC.from_problem(bank.problem(), shared=False, depth=2)
    encoder.arrays["thresholds"][0] = -1
    encoder.constrain()
    assert encoder.arrays["thresholds"][0] == 0
    assert encoder.learned == encoder.parameters
    encoder.arrays["analysis"][2, 1] = np.nan
    with pytest.raises(DivergedError, match="run away: analysis holds NaN or Inf; lower the learning rate"):
        encoder.constrain()


@pytest.mark.parametrize("kind", [LCSC, UntiedCRsAE])
def test_three_banks_stand_for_no_problem(kind):
    encoder = kind.from_problem(make_bank("recording").problem())
    with pytest.raises(ConfigError, match="solves no problem: its banks filters, analysis, synthesis may differ"):
        encoder.problem()


# filters of norm 1, and their step


def test_after_a_step_filters_have_norm_1_penalties_a_sign_and_the_step_fits_the_filters():
    bank = make_bank("recording", n_samples=8)
    encoder = CRsAE.from_problem(bank.problem(), depth=4, learn_penalties=True)
    loss = loss_for("reconstruction", bank.problem(), encoder)
    settings = {"epochs": 1, "batch_size": 8, "keep": "last"}
    train(encoder, bank.signals, loss=loss, learning_rate=0.1, optimizer="adam", **settings)
    encoder.arrays["penalties"][0] = -1.0
    encoder.constrain()
    np.testing.assert_allclose(np.sqrt((encoder.arrays["filters"] ** 2).sum(axis=0)), 1, rtol=1e-12)
    assert encoder.arrays["penalties"][0] == 0
    assert not np.array_equal(encoder.arrays["filters"], bank.filters)
    learned = type(bank)(encoder.arrays["filters"], *list(vars(bank).values())[1:])
    exact = np.linalg.norm(learned.matrix, 2) ** 2
    assert exact <= 1 / float(encoder.arrays["step"]) <= 1.1 * exact


def test_the_radial_part_is_all_that_a_tangent_step_leaves_out():
    rng = np.random.default_rng(0)
    for shape in ((7, 3), (4, 5, 3)):
        array, gradient = rng.standard_normal(shape), rng.standard_normal(shape)
        tangent = gradient.copy()
        remove_radial_part(tangent, array)
        flat, moved = array.reshape(-1, 3), (gradient - tangent).reshape(-1, 3)
        np.testing.assert_allclose((flat * tangent.reshape(-1, 3)).sum(axis=0), 0, atol=1e-12)
        for c in range(3):
            assert np.linalg.matrix_rank(np.stack([flat[:, c], moved[:, c]]), tol=1e-9) == 1
        np.testing.assert_allclose(column_norms(array), np.linalg.norm(flat, axis=0))


@pytest.mark.parametrize("tangent", [True, False])
def test_a_group_takes_the_radial_part_from_filters_only_and_only_if_asked(tangent):
    bank = make_bank("recording")
    encoder = CRsAE.from_problem(bank.problem(), depth=3)
    group = Group(loss_for("reconstruction", bank.problem(), encoder), 1.0, tangent=tangent)
    gradient = {name: np.ones_like(array) for name, array in encoder.arrays.items()}
    group.keep_to_tangent(gradient, encoder)
    assert (gradient["penalties"] == 1).all()
    along = (gradient["filters"] * encoder.arrays["filters"]).sum(axis=0)
    assert (np.abs(along) < 1e-12).all() == tangent


def low_pass(encoder):
    """All filters nearly the same."""
    encoder.arrays["filters"][...] = 1 + 1e-3 * np.arange(encoder.arrays["filters"].size).reshape(-1, 3)


def test_filters_that_become_the_same_low_pass_are_an_alarm():
    encoder = CRsAE.from_problem(make_bank("recording").problem(), ceiling=10.0)
    low_pass(encoder)
    with pytest.raises(DivergedError, match="run away.*above 10; lower the learning rate or take more iterations"):
        encoder.constrain()


@pytest.mark.parametrize("set_backs", [0, 1])
def test_a_training_that_runs_away_ends_with_the_kept_filters_and_their_step(set_backs, caplog):
    bank = make_bank("recording", n_samples=8)
    encoder = CRsAE.from_problem(bank.problem(), depth=3)
    encoder.settings["ceiling"] = 0.5 / float(encoder.arrays["step"])
    before = {name: array.copy() for name, array in encoder.arrays.items()}
    loss = loss_for("reconstruction", bank.problem(), encoder)
    settings = {"learning_rate": 1.0, "optimizer": "adam", "epochs": 3, "set_backs": set_backs, "keep": "last"}
    history = train(encoder, bank.signals, loss=loss, **settings)
    assert history.status == "diverged"
    assert len(history.rows) == 2 + set_backs
    assert "run away" in caplog.text
    for name, array in before.items():
        assert np.array_equal(encoder.arrays[name], array)


def test_the_epoch_that_is_kept_has_the_step_of_its_own_filters():
    bank = make_bank("recording", n_samples=20)
    encoder = CRsAE.from_problem(bank.problem(), depth=4)
    loss = loss_for("reconstruction", bank.problem(), encoder)
    history = train(encoder, bank.signals, loss=loss, learning_rate=0.3, epochs=5, optimizer="adam", batch_size=5)
    assert not history.rows[-1]["kept"]
    step = encoder.arrays["step"].copy()
    encoder.constrain()
    assert encoder.arrays["step"] == pytest.approx(step, rel=1e-12)


# learning filters


def spikes(seed, n_windows=400, length=300):
    """Two wave forms, three spikes of each in a window at any places, of about 2, in noise of 0.1; and a start that is
    about half wrong."""
    rng, time = np.random.default_rng(seed), np.arange(18)[:, None] / 10
    bump = lambda centre, width: np.exp(-(((time - np.array(centre)) / np.array(width)) ** 2))  # noqa: E731
    true = bump([0.5, 0.6], [0.15, 0.25]) - np.array([0.6, 0.5]) * bump([0.9, 1.2], [0.3, 0.3])
    true /= np.linalg.norm(true, axis=0)
    signals = 0.1 * rng.standard_normal((n_windows, length))
    for signal in signals:
        for wave in true.T:
            for place in rng.choice(length - 17, 3, replace=False):
                signal[place : place + 18] += rng.normal(2, 0.1) * wave
    while True:
        start = true + 0.5 * true.std(axis=0) * rng.standard_normal(true.shape)
        errors = filter_errors(start, true)
        if (errors > 0.4).all() and (errors < 0.5).all():
            break
    start /= np.linalg.norm(start, axis=0)
    return true, start.astype(np.float32), signals.astype(np.float32)


def learned_from_spikes(kind, seed, depth, tangent=True):
    true, start, signals = spikes(seed)
    problem = ConvolutionalProblem(start, 0.7, 300, nonnegative=True)
    encoder = kind.from_problem(problem, depth=depth)
    loss = loss_for("reconstruction", problem, encoder, hold_codes=True)
    groups = [Group(loss, 1e-2, ("filters",), "adam", tangent=tangent)]
    settings = {"batch_size": 50, "epochs": 15, "decay": 0.75, "keep": "last", "tolerance": 0.0}
    train(encoder, signals, groups=groups, **settings)
    return filter_errors(encoder.arrays["filters"], true).max()


@pytest.mark.parametrize("seed", [0, 1])
def test_filters_are_found_from_a_start_that_is_half_wrong(seed):
    assert learned_from_spikes(CRsAE, seed, 40) < 0.03


def test_filters_are_found_by_exact_codes():
    assert learned_from_spikes(ExactCRsAE, 0, 10) < 0.03


def test_without_the_tangent_step_adam_lets_filters_drift():
    """Plain Adam with renormalisation, everything else the same."""
    assert learned_from_spikes(CRsAE, 0, 40, tangent=False) > 0.1


def test_clean_targets_are_signals_and_a_smaller_loss_against_them_is_learned():
    bank = make_bank("recording", n_samples=40)
    clean = bank.signals
    noisy = clean + 0.3 * np.random.default_rng(0).standard_normal(clean.shape)
    encoder = CRsAE.from_problem(bank.problem(), depth=5, learn_penalties=True)
    loss = loss_for("reconstruction", bank.problem(), encoder, clean=True)
    with pytest.raises(ShapeError, match=r"training targets must have shape \(40, 70\)"):
        train(encoder, noisy, clean[:, 1:], loss=loss, learning_rate=1e-2)
    before, _ = encoder.loss_and_gradient(noisy, clean, loss=loss)
    assert before == pytest.approx(0.5 * ((bank.problem().reconstruct(encoder.encode(noisy)) - clean) ** 2).sum() / 40)
    train(encoder, noisy, clean, loss=loss, learning_rate=1e-2, optimizer="adam", batch_size=10, epochs=10)
    assert encoder.loss_and_gradient(noisy, clean, loss=loss)[0] < 0.9 * before


# penalties


NOISE, STRENGTH = 0.4, 30.0


def prior_world(shared=False, **options):
    bank = make_bank("recording", n_samples=30)
    problem = bank.problem().with_penalties(0.25) if shared else bank.problem()
    encoder = CRsAE.from_problem(problem, depth=6, shared=shared)
    loss = loss_for("gamma_prior", problem, encoder, noise=NOISE, strength=STRENGTH, **options)
    return bank, problem, encoder, loss


def posterior(rate, size, n_entries, prior):
    """One rate's term of the loss, as printed."""
    shape = STRENGTH * prior
    return rate * size - (n_entries + shape - 1) * np.log(rate) + STRENGTH * rate


@pytest.mark.parametrize("shared", [False, True])
def test_the_closed_form_is_what_a_numerical_optimiser_finds_and_its_gradient_vanishes(shared):
    bank, problem, encoder, loss = prior_world(shared, hold_codes=True)
    codes = encoder.encode(bank.signals)
    sizes = np.abs(codes).mean(axis=0).reshape(-1, 3).sum(axis=0)
    sizes, n_entries = (sizes.sum(keepdims=True), 198) if shared else (sizes, 66)
    priors = np.array(problem.penalties)[: len(sizes)] / NOISE**2
    found = []
    for size, prior in zip(sizes, priors, strict=True):
        given = (size, n_entries, prior)
        found.append(minimize_scalar(posterior, (1e-2, 1e4), (1e-3, 1e5), args=given, method="bounded").x)
    best = loss.best_penalties(codes)
    np.testing.assert_allclose(best, NOISE**2 * np.array(found), rtol=1e-5)
    value, gradient = encoder.loss_and_gradient(bank.signals, loss=loss)
    rates = encoder.arrays["penalties"] / NOISE**2
    expected = sum(posterior(*each) for each in zip(rates, sizes, [n_entries] * len(sizes), priors, strict=True))
    assert value == pytest.approx(expected, rel=1e-12)
    assert not gradient["filters"].any()
    frozen = loss.of_tile({"penalties": best}, codes, bank.signals, 30, lambda name: np.empty_like(codes))
    np.testing.assert_allclose(frozen[2]["penalties"], 0, atol=1e-9)


def test_a_full_step_on_the_closed_form_goes_to_the_best_penalties_of_a_batch():
    bank, _, encoder, loss = prior_world(closed_form=True)
    best = loss.best_penalties(encoder.encode(bank.signals))
    settings = {"batch_size": 30, "epochs": 1, "keep": "last"}
    train(encoder, bank.signals, groups=[Group(loss, 1.0, ("penalties",))], **settings)
    np.testing.assert_allclose(encoder.arrays["penalties"], best, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "group"),
    [
        ({"hold_codes": True}, {"learning_rate": 1e-2, "optimizer": "adam"}),
        ({"closed_form": True}, {"learning_rate": 0.2}),
    ],
)
def test_penalties_end_at_the_best_ones_for_their_own_codes(options, group):
    bank, problem, encoder, loss = prior_world(**options)
    explain = loss_for("reconstruction", problem, encoder)
    groups = [Group(explain, 1e-9, ("filters",)), Group(loss, parameters=("penalties",), **group)]
    settings = {"batch_size": 30, "epochs": 200, "decay": 0.99, "keep": "last", "tolerance": 0.0}
    train(encoder, bank.signals, groups=groups, **settings)
    best = loss.best_penalties(encoder.encode(bank.signals))
    np.testing.assert_allclose(encoder.arrays["penalties"], best, rtol=1e-3)


def test_through_the_layers_the_posterior_falls_below_that_of_the_best_penalties_for_held_codes():
    """Codes that follow their penalties are part of the loss."""
    ends = []
    for options in ({"hold_codes": True}, {}):
        bank, _, encoder, loss = prior_world(**options)
        groups = [Group(loss, 3e-3, ("penalties",), "adam")]
        settings = {"batch_size": 30, "epochs": 300, "decay": 0.99, "keep": "last", "tolerance": 0.0}
        history = train(encoder, bank.signals, groups=groups, **settings)
        ends.append(history.rows[-1]["validation_loss"])
    assert ends[1] < ends[0] - 1e-3


def test_without_clean_targets_free_penalties_vanish_and_those_under_the_prior_stay():
    bank, problem, free, _ = prior_world()
    bound, explain = free.copy(), loss_for("reconstruction", problem, free)
    prior = loss_for("gamma_prior", problem, bound, noise=NOISE, strength=STRENGTH)
    settings = {"batch_size": 30, "epochs": 200, "keep": "last", "tolerance": 0.0}
    train(free, bank.signals, groups=[Group(explain, 5e-3, ("penalties",), "adam")], **settings)
    train(bound, bank.signals, groups=[Group(prior, 5e-3, ("penalties",), "adam")], **settings)
    assert free.arrays["penalties"].max() < 0.02
    assert bound.arrays["penalties"].min() > 0.1


def test_penalties_stay_where_the_prior_has_a_logarithm():
    bank, _, encoder, loss = prior_world()
    encoder.arrays["penalties"][...] = 0
    loss.constrain(encoder)
    assert np.isfinite(encoder.loss_and_gradient(bank.signals, loss=loss)[0])


# both stages


def groups_of(problem, encoder):
    """Filters for the reconstruction, penalties for the prior, each by an optimiser of its own."""
    explain = loss_for("reconstruction", problem, encoder)
    prior = loss_for("gamma_prior", problem, encoder, noise=0.3)
    adam = {"optimizer": "adam", "constants": {"epsilon": 1e-3, "amsgrad": True}}
    return [Group(explain, 1e-2, ("filters",), **adam), Group(prior, 1e-3, ("penalties",), optimizer="adam")]


@pytest.mark.parametrize("kind", [CRsAE, ExactCRsAE])
def test_a_training_in_both_stages_goes_on_from_its_checkpoint_to_the_bit(kind, tmp_path):
    bank = make_bank("recording", n_samples=30)
    settings = {"batch_size": 8, "keep": "last", "tolerance": 0.0}
    whole, parted, other = (kind.from_problem(bank.problem(), depth=4) for _ in range(3))
    train(whole, bank.signals, groups=groups_of(bank.problem(), whole), epochs=4, **settings)
    path = tmp_path / "state.npz"
    for epochs in (2, 4):
        groups = groups_of(bank.problem(), parted)
        train(parted, bank.signals, groups=groups, epochs=epochs, checkpoint=path, **settings)
    for key, array in whole.arrays.items():
        assert parted.arrays[key].tobytes() == array.tobytes()
    assert not np.array_equal(whole.arrays["penalties"], bank.penalties)
    with pytest.raises(StorageError, match="loss of group 2: 'gamma_prior' there, None here"):
        train(other, bank.signals, groups=groups_of(bank.problem(), other)[:1], epochs=5, checkpoint=path, **settings)


# what it stands for, and what it refuses


def test_the_problem_of_an_encoder_is_the_one_it_solves_now():
    bank = make_bank("colour picture")
    encoder = moved(CRsAE.from_problem(bank.problem(nonnegative=True).with_penalties(0.3), shared=True))
    problem = encoder.problem()
    assert np.array_equal(problem.filters, encoder.arrays["filters"])
    assert problem.penalties == (float(encoder.arrays["penalties"][0]),) * 2
    assert problem.nonnegative
    assert not np.shares_memory(problem.filters, encoder.arrays["filters"])


def test_filters_learned_on_windows_code_a_whole_recording():
    bank = make_bank("recording")
    encoder = CRsAE.from_problem(bank.problem(), depth=5)
    longer = make_bank("recording", signal_shape=(200,))
    expected = solve(bank.problem().with_signal_shape(200), longer.signals, "fista", 5).codes
    assert np.array_equal(encoder.with_signal_shape(200).encode(longer.signals), expected)


def test_wide_codes_are_worked_on_a_few_rows_at_a_time():
    filters = np.random.default_rng(0).standard_normal((7, 7, 16)).astype(np.float32)
    encoder = CRsAE.from_problem(ConvolutionalProblem(filters, 1.0, (64, 64)), depth=2)
    assert encoder.gradient_tiles().tile_rows * encoder.n_atoms * 4 <= 250_000


BANK = make_bank("three channels")
ENCODER = CRsAE.from_problem(BANK.problem())
DENSE = SparseCodingProblem([np.eye(4)], [1.0])


def built(**changes):
    return CRsAE({**ENCODER.arrays, **changes}, **ENCODER.settings)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: CRsAE.from_problem(DENSE),
            ConfigError,
            "CRsAE needs a ConvolutionalProblem, found SparseCodingProblem",
        ),
        (lambda: CRsAE.from_problem(BANK.problem(), ceiling=-1), ConfigError, "ceiling must be positive, or None"),
        (lambda: CRsAE({}, depth=3), ConfigError, "CRsAE needs signal_shape, filter_shape, stride"),
        (
            lambda: CRsAE.from_problem(BANK.problem(), shared=True),
            ConfigError,
            "a shared penalty needs a problem",
        ),
        (lambda: built(filters=0 * BANK.filters), DataError, "filter 1 .*norm 0"),
        (lambda: built(filters=np.nan * BANK.filters), DataError, "filters holds NaN or Inf"),
        (lambda: built(filters=BANK.filters[:6]), ShapeError, r"filters must have shape \(12, 2\), found \(6, 2\)"),
        (lambda: built(filters=BANK.filters[:, :0]), ShapeError, "filters must have shape"),
        (lambda: ENCODER.with_signal_shape(9), ShapeError, r"signals of shape \(9,\) are smaller than the filters"),
        (
            lambda: ENCODER.encode(BANK.signals[:, :80]),
            ShapeError,
            r"signals must have shape \(n_samples, 120\)",
        ),
        (lambda: ENCODER.encode(BANK.signals * np.nan), DataError, "signals holds NaN or Inf in 3 of 3 rows"),
        (
            lambda: loss_for("gamma_prior", BANK.problem(), ENCODER),
            ConfigError,
            "noise of gamma_prior must be",
        ),
        (
            lambda: loss_for("gamma_prior", BANK.problem(), ENCODER, noise=1.0, strength=-1.0),
            ConfigError,
            "strength of gamma_prior must be positive and finite, found -1.0",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(make, error, message):
    with pytest.raises(error, match=message) as caught:
        make()
    assert isinstance(caught.value, LsalsaError)
    assert "\n" not in str(caught.value)


def test_a_prior_without_penalties_to_weigh_is_refused():
    from lsalsa import LISTA

    with pytest.raises(ConfigError, match="gamma_prior needs an encoder with penalties, found filter, splitting"):
        loss_for("gamma_prior", DENSE, LISTA.from_problem(DENSE), noise=1.0)
