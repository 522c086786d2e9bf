"""Every algorithm on small arrays of any device: what must come out alike with NumPy and with CuPy.

A run takes a device and a dtype and gives its results by name, on the host.
"""

from contextlib import contextmanager
from itertools import product

import numpy as np
from encoder_worlds import has_classifier, has_filters, world_for
from kernel_arguments import arguments
from worlds import make_world

from lsalsa import ConvolutionalProblem, SparseCodingProblem, metrics, optimal_codes, solve, train
from lsalsa.arrays import Device, kernels_for, to_host
from lsalsa.arrays.kernels import STEPS
from lsalsa.arrays.kernels.ensemble import FOR_EACH
from lsalsa.dictionary import available as dictionary_methods
from lsalsa.dictionary import learn_dictionary
from lsalsa.encoders import available as encoders
from lsalsa.encoders import encoder_class
from lsalsa.losses import loss_for
from lsalsa.solvers import available as solvers
from lsalsa.study.methods.search import search_encoder
from lsalsa.training.optimizers import OPTIMIZERS

ITERATIONS = 9
TOLERANCE = {np.float32: 1e-4, np.float64: 1e-10}
"""Of the largest entry of a result of a GPU: sums in another order, over a few dozen iterations."""
HOST_ONLY = ("exact_crsae",)
OPTIONS = {"salsa": [{"read_out": read_out} for read_out in ("u", "softx", "x")]}
SETTINGS = {
    "lista": [{"x0": x0} for x0 in ("soft", "filter", "zero")],
    "lfista": [{"tied": True, "start": "last"}, {"tied": False}],
    "slstm": [{"variant": variant} for variant in ("v2", "nogate", "soft", "tanh")]
    + [{"start": "dictionary", "biases": False}],
    "lista_cpss": [{"trusted": 20, "most_trusted": 50}],
    "lsalsa": [{"read_out": read_out, "mu": 1.3} for read_out in ("softx", "u")],
}


def placed(device, dtype, n_blocks=2):
    """A problem and signals on the device."""
    world = make_world(n_blocks, n_features=9, n_atoms=12, n_samples=40, dtype=dtype)
    dictionaries = [device.put(part) for part in world.dictionaries]
    return SparseCodingProblem(dictionaries, world.penalties), device.put(world.signals)


def placed_for(name, device, dtype):
    """A problem of the kind that an encoder solves, and signals, on the device."""
    if not has_filters(name):
        return placed(device, dtype)
    world = world_for(name, 2, n_samples=40, dtype=dtype)
    bank = world.bank
    problem = ConvolutionalProblem(device.put(world.filters), bank.penalties, bank.signal_shape, bank.stride)
    return problem, device.put(world.signals)


def targets_of(problem, signals):
    """Codes near the optimum, for encoders to learn."""
    return solve(problem, signals, "fista", 60).codes


def solver_runs(method):
    """One run for each read-out of a solver, each with codes at two iterations, and one that keeps a history."""

    def run(device, dtype):
        problem, signals = placed(device, dtype)
        found = {}
        for number, options in enumerate(OPTIONS.get(method, [{}])):
            solution = solve(problem, signals, method, ITERATIONS, record=(3,), **options)
            found |= {f"codes {number}": solution.codes, f"codes after 3 {number}": solution.recorded[3]}
        watched = solve(problem, signals, method, ITERATIONS, history=True)
        found["objective"] = np.array([row["objective"] for row in watched.history])
        return on_host(found)

    return run


def encoder_runs(name):
    """Codes, loss and every gradient of an encoder in all its variants."""

    def run(device, dtype):
        problem, signals = placed_for(name, device, dtype)
        targets = targets_of(problem, signals)
        found = {}
        for number, settings in enumerate(SETTINGS.get(name, [{}])):
            encoder = encoder_class(name).from_problem(problem, depth=3, **settings)
            loss, gradient = encoder.loss_and_gradient(signals, targets)
            found |= {f"codes {number}": encoder.encode(signals), f"loss {number}": np.array(loss)}
            found |= {f"{parameter} {number}": slope for parameter, slope in gradient.items()}
        return on_host(found)

    return run


def loss_runs(name):
    """The loss of SC2Net, its gradient and scores, before and after its constraint."""

    def run(device, dtype):
        problem, signals = placed_for(name, device, dtype)
        encoder = encoder_class(name).from_problem(problem, depth=3)
        loss = loss_for("sc2net", problem, encoder, project=True)
        value, gradient = encoder.loss_and_gradient(signals, loss=loss)
        scores = [loss.scores(encoder, signals, None)]
        loss.constrain(encoder)
        scores.append(loss.scores(encoder, signals, None))
        found = {"loss": np.array(value), "scores": np.array([list(row.values()) for row in scores]), **gradient}
        return on_host(found | (labelled_run(name, problem, signals) if has_classifier(name) else {}))

    return run


