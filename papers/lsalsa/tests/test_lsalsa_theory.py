"""The theory's formulas against minimisers, encoders, brute force and exact fractions that share no code with them."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize
from worlds import central_differences, make_world, relative_error, salsa_states, soft

from lsalsa.encoders.lsalsa import LSALSA
from papers.lsalsa.theory import FORMS
from papers.lsalsa.theory.assumptions import assumptions, least_curvature
from papers.lsalsa.theory.lagrangian import augmented_lagrangian, data_fit, gradient, learned_fit, splitting_update
from papers.lsalsa.theory.rates import (
    Schedule,
    bounds,
    contraction,
    coupling_limit,
    gain,
    inverse_square,
    iterated,
    iterated_by_block,
    largest_step,
    recursion_terms,
)
from papers.lsalsa.theory.recursion import cross_layer, layers, shrink
from papers.lsalsa.theory.saddle import alternating_step, sample_saddle

MU = 0.7


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def state_of(rng, n_atoms):
    return rng.standard_normal((2, 1, n_atoms))


def minimum(world, splitting, u, d, form="corrected"):
    """Where a general minimiser finds the learned Lagrangian smallest, from its values and finite differences alone."""

    def value(codes):
        codes = codes[None]
        fit = learned_fit(codes, world.signals[:1], world.dictionary, splitting, MU, form)
        return augmented_lagrangian(fit, codes, u, d, world.penalty_of_atom, MU)[0]

    return minimize(value, np.zeros(len(splitting)), method="BFGS", options={"gtol": 1e-7}).x


@pytest.mark.parametrize("form", FORMS)
def test_update_is_the_minimum_only_with_both_halves(rng, form):
    world = make_world()
    root = rng.standard_normal((7, 7))
    splitting = np.linalg.inv(root @ root.T / 7 + (MU + 0.5) * np.eye(7))
    u, d = state_of(rng, 7)
    update = splitting_update(world.signals[:1] @ world.dictionary, u, d, splitting, MU)[0]
    far = relative_error(minimum(world, splitting, u, d, form), update)
    assert far < 1e-4 if form == "corrected" else far > 0.05


def test_update_is_not_the_minimum_when_the_matrix_is_not_symmetric(rng):
    world = make_world()
    twist = rng.standard_normal((7, 7))
    start = np.linalg.inv(MU * np.eye(7) + world.dictionary.T @ world.dictionary)
    splitting = start + 0.05 * (twist - twist.T)
    u, d = state_of(rng, 7)
    update = splitting_update(world.signals[:1] @ world.dictionary, u, d, splitting, MU)[0]
    assert relative_error(minimum(world, splitting, u, d), update) > 0.01


def test_start_values_give_the_data_fit_of_salsa(rng):
    world = make_world(n_blocks=2)
    atoms = world.dictionary
    codes = rng.standard_normal((len(world.signals), atoms.shape[1]))
    splitting = np.linalg.inv(MU * np.eye(atoms.shape[1]) + atoms.T @ atoms)
    by_hand = [
        0.5 * sum((y - a @ x) ** 2 for y, a in zip(s, atoms, strict=True))
        for s, x in zip(world.signals, codes, strict=True)
    ]
    np.testing.assert_allclose(learned_fit(codes, world.signals, atoms, splitting, MU), by_hand, rtol=1e-9)
    np.testing.assert_allclose(data_fit(codes, world.signals, atoms), by_hand, rtol=1e-12)


def test_slope_is_exact_for_a_quadratic(rng):
    world = make_world()
    codes = rng.standard_normal((len(world.signals), 7))
    found = gradient(lambda x: data_fit(x, world.signals, world.dictionary), codes)
    expected = central_differences(lambda x: data_fit(x, world.signals, world.dictionary).sum(), codes)
    np.testing.assert_allclose(found, expected, atol=1e-7)


# --- supplement B ------------------------------------------------------------------------------------------------


def changed_encoder(world, depth, rng):
    """An LSALSA whose matrices are no longer those of SALSA, its S not symmetric."""
    encoder = LSALSA.from_problem(world.problem, depth=depth, mu=MU, read_out="u")
    encoder.arrays["splitting"] = encoder.arrays["splitting"] + 0.05 * rng.standard_normal((7, 7))
    encoder.arrays["filter"] = encoder.arrays["filter"] + 0.05 * rng.standard_normal((8, 7))
    return encoder


@pytest.mark.parametrize("depth", range(1, 7))
@pytest.mark.parametrize("form", FORMS)
def test_cross_layer_formula_gives_the_next_output_of_the_encoder(rng, depth, form):
    world = make_world()
    encoder = changed_encoder(world, depth, rng)
    filtered, thresholds = world.signals @ encoder.arrays["filter"], encoder.arrays["thresholds"]
    u, _ = layers(filtered, encoder.arrays["splitting"], thresholds, MU, depth)
    formula = shrink(cross_layer(filtered, u[:depth], encoder.arrays["splitting"], MU, form), thresholds)
    error = relative_error(formula, encoder.encode(world.signals))
    assert error < 1e-12 if form == "corrected" or depth == 1 else error > 0.01


def test_layers_are_those_of_the_textbook(rng):
    world = make_world()
    encoder = changed_encoder(world, 5, rng)
    filtered, thresholds = world.signals @ encoder.arrays["filter"], encoder.arrays["thresholds"]
    u, sums = layers(filtered, encoder.arrays["splitting"], thresholds, MU, 5)
    states = list(salsa_states(filtered.T, encoder.arrays["splitting"].T, thresholds[:, None], MU, 5))
    for t, state in enumerate(states):
        np.testing.assert_allclose(sums[t + 1], state["z_next"].T, atol=1e-12)
        np.testing.assert_allclose(u[t], soft(state["z"], thresholds[:, None]).T, atol=1e-12)


# --- saddle problem ----------------------------------------------------------------------------------------------


def saddle(rng, **changes):
    constants = {"n_min": 2, "n_max": 1, "size": 3, "smoothness": 4.0, "strong_convexity": 0.5, "coupling": 0.1}
    return sample_saddle(rng, **constants | changes)


def test_saddle_problem_has_the_constants_that_it_names(rng):
    problem = saddle(rng)
    blocks = problem.hessian.reshape(3, 3, 3, 3)
    for d in range(3):
        values = np.linalg.eigvalsh(blocks[d, :, d] * (1 if d < 2 else -1))
        np.testing.assert_allclose([values[0], values[-1]], [0.5, 4.0])
        for i in set(range(3)) - {d}:
            assert np.linalg.svd(blocks[d, :, i])[1][0] == pytest.approx(0.1)


def test_gradient_is_the_slope_of_the_quadratic(rng):
    problem = saddle(rng)
    points = rng.standard_normal((1, 3, 3))
    expected = central_differences(lambda x: 0.5 * x.ravel() @ problem.hessian @ x.ravel(), points)
    found = np.stack([problem.gradient(points, d) for d in range(3)], axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_alternating_step_uses_new_blocks_signs_noise_and_the_ball(rng):
    problem, step, radius = saddle(rng), 0.3, 1.0
    points, noise = rng.standard_normal((5, 3, 3)), rng.standard_normal((5, 3, 3))
    found = alternating_step(problem, points, step, noise, radius)
    for run in range(5):
        x = points[run].copy()
        for d in range(3):
            slopes = (problem.hessian @ x.ravel()).reshape(3, 3)[d] + noise[run, d]
            x[d] = x[d] - step * slopes if d < 2 else x[d] + step * slopes
            if np.linalg.norm(x[d]) > radius / 2:
                x[d] *= radius / 2 / np.linalg.norm(x[d])
        np.testing.assert_allclose(found[run], x)
    assert np.linalg.norm(found, axis=2).max() <= radius / 2 + 1e-12


def test_gradient_bound_is_not_exceeded_by_noisy_gradients(rng):
    problem, radius, noise = saddle(rng), 1.5, 0.4
    directions = rng.standard_normal((4000, 3, 3))
    points = radius * directions / np.linalg.norm(directions, axis=2, keepdims=True)
    slopes = np.stack([problem.gradient(points, d) for d in range(3)], axis=1)
    squares = np.sum((slopes + noise * rng.standard_normal(slopes.shape)) ** 2, axis=(1, 2))
    assert 0 < squares.mean() < problem.gradient_bound(radius, noise)


# --- rates -------------------------------------------------------------------------------------------------------


def test_printed_contraction_is_too_strong_for_the_quadratic_of_ten_to_one():
    step, curvatures = 1 / 11, np.array([1.0, 10.0])
    true = max(abs(1 - step * curvatures))
    assert true == pytest.approx(0.909, abs=5e-4)
    assert 1 - step * contraction(10, 1, "printed") == pytest.approx(0.835, abs=5e-4)
    assert 1 - step * contraction(10, 1, "corrected") == pytest.approx(true)


@pytest.mark.parametrize("n_blocks", [2, 3, 5])
def test_corrected_steps_make_q_what_the_proof_needs_and_printed_steps_do_not(n_blocks):
    coupling = 0.6 * coupling_limit(1.0, n_blocks)
    for t in (0, 1, 7, 50):
        steps = {form: Schedule(1.0, coupling, n_blocks, form).step(t) for form in FORMS}
        q = {form: 1 - recursion_terms(step, 1.0, coupling, n_blocks)[0] for form, step in steps.items()}
        assert q["corrected"] == pytest.approx(1.5 / (t + 2))
        assert q["printed"] < 0.99 * 1.5 / (t + 2)


@pytest.mark.parametrize(("share", "first", "worst"), [(0.5, 7, 13.0), (0.9, 0, 8610.0)])
def test_printed_bound_breaks_when_and_by_how_much_it_is_known_to(share, first, worst):
    ratios = {}
    for form in FORMS:
        schedule = Schedule(1.0, share * coupling_limit(1.0, 2), 2, form)
        ratios[form] = iterated(schedule, 1.0, 0.0, 5000) / bounds(schedule, 1.0, 0.0, 5000)
    assert np.flatnonzero(ratios["printed"] > 1)[0] == first
    assert ratios["printed"].max() == pytest.approx(worst, rel=0.01)
    assert ratios["corrected"].max() < 0.5


def test_inequality_by_block_is_sharper_than_the_one_for_the_sum():
    schedule = Schedule(1.0, 0.5 * coupling_limit(1.0, 3), 3, "corrected")
    schedule = schedule.begun_within(largest_step(2.0, 1.0, 1.0, schedule.coupling, 3))
    by_block = iterated_by_block(schedule, np.array([0.2, 0.5, 0.3]), np.array([1.0, 2.0, 3.0]), 100)
    assert np.all(by_block <= iterated(schedule, 1.0, 6.0, 100))


def test_later_start_is_the_earliest_that_keeps_the_limit():
    for limit in (0.02, 0.1, 0.3, 5.0):
        schedule = Schedule(1.0, 0.1, 2, "corrected")
        searched = next(s for s in range(1000) if Schedule(1.0, 0.1, 2, "corrected", s).step(0) <= limit)
        assert schedule.begun_within(limit).start == searched


@pytest.mark.parametrize(("form", "largest"), [("printed", 8.5), ("corrected", 4.3)])
def test_first_step_is_allowed_up_to_a_ratio_of_curvatures(form, largest):
    def allowed(ratio):
        return Schedule(contraction(ratio, 1.0, form), 0.0, 2, form).step(0) <= 2 / (ratio + 1)

    assert allowed(largest)
    assert not allowed(largest + 0.1)


def test_identities_of_theorem_2_hold_in_exact_fractions():
    alpha, beta, learned = Fraction(7, 2), Fraction(2, 3), Fraction(5, 4)
    xi = 2 * alpha * beta / (alpha + beta)
    assert 1 / xi**2 == inverse_square(alpha, beta) + 1 / (2 * alpha * beta)
    assert inverse_square(alpha, beta) - inverse_square(alpha, learned) == gain(beta, learned)


# --- assumptions -------------------------------------------------------------------------------------------------


def test_assumption_about_an_untrained_encoder_is_met_with_equality():
    world = make_world(n_blocks=2)
    encoder = LSALSA.from_problem(world.problem, mu=MU)
    facts = assumptions(encoder.arrays["splitting"], least_curvature(world.dictionary), MU)
    assert facts["learned_strong_convexity"] == pytest.approx(facts["strong_convexity"], rel=1e-9)
    assert max(facts["asymmetry"], facts["stationarity"]) < 1e-12
    assert facts["smallest_eigenvalue"] == pytest.approx(1 / (MU + world.lipschitz))


def test_learned_strong_convexity_is_the_least_curvature_of_the_learned_lagrangian(rng):
    world = make_world()
    root = rng.standard_normal((7, 7))
    splitting = np.linalg.inv(root @ root.T + MU * np.eye(7))
    u, d = state_of(rng, 7)

    def value(codes):
        fit = learned_fit(codes, world.signals[:1], world.dictionary, splitting, MU)
        return augmented_lagrangian(fit, codes, u, d, world.penalty_of_atom, MU)

    hessian = np.stack([gradient(value, row[None])[0] - gradient(value, 0 * row[None])[0] for row in np.eye(7)])
    facts = assumptions(splitting, least_curvature(world.dictionary), MU)
    assert facts["learned_strong_convexity"] == pytest.approx(np.linalg.eigvalsh(hessian)[0])


def test_stationarity_is_the_slope_measured_over_random_directions(rng):
    world = make_world()
    splitting = np.linalg.inv(MU * np.eye(7) + world.dictionary.T @ world.dictionary)
    splitting = splitting + 0.05 * rng.standard_normal((7, 7))
    pulls = rng.standard_normal((20000, 7))
    inverse = np.linalg.inv(splitting)
    slopes = (pulls @ splitting) @ (inverse + inverse.T) / 2 - pulls
    measured = np.linalg.norm(slopes) / np.linalg.norm(pulls)
    assert assumptions(splitting, least_curvature(world.dictionary), MU)["stationarity"] == pytest.approx(
        measured, rel=0.03
    )
