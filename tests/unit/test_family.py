"""The relatives of LISTA against layers by the book, and against what their papers prove."""

from contextlib import nullcontext

import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from worlds import central_differences, ista_iterates, make_world, objective_of, soft, unit_columns

from lsalsa import SparseCodingProblem, train
from lsalsa.arrays.programs import nothing_recorded
from lsalsa.encoders import encoder_class
from lsalsa.encoders._recorded import CALLS
from lsalsa.encoders.alista import ALISTA, analytic_weights
from lsalsa.encoders.lista_cpss import LISTACPSS
from lsalsa.encoders.step_lista import StepLISTA
from lsalsa.errors import ConfigError, DataError

TRUSTING = {"trusted": 20, "most_trusted": 50}
FAMILY = {"untied_lista": {}, "lista_cp": {}, "lista_cpss": TRUSTING, "step_lista": {}, "alista": {}}
every_relative = pytest.mark.parametrize(("name", "settings"), FAMILY.items(), ids=FAMILY)


def moved(name, world, depth=3, seed=1, **settings):
    """The encoder away from its start, every number of every layer another one."""
    encoder, generator = encoder_class(name).from_problem(world.problem, depth=depth, **settings), np.random.default_rng
    for number, array in enumerate(encoder.arrays.values()):
        array *= 1 + 0.2 * generator([seed, number]).uniform(-1, 1, array.shape)
    return encoder


def by_the_book(name, arrays, signal, trusted=(0, 0)):
    """The codes of all layers for one signal, in columns as the papers print them; `trusted` is p and p_max."""
    codes, x = [], 0
    for t in range(len(arrays["steps" if name == "step_lista" else "thresholds"])):
        if name == "untied_lista":
            z = arrays["filter"][t].T @ signal + (arrays["splitting"][t - 1].T @ x if t else 0)
            bound = arrays["thresholds"][t]
        else:
            A = arrays["filter" if name == "step_lista" else "dictionary"]
            W = arrays["filter"][t] if arrays["filter"].ndim == 3 else arrays["filter"]
            z = x + arrays.get("steps", np.ones(9))[t] * W.T @ (signal - (A @ x if t else 0))
            bound = arrays["steps" if name == "step_lista" else "thresholds"][t] * arrays["penalties"]
        x = soft(z, bound)
        count = int(np.floor(min(trusted[0] * (t + 1), trusted[1]) * len(z) / 100))
        for place in np.argsort(-np.abs(z))[:count]:
            x[place] = z[place] if abs(z[place]) > bound[place] else 0
        codes.append(x)
    return codes


@every_relative
@pytest.mark.parametrize("n_blocks", [1, 2, 3])
def test_its_layers_are_those_of_the_book(name, settings, n_blocks):
    world = make_world(n_blocks)
    encoder = moved(name, world, **settings)
    expected = [by_the_book(name, encoder.arrays, y, tuple(settings.values()) or (0, 0))[-1] for y in world.signals]
    assert np.count_nonzero(expected) > len(expected)
    np.testing.assert_allclose(encoder.encode(world.signals), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "settings"), [(name, {"trusted": 0} if "ss" in name else {}) for name in FAMILY if name != "alista"]
)
@pytest.mark.parametrize("n_blocks", [1, 2, 3])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_untrained_it_is_ista(name, settings, n_blocks, depth):
    world = make_world(n_blocks)
    codes = encoder_class(name).from_problem(world.problem, depth=depth, **settings).encode(world.signals)
    np.testing.assert_allclose(codes, ista_iterates(world, depth)[-1], atol=1e-12)


@every_relative
def test_every_entry_of_its_gradient_is_a_central_difference(name, settings):
    world = make_world(2, n_features=5, n_atoms=4, n_samples=3)
    encoder = moved(name, world, **settings)
    targets = np.random.default_rng(3).standard_normal((3, encoder.n_atoms))
    _, gradient = encoder.loss_and_gradient(world.signals, targets)
    for key, array in encoder.arrays.items():

        def loss(values, key=key):
            twin = type(encoder)({**encoder.arrays, key: values}, **encoder.settings)
            return 0.5 * np.sum((twin.encode(world.signals) - targets) ** 2) / 3

        np.testing.assert_allclose(gradient[key], central_differences(loss, array), atol=1e-7, err_msg=key)