def sources_run(device, dtype):
    """The loss of sources, its gradient and scores."""
    problem, signals = placed_for("lsalsa", device, dtype)
    encoder, targets = encoder_class("lsalsa").from_problem(problem, depth=3), targets_of(problem, signals)
    loss = loss_for("sources", problem, encoder)
    value, gradient = encoder.loss_and_gradient(signals, targets, loss=loss)
    scores = list(loss.scores(encoder, signals, targets).values())
    return on_host({"loss": np.array(value), "scores": np.array(scores), **gradient})


def labelled_run(name, problem, signals):
    """The loss with labels, its gradient and scores."""
    encoder = encoder_class(name).from_problem(problem, depth=3, classes=2)
    classes = problem.xp.arange(len(signals)) % 2
    labels = problem.xp.stack([classes == 0, classes == 1], axis=1).astype(signals.dtype)
    loss = loss_for("labelled", problem, encoder, weight=2.0)
    value, gradient = encoder.loss_and_gradient(signals, labels, loss=loss)
    scores = np.array(list(loss.scores(encoder, signals, labels).values()))
    found = {"loss": np.array(value), "scores": scores, **gradient}
    return {f"labelled {name}": array for name, array in found.items()}


def training_runs(name, optimizer):
    """An encoder after two epochs, and its history."""

    def run(device, dtype):
        problem, signals = placed_for(name, device, dtype)
        encoder = encoder_class(name).from_problem(problem, depth=2)
        rate = {"sgd": 5e-3, "adam": 1e-3, "adadelta": 1.0}[optimizer]
        targets = targets_of(problem, signals)
        history = train(
            encoder, signals, targets, optimizer=optimizer, learning_rate=rate, batch_size=16, epochs=2, keep="last"
        )
        losses = np.array([row["loss"] for row in history.rows[1:]])
        # As one array: a gate that starts at 0 moves by gradients near 0, whose rounding Adam makes a step of.
        parameters = np.concatenate([to_host(array).ravel() for array in encoder.arrays.values()])
        return on_host({"parameters": parameters, "losses": losses, "rmse": np.array(history.validation_score)})

    return run


def optimal_run(device, dtype):
    """Certified codes by the method that a GPU uses."""
    problem, signals = placed(device, dtype)
    found = optimal_codes(problem, signals, 1e-4, method="proximal")
    again = optimal_codes(problem, signals, 1e-4, start=found.codes, method="proximal")
    return on_host({"codes": found.codes, "objective": found.objective, "codes again": again.codes})


def dictionary_run(device, dtype):
    """A dictionary learned in two epochs, from signals and from random atoms."""
    _, signals = placed(device, dtype, n_blocks=1)
    own = {"sgd": {"iterations": 8, "rise_tolerance": 10.0}, "online": {"solver": "proximal"}}
    found = {}
    for method, start in product(dictionary_methods(), ("signals", "random")):
        arguments = {"method": method, "start": start, "epochs": 2, "batch_size": 16, **own.get(method, {})}
        learned = learn_dictionary(signals, 6, 0.1, **arguments)
        found |= {f"{method} {start}": learned.dictionary, f"{method} {start} usage": learned.usage}
    return on_host(found)


def problem_run(device, dtype):
    """Everything that a problem computes, and the metrics."""
    problem, signals = placed(device, dtype)
    codes = device.put(solve(*placed(Device("cpu"), dtype), "ista", 5).codes)  # the same: a gap enlarges rounding
    found = {name: getattr(problem, name)(signals, codes) for name in ("objective", "duality_gap", "relative_gap")}
    found |= {
        "gram": problem.gram,
        "lambda_max": problem.lambda_max(signals),
        "penalty of atom": problem.penalty_of_atom,
    }
    found |= {f"source {d}": part for d, part in enumerate(problem.reconstruct_components(codes))}
    found |= {"reconstruction": problem.reconstruct(codes), "rmse": metrics.rmse_per_sample(codes, 0 * codes)}
    found |= {"zero share": metrics.zero_share_per_sample(codes), "lipschitz": np.array(problem.lipschitz)}
    return on_host({**found, **problem.astype(np.float64).to_arrays()})


