"""Growing an encoder layer by layer: where each depth starts, what is kept, and that it can be resumed."""

import numpy as np
import pytest
from worlds import make_world

from lsalsa import LISTA, UntiedLSALSA, optimal_codes
from lsalsa.errors import ConfigError
from lsalsa.losses import CODES
from lsalsa.training.layerwise import stages, take_over, train_layer_wise

SETTINGS = {"optimizer": "adam", "learning_rate": 1e-3, "batch_size": 10, "epochs": 6}


def grown(world, depth=3, kind=UntiedLSALSA, **changes):
    targets = optimal_codes(world.problem, world.signals).codes

    def start(layers):
        return kind.from_problem(world.problem, depth=layers)

    return train_layer_wise(
        start, depth, world.signals, targets, loss=lambda encoder: CODES, seed=3, **{**SETTINGS, **changes}
    )


def rmse(encoder, world):
    found = encoder.encode(world.signals) - optimal_codes(world.problem, world.signals).codes
    return np.sqrt(np.mean(found**2))


def test_depths_share_as_many_epochs_as_the_last_has():
    assert list(stages(4, 12)) == [(1, 3), (2, 3), (3, 3), (4, 12)]
    assert list(stages(5, 2)) == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2)]


def test_a_deeper_encoder_has_the_layers_of_the_shallower_one_and_an_untrained_one_at_the_end():
    world = make_world(1)
    shallower = UntiedLSALSA.from_problem(world.problem, depth=2)
    for array in shallower.arrays.values():
        array *= 1.1
    encoder, untrained = (UntiedLSALSA.from_problem(world.problem, depth=3) for _ in range(2))
    take_over(encoder, shallower)
    for name, array in encoder.arrays.items():
        np.testing.assert_array_equal(array[:-1], shallower.arrays[name])
        np.testing.assert_array_equal(array[-1], untrained.arrays[name][-1])


def test_an_encoder_that_cannot_grow_is_refused_in_a_sentence():
    small, large = make_world(1), make_world(2)
    encoders = [LISTA.from_problem(world.problem, depth=2) for world in (small, large)]
    with pytest.raises(ConfigError, match="lista cannot be trained layer by layer: its filter has shape"):
        take_over(*encoders)


@pytest.mark.parametrize("kind", [UntiedLSALSA, LISTA])
def test_it_is_better_than_its_start_and_the_history_tells_every_depth(kind):
    world = make_world(1)
    encoder, history = grown(world, kind=kind)
    assert rmse(encoder, world) < 0.9 * rmse(kind.from_problem(world.problem, depth=3), world)
    assert history.kept["validation_rmse"] == pytest.approx(rmse(encoder, world), rel=1e-9)
    assert [row["layers"] for row in history.rows] == [3] + [1] * 3 + [2] * 3 + [3] * 7
    assert history.rows[-1]["epoch"] == 10
    assert sum(row["kept"] for row in history.rows) == 1
    assert history.rows[0]["validation_rmse"] == pytest.approx(rmse(kind.from_problem(world.problem, depth=3), world))


def test_a_harmful_rate_leaves_nothing_worse_than_the_untrained_encoder():
    world = make_world(1)
    encoder, history = grown(world, learning_rate=10.0)
    start = UntiedLSALSA.from_problem(world.problem, depth=3)
    assert not history.worse_than_start
    assert rmse(encoder, world) <= rmse(start, world)


def test_the_same_seed_gives_the_same_bytes_with_checkpoints_and_without(tmp_path):
    world = make_world(1)
    expected, _ = grown(world)
    for _ in range(2):  # the second time all depths are resumed from their files
        found, _ = grown(world, checkpoint=tmp_path / "net.npz", checkpoint_seconds=0.0)
        assert all(found.arrays[name].tobytes() == array.tobytes() for name, array in expected.arrays.items())
    names = {path.name.replace(".previous", "") for path in tmp_path.iterdir()}
    assert names == {f"net.layers_{layers}.npz" for layers in (1, 2, 3)}
