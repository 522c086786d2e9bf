"""The networks and the loss of SC2Net against recursions by the book, slopes and facts of convex optimisation."""

import math

import numpy as np
import pytest
from encoder_worlds import has_filters
from worlds import (
    central_differences,
    fista_iterates,
    ista_iterates,
    make_world,
    objective_of,
    relative_error,
    soft,
    unit_columns,
)

from lsalsa import SparseCodingProblem, TiedDecoderLoss, load_encoder, losses, solve, train
from lsalsa.decoders import TiedDecoder
from lsalsa.encoders import available, encoder_class
from lsalsa.encoders.adaptive_ista import AdaptiveISTA
from lsalsa.encoders.lfista import LFISTA
from lsalsa.encoders.lista import LISTA
from lsalsa.encoders.slstm import SLSTM
from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.metrics import near_zero_share

WORLD = make_world(2, n_samples=40)


def has_tied_filter(name):
    """Whether an encoder has one learned filter for all layers, which is the decoder as well."""
    encoder = None if has_filters(name) else encoder_class(name).from_problem(WORLD.problem)
    return encoder is not None and "filter" in encoder.learned and encoder.arrays["filter"].ndim == 2


every_encoder = pytest.mark.parametrize("name", [name for name in available() if has_tied_filter(name)])


def logistic(values):
    return 1 / (1 + np.exp(-values))


def slstm_outputs(signals, arrays, depth, variant):
    """S(T)^T of equations 12 to 17, samples in columns; and all gates."""
    k = arrays["splitting"].shape[0]
    w_e, w_d = arrays["splitting"].T, arrays["filter"].T
    x = signals.T
    s = c = np.zeros((k, x.shape[1]))
    gates = []
    for _ in range(depth):
        i, f = 1.0, 0.0
        if variant != "nogate":
            u, v = arrays["gate_splitting"].T, arrays["gate_filter"].T
            b = arrays.get("gate_bias", np.zeros(2 * k))[:, None]
            i = logistic(u[:k] @ s + v[:k] @ x + b[:k])
            f = logistic(u[k:] @ s + v[k:] @ x + b[k:])
            gates += [i, f]
        c = f * c + i * (w_e @ s + w_d @ x)
        if "thresholds" in arrays:
            s = soft(c, arrays["thresholds"][:, None])
        else:
            offset, gain = arrays["offsets"][:, None], arrays["gains"][:, None]
            s = gain * (np.tanh(c + offset) + np.tanh(c - offset))
    return s.T, gates


def tied_loss(signals, codes, decoder, penalties):
    """Equation 8, with its 1/2, sample by sample, entry by entry; `decoder` has a column for each atom."""
    total = 0.0
    for signal, code in zip(signals, codes, strict=True):
        misfit = sum((y - row @ code) ** 2 for y, row in zip(signal, decoder, strict=True))
        total += 0.5 * misfit + sum(p * abs(c) for p, c in zip(penalties, code, strict=True))
    return total / len(signals)


def loss_for(encoder, world=WORLD, **settings):
    return losses.loss_for("sc2net", world.problem, encoder, **settings)


def decoder_of(encoder, world=WORLD):
    return encoder.decoder_scale(world.problem) * encoder.arrays["filter"]


def run(encoder, loss, **settings):
    given = {"optimizer": "adadelta", "learning_rate": 1.0, "batch_size": 10, "epochs": 3, "tolerance": 0.0, **settings}
    return train(encoder, WORLD.signals, loss=loss, **given)


# what the networks compute