def convolution_run(device, dtype):
    """The operator of a bank of filters, its transpose and what a convolutional problem computes with them."""
    problem, signals = placed_for("crsae", device, dtype)
    codes = device.put(solve(*placed_for("crsae", Device("cpu"), dtype), "ista", 5).codes)
    found = {name: getattr(problem, name)(signals, codes) for name in ("objective", "duality_gap", "relative_gap")}
    found |= {"correlation": problem.correlate(signals), "reconstruction": problem.reconstruct(codes)}
    found |= {"lambda_max": problem.lambda_max(signals), "lipschitz": np.array(problem.lipschitz)}
    return on_host(found)


def kernel_run(step):
    """A fused step: all of its arrays afterwards."""

    def run(device, dtype):
        values = {name: device.put(v) if v.ndim else v for name, v in arguments(step, dtype).items()}
        getattr(kernels_for(values[next(iter(values))]), step)(*values.values())
        return on_host({name: value for name, value in values.items() if value.ndim})

    return run


def ensemble_kernel_run(step):
    """A fused step for an ensemble of three: all of its arrays afterwards."""

    def run(device, dtype):
        of_each = [arguments(step, dtype, seed) for seed in range(3)]
        values = {name: device.put(np.stack([one[name] for one in of_each])) for name in of_each[0]}
        getattr(FOR_EACH, step)(*values.values())
        return on_host(values)

    return run


def search_run(device, dtype):
    """The scores of a search's candidates, which a GPU trains together, at the end of two rungs."""
    problem, signals = placed(device, dtype)
    pairs = signals, targets_of(problem, signals)
    grid = {"penalty_factor": [0.5, 1.0], "mu": [0.5, 1.0, 2.0], "learning_rate": [1e-2, 1e-3], "batch_size": [12]}
    settings = {"algorithm": "lsalsa", "depth": 2, "rungs": (1, 3), "n_train": 40, "optimizer": "adam", "seed": 4}
    rows = search_encoder(problem, pairs, pairs, grid=grid, **settings)
    found = {name: np.array([row[name] for row in rows]) for name in ("score", "objective", "epochs", "chosen")}
    return {name: values.astype(float) for name, values in found.items()}


def on_host(arrays):
    """The same arrays in host memory."""
    return {name: to_host(array) for name, array in arrays.items()}


ENCODERS = [name for name in encoders() if name not in HOST_ONLY]
RUNS = {
    **{f"kernel {step}": kernel_run(step) for step in STEPS},
    **{f"kernel {step} of an ensemble": ensemble_kernel_run(step) for step in STEPS},
    **{f"solver {name}": solver_runs(name) for name in solvers()},
    **{f"encoder {name}": encoder_runs(name) for name in ENCODERS},
    **{f"loss {name}": loss_runs(name) for name in ENCODERS},
    "loss of sources": sources_run,
    **{f"training {name} {rule}": training_runs(name, rule) for name in ENCODERS for rule in OPTIMIZERS},
    "search": search_run,
    "optimal codes": optimal_run,
    "dictionary": dictionary_run,
    "problem and metrics": problem_run,
    "convolution": convolution_run,
}


@contextmanager
def little_memory(xp, more):
    """Limit the pool of the device to what is in use and some bytes more."""
    pool = xp.get_default_memory_pool()
    before = pool.get_limit()
    pool.free_all_blocks()
    pool.set_limit(size=pool.used_bytes() + more)
    try:
        yield
    finally:
        pool.set_limit(size=before)


def scarce_run(repeats, memory=little_memory):
    """Codes of SALSA where its working space fits, and where half of it does; both on the host."""
    problem, signals = placed(Device("gpu"), np.float64)
    many = problem.xp.concatenate([signals] * repeats)
    expected = solve(problem, many, "salsa", 5).codes
    size = expected.size * expected.itemsize
    with memory(problem.xp, size + 2 * size):  # the codes, and half of SALSA's four buffers
        found = solve(problem, many, "salsa", 5).codes
    return on_host({"codes": found}), on_host({"codes": expected})


def assert_alike(found, expected, tolerance):
    """The same names, shapes and types; values that differ by less than the tolerance times the largest."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert (found[name].shape, found[name].dtype) == (values.shape, values.dtype), name
        scale = np.abs(values).max(initial=1e-30)
        np.testing.assert_allclose(found[name] / scale, values / scale, rtol=0, atol=tolerance, err_msg=name)


def host_and_device(run, dtype):
    """The results of a run with NumPy and with CuPy."""
    return run(Device("cpu"), dtype), run(Device("gpu"), dtype)
