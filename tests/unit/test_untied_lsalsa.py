"""LSALSA with layers of its own: its start is truncated SALSA, its layers are those of the book, one by one."""

import numpy as np
import pytest
from worlds import make_world, salsa_iterates, soft

from lsalsa import LSALSA, UntiedLSALSA


@pytest.mark.parametrize("n_blocks", [1, 2])
@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize(("mu", "read_out"), [(0.1, "u"), (1.0, "softx"), (10.0, "u")])
def test_untrained_it_is_truncated_salsa(n_blocks, depth, mu, read_out):
    world = make_world(n_blocks)
    encoder = UntiedLSALSA.from_problem(world.problem, depth=depth, mu=mu, read_out=read_out)
    codes = encoder.encode(world.signals)
    np.testing.assert_allclose(codes, salsa_iterates(world, depth, mu, read_out)[-1], atol=1e-11)


@pytest.mark.parametrize("read_out", ["softx", "u"])
def test_each_layer_uses_its_own_weights(read_out):
    world, rng, mu = make_world(2), np.random.default_rng(1), 0.7
    encoder = UntiedLSALSA.from_problem(world.problem, depth=3, mu=mu, read_out=read_out)
    for array in encoder.arrays.values():
        array *= rng.uniform(0.8, 1.2, array.shape)
    W, S, theta = (encoder.arrays[name] for name in ("filter", "splitting", "thresholds"))
    for signal, code in zip(world.signals, encoder.encode(world.signals), strict=True):
        x, d = signal @ W[0], 0.0
        for layer in range(3):
            u = soft(x + d, theta[layer])
            x = (signal @ W[layer + 1] + mu * (u - d)) @ S[layer]
            d = d - u + x
        expected = soft(x + d if read_out == "u" else x, theta[3])
        np.testing.assert_allclose(code, expected, atol=1e-12)


def test_the_gradients_of_shared_layers_are_the_sums_of_theirs():
    """Equal layers compute what LSALSA computes, so that its gradient is the sum of the layers' gradients."""
    world = make_world(2)
    rng = np.random.default_rng(2)
    targets = rng.standard_normal((len(world.signals), world.dictionary.shape[1]))
    shared = LSALSA.from_problem(world.problem, depth=4, mu=0.5, read_out="u").loss_and_gradient(world.signals, targets)
    own = UntiedLSALSA.from_problem(world.problem, depth=4, mu=0.5, read_out="u")
    loss, gradient = own.loss_and_gradient(world.signals, targets)
    assert loss == pytest.approx(shared[0], rel=1e-12)
    for name, found in gradient.items():
        np.testing.assert_allclose(found.sum(axis=0), shared[1][name], atol=1e-10)


def test_a_mu_of_each_layer_would_add_nothing():
    """mu and the pair W_t, S_t scaled against each other give the same codes: why mu is not learned."""
    world = make_world(1)
    encoder = UntiedLSALSA.from_problem(world.problem, depth=3, mu=2.0)
    scaled = {**encoder.arrays, "filter": encoder.arrays["filter"].copy()}
    scaled["filter"][1:] *= 5.0 / 2.0
    scaled["splitting"] = encoder.arrays["splitting"] * (2.0 / 5.0)
    other = UntiedLSALSA(scaled, **{**encoder.settings, "mu": 5.0})
    np.testing.assert_allclose(other.encode(world.signals), encoder.encode(world.signals), atol=1e-12)