@pytest.mark.parametrize("depth", [1, 2, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_unit_with_open_input_and_closed_forget_gates_is_ista(depth, dtype):
    world = make_world(2, dtype=dtype)
    expected = ista_iterates(world, depth)[-1]
    adaptive = AdaptiveISTA.from_problem(world.problem, depth=depth, input_bias=40.0, forget_bias=-40.0)
    sparse = SLSTM.from_problem(world.problem, depth=depth, variant="soft", start="dictionary")
    sparse.arrays["gate_filter"][...] = sparse.arrays["gate_splitting"][...] = 0
    sparse.arrays["gate_bias"][...] = np.repeat([40, -40], world.problem.n_atoms)
    for encoder in (adaptive, sparse):
        np.testing.assert_allclose(encoder.encode(world.signals), expected, atol=1e-6 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("depth", [1, 2, 3, 20])
def test_untied_lfista_starts_as_fista_and_tied_lfista_as_ista(depth):
    untied = LFISTA.from_problem(WORLD.problem, depth=depth, tied=False)
    tied = LFISTA.from_problem(WORLD.problem, depth=depth)
    np.testing.assert_allclose(untied.encode(WORLD.signals), fista_iterates(WORLD, depth)[-1], atol=1e-11)
    np.testing.assert_allclose(tied.encode(WORLD.signals), ista_iterates(WORLD, depth)[-1], atol=1e-11)


def test_tied_lfista_may_start_from_the_momentum_of_the_last_layer():
    encoder = LFISTA.from_problem(WORLD.problem, depth=3, start="last")
    second = (1 + math.sqrt(5)) / 2
    momentum = (second - 1) / ((1 + math.sqrt(1 + 4 * second**2)) / 2)
    step = np.eye(WORLD.problem.n_atoms) - WORLD.dictionary.T @ WORLD.dictionary / WORLD.lipschitz
    np.testing.assert_allclose(encoder.arrays["momentum"], [-momentum * step], atol=1e-12)
    np.testing.assert_allclose(encoder.arrays["splitting"], [(1 + momentum) * step], atol=1e-12)


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("start", ["random", "dictionary"])
@pytest.mark.parametrize("variant", ["v2", "nogate", "soft", "tanh"])
def test_slstm_is_the_recursion_of_the_paper_with_gates_between_0_and_1(variant, start, biases, depth):
    encoder = SLSTM.from_problem(WORLD.problem, depth=depth, variant=variant, start=start, biases=biases, seed=3)
    generator = np.random.default_rng(0)
    for array in encoder.arrays.values():
        array += 0.1 * np.abs(generator.standard_normal(array.shape))
    expected, gates = slstm_outputs(WORLD.signals, encoder.arrays, depth, variant)
    np.testing.assert_allclose(encoder.encode(WORLD.signals), expected, atol=1e-12)
    assert len(gates) == (0 if variant == "nogate" else 2 * depth)
    assert all(((gate > 0) & (gate < 1)).all() for gate in gates)
    assert ("gate_bias" in encoder.arrays) == (biases and variant != "nogate")


def test_the_unit_of_an_lstm_has_a_tanh_that_stays_one():
    encoder = SLSTM.from_problem(WORLD.problem, depth=1, variant="tanh")
    run(encoder, loss_for(encoder))
    gate = logistic(WORLD.signals @ encoder.arrays["gate_filter"] + encoder.arrays["gate_bias"])
    cell = gate[:, : encoder.n_atoms] * (WORLD.signals @ encoder.arrays["filter"])
    np.testing.assert_allclose(encoder.encode(WORLD.signals), np.tanh(cell), atol=1e-12)


def test_gates_far_from_their_middle_do_not_overflow(recwarn):
    encoder = SLSTM.from_problem(WORLD.problem, depth=3)
    encoder.arrays["gate_bias"][...] = np.repeat([-1e4, 1e4], WORLD.problem.n_atoms)
    assert not encoder.encode(WORLD.signals).any()
    assert not recwarn.list


def activation(values, offsets, gains):
    """h, seen through a unit without gates whose candidate is its input."""
    k = len(offsets)
    encoder = SLSTM.from_problem(SparseCodingProblem([np.eye(k)], [0.1]), depth=1, variant="nogate")
    encoder.arrays |= {"filter": np.eye(k), "offsets": np.array(offsets), "gains": np.array(gains)}
    return encoder.encode(np.ascontiguousarray(values))


def test_the_activation_is_odd_bounded_and_has_the_slope_of_the_paper_at_zero():
    offsets, gains = [0.5, 1.0, 2.0, 3.0], [1.0, 0.8, 1.3, -1.0]
    values = np.repeat(np.linspace(-30, 30, 601)[:, None], 4, axis=1)
    codes = activation(values, offsets, gains)
    np.testing.assert_allclose(codes, -activation(-values, offsets, gains), atol=1e-14)
    assert (np.abs(codes) <= 2 * np.abs(gains)).all()
    above, below = (activation(np.full((1, 4), value), offsets, gains) for value in (1e-6, -1e-6))
    expected = [2 * gain / math.cosh(offset) ** 2 for offset, gain in zip(offsets, gains, strict=True)]
    slopes = (above - below)[0] / 2e-6
    np.testing.assert_allclose(slopes, expected, rtol=1e-8)
    assert slopes[0] > slopes[2] > 0.1  # about 2 the dead zone is one


# how a new SLSTM starts


def test_a_seed_gives_the_same_slstm_and_another_one_another():
    first, again, other = (SLSTM.from_problem(WORLD.problem, seed=seed) for seed in (5, 5, 6))
    for name in first.arrays:
        assert np.array_equal(first.arrays[name], again.arrays[name])
    for name in ("filter", "splitting", "gate_filter", "gate_splitting", "offsets"):
        assert not np.array_equal(first.arrays[name], other.arrays[name])


def test_a_random_slstm_has_the_weights_of_a_new_lstm():
    problem = SparseCodingProblem([unit_columns(np.random.default_rng(0), 300, 200)], [0.1])
    arrays, k = SLSTM.from_problem(problem).arrays, 200
    width = math.sqrt(6 / 500)
    for filter in (arrays["filter"], arrays["gate_filter"]):
        assert np.abs(filter).max() <= width
        assert filter.std() == pytest.approx(width / math.sqrt(3), rel=0.02)
    for square in (arrays["splitting"], arrays["gate_splitting"][:, :k], arrays["gate_splitting"][:, k:]):
        np.testing.assert_allclose(square.T @ square, np.eye(k), atol=1e-12)
    assert arrays["gate_bias"].tolist() == [0.0] * k + [1.0] * k
    assert arrays["gains"].tolist() == [1.0] * k
    assert arrays["offsets"].mean() == pytest.approx(1.0, abs=0.03)
    assert arrays["offsets"].std() == pytest.approx(0.1, rel=0.2)


def test_an_slstm_from_the_dictionary_has_the_weights_of_ista():
    arrays = SLSTM.from_problem(WORLD.problem, start="dictionary").arrays
    lipschitz, atoms = WORLD.lipschitz, WORLD.dictionary
    np.testing.assert_allclose(arrays["filter"], atoms / lipschitz, atol=1e-14)
    np.testing.assert_allclose(arrays["splitting"], np.eye(atoms.shape[1]) - atoms.T @ atoms / lipschitz, atol=1e-14)
    assert not arrays["gate_bias"].any()


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (SLSTM, {"variant": "full"}, ("variant", "full", "nogate")),
        (SLSTM, {"start": "dictionry"}, ("start", "dictionry", "dictionary")),
        (LFISTA, {"start": "middle"}, ("start", "middle", "first")),
    ],
)
def test_a_setting_that_does_not_exist_is_refused_with_the_known_ones(kind, settings, words):
    with pytest.raises(LsalsaError) as raised:
        kind.from_problem(WORLD.problem, **settings)
    assert all(word in str(raised.value) for word in words)


# the loss


@every_encoder
def test_the_loss_is_equation_8_with_the_filter_for_a_decoder(name):
    encoder = encoder_class(name).from_problem(WORLD.problem, depth=3)
    found, _ = encoder.loss_and_gradient(WORLD.signals, loss=loss_for(encoder))
    codes = encoder.encode(WORLD.signals)
    expected = tied_loss(WORLD.signals, codes, decoder_of(encoder), WORLD.penalty_of_atom)
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("encoder", [LISTA, LFISTA, AdaptiveISTA], ids=lambda kind: kind.__name__)
def test_at_the_start_from_the_dictionary_the_loss_is_the_objective(encoder):
    encoder = encoder.from_problem(WORLD.problem, depth=4)
    found, _ = encoder.loss_and_gradient(WORLD.signals, loss=loss_for(encoder))
    assert found == pytest.approx(objective_of(WORLD, encoder.encode(WORLD.signals)).mean(), rel=1e-12)
    slstm = SLSTM.from_problem(WORLD.problem, start="dictionary")
    np.testing.assert_allclose(decoder_of(slstm), WORLD.dictionary, atol=1e-12)


@every_encoder
def test_the_slope_in_every_entry_of_the_filter_counts_encoder_and_decoder(name):
    """d = 6, k = 5, T = 3; the decoder's part alone is what is left when the codes are held."""
    world = make_world(1, n_features=6, n_atoms=5, n_samples=9)
    encoder = encoder_class(name).from_problem(world.problem, depth=3)
    loss = loss_for(encoder, world)
    _, gradient = encoder.loss_and_gradient(world.signals, loss=loss)

    def value(filter, codes=None):
        twin = encoder.copy()
        twin.arrays["filter"][...] = filter
        seen = twin.encode(world.signals) if codes is None else codes
        return tied_loss(world.signals, seen, decoder_of(twin, world), world.penalty_of_atom)

    filter, codes = encoder.arrays["filter"].copy(), encoder.encode(world.signals)
    slopes = central_differences(value, filter)
    assert relative_error(gradient["filter"], slopes) < 1e-6
    assert relative_error(central_differences(lambda filter: value(filter, codes), filter), slopes) > 0.01


def test_scores_tell_the_atoms_norms_and_a_loss_that_an_exchange_of_scale_leaves_alone():
    encoder = SLSTM.from_problem(WORLD.problem, variant="nogate", depth=1)
    loss = loss_for(encoder)
    before = loss.scores(encoder, WORLD.signals, None)
    decoder, codes = decoder_of(encoder), encoder.encode(WORLD.signals)
    norms = [math.sqrt(sum(entry * entry for entry in atom)) for atom in decoder.T]
    assert before["atom_norm_mean"] == pytest.approx(np.mean(norms))
    assert before["atom_norm_max"] == pytest.approx(max(norms))
    assert before["validation_loss"] == pytest.approx(tied_loss(WORLD.signals, codes, decoder, WORLD.penalty_of_atom))
    weighed = tied_loss(WORLD.signals, codes, decoder, WORLD.penalty_of_atom * norms)
    assert before["weighted_loss"] == pytest.approx(weighed)
    encoder.arrays["gains"] /= 2
    wider = TiedDecoderLoss(WORLD.problem.penalty_of_atom, TiedDecoder(2 * encoder.decoder_scale(WORLD.problem)))
    after = wider.scores(encoder, WORLD.signals, None)
    assert after["weighted_loss"] == pytest.approx(before["weighted_loss"])
    assert after["validation_loss"] < before["validation_loss"]


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(ConfigError, match="scale"):
        TiedDecoder(scale)


# training


def test_adadelta_is_what_a_loop_by_hand_does():
    """Zeiler 2012, Algorithm 1, with rho 0.95 and epsilon 1e-8."""
    encoder, by_hand = (SLSTM.from_problem(WORLD.problem, depth=2, seed=1) for _ in range(2))
    loss = loss_for(encoder)
    run(encoder, loss, batch_size=40, epochs=4, keep="last", learning_rate=0.7)
    squares, moves = ({name: 0.0 for name in by_hand.arrays} for _ in range(2))
    for _ in range(4):
        _, gradient = by_hand.loss_and_gradient(WORLD.signals, loss=loss)
        for name, slope in gradient.items():
            squares[name] = 0.95 * squares[name] + 0.05 * slope**2
            move = -np.sqrt(moves[name] + 1e-8) / np.sqrt(squares[name] + 1e-8) * slope
            moves[name] = 0.95 * moves[name] + 0.05 * move**2
            by_hand.arrays[name] += 0.7 * move
    for name in encoder.arrays:
        np.testing.assert_allclose(encoder.arrays[name], by_hand.arrays[name], atol=1e-12)


@pytest.mark.parametrize("clip", [1e-3, 1e6])
def test_a_gradient_longer_than_the_clip_is_shortened_to_it(clip):
    """Over all parameters together; one step of plain descent shows the gradient."""
    encoder, before = (SLSTM.from_problem(WORLD.problem, seed=2) for _ in range(2))
    _, gradient = before.loss_and_gradient(WORLD.signals, loss=loss_for(before))
    run(encoder, loss_for(encoder), optimizer="sgd", batch_size=40, epochs=1, keep="last", clip=clip)
    moves = {name: before.arrays[name] - encoder.arrays[name] for name in gradient}
    length = math.sqrt(sum(float(np.sum(slope**2)) for slope in gradient.values()))
    for name, slope in gradient.items():
        np.testing.assert_allclose(moves[name], slope * min(1, clip / length), atol=1e-12)


def test_a_clip_that_is_not_positive_is_refused():
    encoder = SLSTM.from_problem(WORLD.problem)
    with pytest.raises(ConfigError, match="clip must be positive, found 0"):
        run(encoder, loss_for(encoder), clip=0)


def test_the_atoms_grow_unless_they_are_projected():
    free, held = (SLSTM.from_problem(WORLD.problem, seed=4) for _ in range(2))
    rows = {}
    for encoder, project in ((free, False), (held, True)):
        encoder.arrays["filter"] /= np.linalg.norm(encoder.arrays["filter"], axis=0)
        settings = {"optimizer": "adam", "learning_rate": 0.01, "epochs": 60, "keep": "last"}
        rows[project] = run(encoder, loss_for(encoder, project=project), **settings).rows
    assert rows[False][-1]["atom_norm_mean"] > 1.1
    assert max(row["atom_norm_max"] for row in rows[True]) <= 1 + 1e-12
    assert rows[True][-1]["validation_loss"] < rows[True][0]["validation_loss"]


@pytest.mark.parametrize("kind", [LISTA, LFISTA])
def test_learned_thresholds_move_and_never_fall_below_zero(kind):
    encoder = kind.from_problem(WORLD.problem, depth=2, learn_thresholds=True)
    before = encoder.arrays["thresholds"].copy()
    encoder.arrays["thresholds"][:3] = 0
    run(encoder, loss_for(encoder), batch_size=5, keep="last")
    assert not np.array_equal(encoder.arrays["thresholds"], before)
    assert encoder.arrays["thresholds"].min() >= 0
    fixed = kind.from_problem(WORLD.problem, depth=2, learn_thresholds=False)
    run(fixed, loss_for(fixed))
    assert np.array_equal(fixed.arrays["thresholds"], before)


def test_without_supervision_the_epoch_of_the_least_validation_loss_is_kept():
    encoder = SLSTM.from_problem(WORLD.problem, seed=1)
    history = run(encoder, loss_for(encoder), optimizer="sgd", learning_rate=0.3, epochs=12, batch_size=4)
    losses = [row["validation_loss"] for row in history.rows]
    assert history.score == "validation_loss"
    assert [row["kept"] for row in history.rows] == [loss == min(losses) for loss in losses]
    assert loss_for(encoder).scores(encoder, WORLD.signals, None)["validation_loss"] == pytest.approx(min(losses))
    assert history.validation_score == min(losses)


@pytest.mark.parametrize("name", ["slstm", "lfista", "lista"])
def test_a_run_in_two_parts_is_the_straight_run_to_the_bit(name, tmp_path):
    straight, resumed = (encoder_class(name).from_problem(WORLD.problem, depth=2) for _ in range(2))
    settings = {"clip": 5.0, "decay": 0.9}
    run(straight, loss_for(straight), epochs=5, **settings)
    for epochs in (2, 5):
        run(resumed, loss_for(resumed), epochs=epochs, checkpoint=tmp_path / "fit.npz", **settings)
    assert all(straight.arrays[key].tobytes() == resumed.arrays[key].tobytes() for key in straight.arrays)
    with pytest.raises(LsalsaError, match="project of group 1: False there, True here"):
        run(resumed, loss_for(resumed, project=True), epochs=5, checkpoint=tmp_path / "fit.npz", **settings)


def test_an_encoder_that_answers_nothing_is_collapsed():
    encoder = LISTA.from_problem(WORLD.problem)
    encoder.arrays["thresholds"][...] = 1e3
    assert run(encoder, loss_for(encoder)).status == "collapsed"


@pytest.mark.parametrize("settings", [{"variant": "soft", "seed": 7}, {"biases": False}, {"classes": 3}])
def test_a_file_brings_back_an_slstm_of_any_variant(settings, tmp_path):
    encoder = SLSTM.from_problem(WORLD.problem, depth=2, **settings)
    encoder.save(tmp_path / "encoder.npz")
    again = load_encoder(tmp_path / "encoder.npz")
    assert again.settings == encoder.settings
    assert again.encode(WORLD.signals).tobytes() == encoder.encode(WORLD.signals).tobytes()


# facts of the problem that the table rests on


def test_ista_and_fista_meet_and_the_objective_of_ista_only_falls():
    world = make_world(1, n_features=20, n_atoms=15)
    ista, fista = (solve(world.problem, world.signals, method, 1000).codes for method in ("ista", "fista"))
    assert relative_error(ista, fista) < 1e-3
    recorded = solve(world.problem, world.signals, "ista", 60, record=range(1, 61)).recorded
    objectives = np.array([objective_of(world, codes) for codes in recorded.values()])
    assert (np.diff(objectives, axis=0) <= 1e-12).all()


def test_converged_codes_satisfy_the_conditions_of_optimality():
    codes = solve(WORLD.problem, WORLD.signals, "fista", 5000).codes
    correlations = (WORLD.signals - codes @ WORLD.dictionary.T) @ WORLD.dictionary
    penalties = np.broadcast_to(WORLD.penalty_of_atom, codes.shape)
    assert (np.abs(correlations) <= penalties * (1 + 1e-3)).all()
    used = codes != 0
    np.testing.assert_allclose(correlations[used], (np.sign(codes) * penalties)[used], rtol=1e-3)


def test_near_zero_share_counts_entries_below_the_tolerance():
    codes = np.array([[0.0, 1e-4, -5e-3, 1.0], [2.0, -1e-3, 0.5, -9e-4]])
    assert near_zero_share(codes, 1e-3) == 3 / 8
    assert near_zero_share(codes, 1e-2) == 5 / 8