@every_relative
def test_more_batches_than_are_watched_before_a_step_is_recorded_train_it_as_ever(name, settings):
    """A pass that no program can hold goes on the plain way; one that can gives the same bytes."""
    world = make_world(1, n_samples=120, dtype=np.float32)
    targets = np.random.default_rng(3).standard_normal((120, world.dictionary.shape[1])).astype(np.float32)
    found = []
    for block in (nothing_recorded(), nullcontext()):
        encoder = encoder_class(name).from_problem(world.problem, depth=3, **settings)
        with block:
            train(encoder, world.signals, targets, learning_rate=1e-3, batch_size=10, epochs=4, optimizer="adam")
            codes = [encoder.encode(world.signals) for _ in range(CALLS + 1)]
        found.append([*encoder.arrays.values(), codes[-1]])
    assert all(np.array_equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.parametrize("name", ["lista_cp", "lista_cpss", "step_lista", "alista"])
@pytest.mark.parametrize("size", [1e-20, 1e-39, 1e25])
def test_a_scale_whose_numbers_single_precision_cannot_hold_is_refused(name, size):
    """Steps of 1e40 or 1e-50; the weights of ALISTA are of the inverse size of the atoms."""
    dictionary = (size * unit_columns(np.random.default_rng(0), 6, 5)).astype(np.float32)
    if name == "alista" and size != 1e-39:
        assert np.isfinite(
            encoder_class(name).from_problem(SparseCodingProblem(dictionary, 1.0)).arrays["filter"]
        ).all()
    else:
        with pytest.raises(DataError, match="leaves the range of float32"):
            encoder_class(name).from_problem(SparseCodingProblem(dictionary, 1.0))


# LISTA-CPSS: what it trusts


def test_a_trusting_layer_leaves_exactly_the_largest_magnitudes_as_they_are():
    dictionary = unit_columns(np.random.default_rng(0), 30, 50)
    signals = np.random.default_rng(1).standard_normal((20, 30))
    encoder = LISTACPSS.from_problem(SparseCodingProblem(dictionary, 0.1), depth=1, trusted=14, most_trusted=100)
    z = signals @ encoder.arrays["filter"][0]
    bound = 0.1 * encoder.arrays["thresholds"][0]
    codes = encoder.encode(signals)
    largest = np.argsort(-np.abs(z), axis=1)[:, :7]  # 14 % of 50
    whole = codes == z
    assert (whole.sum(axis=1) == 7).all()
    assert np.take_along_axis(whole, largest, axis=1).all()
    np.testing.assert_allclose(codes[~whole], soft(z[~whole], bound), atol=1e-15)


def test_trust_grows_from_layer_to_layer_up_to_its_bound_and_never_passes_what_is_below_the_threshold():
    world = make_world(1, n_atoms=100, n_features=20)
    encoder = LISTACPSS.from_problem(world.problem, depth=12, trusted=1.2, most_trusted=5)
    assert [encoder.n_trusted(layer) for layer in range(6)] == [1, 2, 3, 4, 5, 5]
    all_trusted = LISTACPSS.from_problem(world.problem, depth=1, trusted=100, most_trusted=100)
    z, bound = world.signals @ world.dictionary / world.lipschitz, world.penalty_of_atom / world.lipschitz
    np.testing.assert_allclose(all_trusted.encode(world.signals), np.where(np.abs(z) > bound, z, 0), atol=1e-13)


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan"), "much", True])
@pytest.mark.parametrize("name", ["trusted", "most_trusted"])
def test_a_percentage_that_cannot_be_is_refused(name, percent):
    with pytest.raises(ConfigError, match=f"{name} must be a percentage from 0 to 100, found"):
        LISTACPSS.from_problem(make_world(1).problem, **{name: percent})


# Step-LISTA: what a step may do


@pytest.mark.parametrize("seed", range(3))
def test_no_layer_with_a_step_below_two_over_l_raises_the_objective(seed):
    world = make_world(2, seed=seed)
    steps = np.random.default_rng(seed).uniform(0, 2 / world.lipschitz, 8)
    before = objective_of(world, np.zeros((len(world.signals), world.dictionary.shape[1])))
    for depth in range(1, 9):
        encoder = StepLISTA.from_problem(world.problem, depth=depth)
        encoder.arrays["steps"][:] = steps[:depth]
        after = objective_of(world, encoder.encode(world.signals))
        assert (after <= before + 1e-12).all()
        before = after


def test_the_step_of_a_sparse_support_is_longer_and_lowers_the_objective_more():
    """Ablin et al. 2019: 1 / L_S is safe where x and the next code lie in S, L_S being of the atoms of S alone."""
    world = make_world(1, n_features=20, n_atoms=30, n_samples=1, seed=4)
    world = type(world)(world.dictionaries, (1.0,), world.signals)
    short = StepLISTA.from_problem(world.problem, depth=1)
    long = short.copy()
    of_support = world.dictionary[:, short.encode(world.signals)[0] != 0]
    long.arrays["steps"][0] = 1 / np.linalg.norm(of_support, 2) ** 2
    assert long.arrays["steps"][0] > 2 * short.arrays["steps"][0]
    codes = long.encode(world.signals)
    assert set(np.flatnonzero(codes)) <= set(np.flatnonzero(short.encode(world.signals)))
    assert objective_of(world, codes) < objective_of(world, short.encode(world.signals))


# ALISTA: its weights


def least_off_diagonal(dictionary, atom):
    """The least |A^T w|^2 with w^T a_j = 1, by sequential quadratic programming."""
    column = dictionary[:, atom]
    fits = {"type": "eq", "fun": lambda w: w @ column - 1, "jac": lambda w: column}
    found = minimize(
        lambda w: np.sum((dictionary.T @ w) ** 2),
        column,
        jac=lambda w: 2 * dictionary @ (dictionary.T @ w),
        constraints=[fits],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )
    return found.fun


def least_coherence(dictionary, atom):
    """The least max over i of |w^T a_i|, i not j, with w^T a_j = 1, by linear programming."""
    n_features, others = len(dictionary), np.delete(dictionary, atom, axis=1).T
    rows = np.vstack([np.hstack([sign * others, -np.ones((len(others), 1))]) for sign in (1, -1)])
    equal = np.append(dictionary[:, atom], 0)[None]
    cost = np.append(np.zeros(n_features), 1)
    return linprog(cost, rows, np.zeros(len(rows)), equal, [1], bounds=(None, None)).fun


@pytest.mark.parametrize(("n_features", "n_atoms"), [(6, 9), (6, 6), (9, 6)])
def test_analytic_weights_have_a_unit_diagonal_and_the_least_sum_of_squares_beside_it(n_features, n_atoms):
    dictionary = unit_columns(np.random.default_rng(2), n_features, n_atoms)
    weights, largest = analytic_weights(dictionary)
    product = weights.T @ dictionary
    np.testing.assert_allclose(np.diag(product), 1, atol=1e-12)
    expected = [least_off_diagonal(dictionary, atom) for atom in range(n_atoms)]
    np.testing.assert_allclose(np.sum(product**2, axis=1), expected, rtol=1e-6)
    assert largest == pytest.approx(np.linalg.eigvals(product).real.max())


def test_analytic_weights_come_near_the_least_coherence_and_far_below_that_of_the_dictionary():
    generator = np.random.default_rng(5)
    dictionary = generator.standard_normal((20, 30)) + 1  # a common part makes atoms coherent
    dictionary /= np.linalg.norm(dictionary, axis=0)
    coherence = {
        name: np.max(np.abs(matrix.T @ dictionary - np.eye(30)))
        for name, matrix in {"dictionary": dictionary, "weights": analytic_weights(dictionary)[0]}.items()
    }
    least = max(least_coherence(dictionary, atom) for atom in range(30))
    assert least <= coherence["weights"] < 0.75 * coherence["dictionary"]


def test_analytic_weights_of_dependent_rows_are_those_of_the_space_that_the_atoms_span():
    generator = np.random.default_rng(6)
    low, basis = unit_columns(generator, 4, 7), np.linalg.qr(generator.standard_normal((9, 4)))[0]
    np.testing.assert_allclose(analytic_weights(basis @ low)[0], basis @ analytic_weights(low)[0], atol=1e-12)


@pytest.mark.parametrize("size", [0.0, 1e-30])
def test_an_atom_of_zeros_is_refused_by_number(size):
    dictionary = unit_columns(np.random.default_rng(0), 5, 4)
    dictionary[:, 2] *= size
    with pytest.raises(DataError, match="atom 2"):
        ALISTA.from_problem(SparseCodingProblem(dictionary, 0.1))


def test_alista_recovers_sparse_codes_at_the_rate_that_is_proved():
    """Liu et al. 2019, Theorem 1: with thresholds of s mu sup |x - x*|_1 no code has a wrong entry, errors fall."""
    generator = np.random.default_rng(7)
    dictionary = unit_columns(generator, 200, 220)
    weights, _ = analytic_weights(dictionary)
    coherence = np.max(np.abs(weights.T @ dictionary - np.eye(220)))
    n_nonzero, n_samples, depth = 2, 40, 12
    assert n_nonzero < (1 + 1 / coherence) / 2
    codes = np.zeros((n_samples, 220))
    for code in codes:
        code[generator.choice(220, n_nonzero, replace=False)] = generator.uniform(0.5, 1, n_nonzero)
    encoder = ALISTA.from_problem(SparseCodingProblem(dictionary, 1.0), depth=depth)
    signals, found, errors = codes @ dictionary.T, np.zeros_like(codes), []
    encoder.arrays["steps"].fill(1.0)
    for layer in range(depth):
        errors.append(np.abs(found - codes).sum(axis=1).max())
        encoder.arrays["thresholds"][layer] = coherence * errors[-1]
        cut = {name: array[: layer + 1] if array.ndim == 1 else array for name, array in encoder.arrays.items()}
        cut["penalties"] = encoder.arrays["penalties"]
        found = ALISTA(cut, depth=layer + 1).encode(signals)
        assert not found[codes == 0].any()
    rate = coherence * (2 * n_nonzero - 1)
    assert rate < 1
    assert all(after <= rate * before + 1e-12 for before, after in zip(errors, errors[1:], strict=False))
