"""Shifted copies, gradients of the averaged loss, training by every arm, scores: against brute force, definitions."""

import math
from unittest import mock

import numpy as np
import pytest
from denoising_runs import SETTINGS, pictures
from interrupted import asked_to_end

from lsalsa import ConvolutionalProblem, CRsAE, ReconstructionLoss
from lsalsa.arrays import Device
from lsalsa.data.pictures import Pictures
from lsalsa.encoders import available
from lsalsa.errors import ConfigError, DataError, DivergedError, ShapeError
from papers.crsae.denoising.arms import ARMS, NO_GRADIENT
from papers.crsae.denoising.course import learn
from papers.crsae.denoising.denoise import averaged_targets, denoise
from papers.crsae.denoising.drawn import drawn
from papers.crsae.denoising.learning import Crops, Learning, random_filters
from papers.crsae.denoising.quality import noisy_picture, psnr_db
from papers.crsae.denoising.scoring import (
    Trained,
    arm_rows,
    depth_rows,
    noise_rows,
    noisy_pictures,
    peer_rows,
    restored,
    stored,
)
from papers.crsae.denoising.shifts import Shifts

CPU = Device("cpu")
READY = [name for name, arm in ARMS.items() if arm.encoder in available()]


# --- shifted copies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(20, 31), (481, 321), (5, 3), (1, 9), (1, 1)])
@pytest.mark.parametrize(("side", "stride"), [(7, 5), (7, 1), (7, 7), (5, 3), (1, 1)])
def test_copies_that_are_split_and_merged_are_the_picture(shape, side, stride):
    shifts, picture = Shifts(shape, side, stride), np.random.default_rng(0).normal(size=(2, *shape))
    copies = shifts.split(picture)
    assert copies.shape == (2 * stride**2, math.prod(shifts.copy_shape))
    assert copies.flags.c_contiguous
    np.testing.assert_allclose(shifts.merge(copies), picture, rtol=0, atol=1e-14)


@pytest.mark.parametrize(("side", "stride"), [(7, 5), (5, 2), (3, 1)])
def test_every_pixel_is_covered_as_often_as_filters_have_pixels(side, stride):
    """All positions of all copies, placed on the picture by brute force."""
    shifts = Shifts((11, 8), side, stride)
    height, width = shifts.copy_shape
    count = np.zeros((shifts.n_copies, height, width))
    for row in range(0, height - side + 1, stride):
        for column in range(0, width - side + 1, stride):
            count[:, row : row + side, column : column + side] += 1
    covered = shifts.merge(count.reshape(shifts.n_copies, -1)) * shifts.n_copies
    assert (covered == side**2).all()
    assert (height - side) % stride == (width - side) % stride == 0


def test_a_copy_is_a_window_of_the_reflected_picture():
    picture = np.arange(30.0).reshape(1, 5, 6)
    shifts = Shifts((5, 6), 3, 2)
    height, width = shifts.copy_shape
    padded = np.pad(picture[0], 8, mode="reflect")
    for number, copy in enumerate(shifts.split(picture).reshape(-1, height, width)):
        row, column = 8 - 2 + number // 2, 8 - 2 + number % 2
        np.testing.assert_array_equal(copy, padded[row : row + height, column : column + width])


def test_placing_is_the_transpose_of_merging():
    draws, shifts = np.random.default_rng(1), Shifts((9, 12), 5, 3)
    copies = draws.normal(size=(2 * shifts.n_copies, math.prod(shifts.copy_shape)))
    picture = draws.normal(size=(2, 9, 12))
    placed = shifts.place(picture, range(shifts.n_copies))
    assert np.vdot(shifts.merge(copies), picture) * shifts.n_copies == pytest.approx(np.vdot(copies, placed))
    np.testing.assert_array_equal(shifts.place(picture, [4, 0]), shifts.choose(placed, [4, 0]))


def test_wrong_sizes_are_one_sentence():
    with pytest.raises(ConfigError, match="stride must be at most the side of the filters, 3, found 4"):
        Shifts((9, 9), 3, 4)
    with pytest.raises(ShapeError, match=r"pictures must have shape \(n_pictures, 9, 9\), found \(1, 9, 8\)"):
        Shifts((9, 9), 3, 2).split(np.zeros((1, 9, 8)))


# --- the loss of the average -----------------------------------------------------------------------------------------


def world(dtype=np.float64):
    draws, shifts = np.random.default_rng(2), Shifts((7, 6), 3, 2)
    filters = draws.normal(size=(3, 3, 4))
    problem = ConvolutionalProblem(
        (filters / np.linalg.norm(filters, axis=(0, 1))).astype(dtype), 0.05, shifts.copy_shape, 2
    )
    encoder = CRsAE.from_problem(problem, depth=5, learn_penalties=True)
    clean = draws.normal(size=(2, 7, 6)).astype(dtype)
    return shifts, problem, encoder, clean, clean + 0.3 * draws.normal(size=clean.shape).astype(dtype)


def average_misfit(shifts, encoder, clean, noisy):
    """1/2 |mean over copies of H f(y) - w|^2, mean over pictures."""
    copies = shifts.split(noisy)
    found = encoder.operator().synthesize(encoder.encode(copies), np.empty_like(copies))
    return 0.5 * np.square(shifts.merge(found) - clean).sum() / len(clean)


def gradient_of(shifts, problem, encoder, clean, noisy, chosen):
    copies = shifts.split(noisy)
    loss = ReconstructionLoss(encoder.decoder(problem), clean=True)
    targets = averaged_targets(encoder, shifts, copies, clean, chosen)
    return encoder.loss_and_gradient(shifts.choose(copies, chosen), targets, loss=loss)


def test_the_gradient_through_all_copies_is_the_slope_of_the_averages_misfit():
    shifts, problem, encoder, clean, noisy = world()
    loss, gradient = gradient_of(shifts, problem, encoder, clean, noisy, range(shifts.n_copies))
    assert loss == pytest.approx(average_misfit(shifts, encoder, clean, noisy))
    draws = np.random.default_rng(3)
    for name in ("filters", "penalties"):
        direction, array = draws.normal(size=encoder.arrays[name].shape), encoder.arrays[name].copy()
        values = []
        for step in (1e-6, -1e-6):
            encoder.arrays[name][...] = array + step * direction
            values.append(average_misfit(shifts, encoder, clean, noisy))
        encoder.arrays[name][...] = array
        assert np.vdot(gradient[name], direction) == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5)


def test_the_gradient_through_some_copies_is_right_on_average():
    shifts, problem, encoder, clean, noisy = world()
    _, whole = gradient_of(shifts, problem, encoder, clean, noisy, range(4))
    pairs = [gradient_of(shifts, problem, encoder, clean, noisy, [i, j])[1] for i in range(4) for j in range(i)]
    for name in ("filters", "penalties"):
        np.testing.assert_allclose(np.mean([pair[name] for pair in pairs], axis=0), whole[name], rtol=1e-9, atol=1e-12)


# --- learning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READY)
def test_every_arm_learns_with_finite_numbers_and_unit_filters(name):
    encoder, history, status = learn(ARMS[name], SETTINGS, pictures(), pictures(seed=5), seed=1, device=CPU)
    assert status == history[-1]["status"] == "ok"
    assert [row["step"] for row in history] == [0, 2, 4]
    assert all(np.isfinite(row["psnr_db"]) and row["lambda_max"] > 0 for row in history)
    start = random_filters(5, 6, 1)
    assert not np.array_equal(encoder.arrays["filters"], start)
    if ARMS[name].encoder == "crsae":
        np.testing.assert_allclose(np.linalg.norm(encoder.arrays["filters"], axis=(0, 1)), 1, atol=1e-5)
        moved = ARMS[name].penalties in ("em", "em_closed", "free")
        begun = np.full(6, np.float32(0.2))
        begun[0] = 0.02 if ARMS[name].penalties == "hand_set" else 0.2
        assert np.array_equal(encoder.arrays["penalties"], begun.astype(np.float32)) != moved


def test_arms_of_one_seed_see_the_same_start_and_crops_and_another_seed_others():
    clean, noisy = Crops(pictures(), 14, 0.1).draw(2, np.random.default_rng(1))
    assert clean.shape == noisy.shape == (2, 14, 14) and noisy.dtype == np.float32
    assert np.std(noisy - clean) == pytest.approx(0.1, rel=0.2)
    arms = [Learning(ARMS[name], SETTINGS, seed=seed, device=CPU) for name, seed in
            (("em_unsupervised", 1), ("fixed_supervised", 1), ("fixed_supervised", 2))]  # fmt: skip
    filters = [one.encoder.arrays["filters"] for one in arms]
    assert np.array_equal(filters[0], filters[1]) and not np.array_equal(filters[1], filters[2])
    assert np.ptp(filters[0][..., 0]) == 0


def test_the_same_seed_gives_the_same_bytes():
    runs = [learn(ARMS["em_unsupervised"], SETTINGS, pictures(), pictures(), seed=3, device=CPU)[0] for _ in range(2)]
    assert all(np.array_equal(runs[0].arrays[name], runs[1].arrays[name]) for name in runs[0].arrays)


@pytest.mark.parametrize(("name", "step"), [("em_unsupervised", 3), ("fixed_supervised", 4), ("free_supervised", 1)])
def test_learning_that_a_signal_ended_goes_on_with_the_next_step_to_the_same_bytes(name, step, tmp_path):
    def run(**more):
        encoder, rows, status = learn(ARMS[name], SETTINGS, pictures(), pictures(), seed=3, device=CPU, **more)
        untimed = [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
        return {key: array.tobytes() for key, array in encoder.arrays.items()}, untimed, status

    straight, path = run(), tmp_path / "state.npz"
    with asked_to_end(Learning, "step", step):
        run(checkpoint=path, checkpoint_seconds=60)
    with mock.patch.object(Learning, "step", autospec=True, side_effect=Learning.step) as steps:
        assert run(checkpoint=path, checkpoint_seconds=60) == straight
    assert steps.call_count == SETTINGS["steps"] - step


def test_decoder_only_gives_penalties_no_gradient_which_is_why_there_is_no_such_arm():
    assert NO_GRADIENT not in ARMS
    _, problem, encoder, _, noisy = world()
    copies = Shifts((7, 6), 3, 2).split(noisy)
    loss = ReconstructionLoss(encoder.decoder(problem), hold_codes=True)
    _, gradient = encoder.loss_and_gradient(copies, loss=loss)
    assert not gradient["penalties"].any() and gradient["filters"].any()


def test_filters_that_run_away_end_with_a_status_and_the_filters_of_before():
    settings = {
        **SETTINGS,
        "rate": 3.0,
        "depth": 2,
        "steps": 40,
        "record": 100,
        "n_filters": 30,
        "stride": 1,
        "copies": 1,
    }
    encoder, history, status = learn(ARMS["fixed_unsupervised"], settings, pictures(), pictures(), seed=0, device=CPU)
    assert status == history[-1]["status"] == "diverged"
    assert history[-1]["step"] < 40
    assert all(np.isfinite(array).all() for array in encoder.arrays.values())
    assert history[-1]["lambda_max"] <= encoder.settings["ceiling"]


def test_a_step_that_fails_leaves_the_parameters_as_they_were(monkeypatch):
    run = Learning(ARMS["em_unsupervised"], SETTINGS, seed=0, device=CPU)
    before = {name: array.copy() for name, array in run.encoder.arrays.items()}
    monkeypatch.setattr(run.encoder, "constrain", lambda: (_ for _ in ()).throw(DivergedError("ran away")))
    with pytest.raises(DivergedError, match="ran away"):
        run.step(*Crops(pictures(), 14, 0.1).draw(2, np.random.default_rng(1)))
    assert all(np.array_equal(before[name], array) for name, array in run.encoder.arrays.items())


def test_codes_that_are_all_zero_are_a_collapse():
    settings = {**SETTINGS, "prior": 1e6, "steps": 1}
    assert learn(ARMS["fixed_unsupervised"], settings, pictures(), pictures(), seed=0, device=CPU)[2] == "collapsed"


def test_rates_rise_over_the_warm_up_and_fall_over_the_last_quarter():
    run = Learning(ARMS["fixed_supervised"], {**SETTINGS, "steps": 8, "warm_up": 4}, seed=0, device=CPU)
    shares = []
    for run.n_steps in range(8):
        shares.append(run._share_of_rate())
    assert shares == [0.25, 0.5, 0.75, 1, 1, 1, 1, 0.5]


BAD = [
    ([], "at least one picture"),
    (pictures(1, (23, 13)), "training picture 1 is 23 x 13, smaller than the crops of 14 x 14"),
    ([*pictures(1), np.full((20, 20), np.nan, np.float32)], "training picture 2 holds NaN or Inf"),
]


@pytest.mark.parametrize(("train", "message"), BAD, ids=[message[:20] for _, message in BAD])
def test_pictures_that_cannot_be_learned_from_are_one_sentence(train, message):
    with pytest.raises(DataError, match=message):
        learn(ARMS["fixed_supervised"], SETTINGS, train, pictures(), seed=0, device=CPU)


# --- scores ----------------------------------------------------------------------------------------------------------


def test_psnr_has_the_largest_value_as_peak_and_clips_nothing():
    clean = np.array([[0.0, 0.5], [0.25, 0.0]])
    assert psnr_db(clean, clean + 0.05) == pytest.approx(20.0)
    assert psnr_db(clean, clean - 1.0) == pytest.approx(20 * math.log10(0.5))
    assert psnr_db(clean, clean) == math.inf


def test_noise_depends_on_the_picture_and_on_nothing_else():
    clean = pictures(1, (40, 50))[0]
    found = [
        noisy_picture(clean, noise, 1, *key) for noise, key in ((0.1, "ab"), (0.1, "ab"), (0.1, "ac"), (0.2, "ab"))
    ]
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])
    np.testing.assert_allclose(found[3] - clean, 2 * (found[0] - clean), atol=1e-6)
    assert np.std(found[0] - clean) == pytest.approx(0.1, rel=0.05)


def trained(name="em_unsupervised", seeds=(0, 1)):
    runs = []
    for repetition, seed in enumerate(seeds):
        encoder, history, status = learn(ARMS[name], SETTINGS, pictures(), pictures(), seed=seed, device=CPU)
        facts = {"repetition": repetition, "seed": seed, "lambda_max": history[-1]["lambda_max"], "status": status}
        runs.append(Trained(encoder, facts))
    return runs


def test_denoising_is_the_mean_over_the_copies_of_their_reconstructions():
    (run,) = trained(seeds=(0,))
    picture = pictures(1, (19, 26))[0]
    shifts = Shifts(picture.shape, 5, 3)
    found = []
    for copy in shifts.split(picture[None]):
        fitted = run.encoder.with_signal_shape(shifts.copy_shape)
        found.append(fitted.problem().reconstruct(fitted.encode(copy[None]))[0])
    np.testing.assert_allclose(denoise(run.encoder, picture).picture, shifts.merge(np.array(found))[0], atol=1e-6)


@pytest.mark.parametrize("name", [READY[0], *[name for name in READY if ARMS[name].encoder != "crsae"]])
def test_encoders_of_a_file_denoise_as_before(name):
    runs, picture = trained(name), pictures(1)[0]
    arrays, metadata = stored(runs, [random_filters(5, 6, 0)] * 2)
    assert {"start_0", "learned_1"} <= arrays.keys()
    for before, after in zip(runs, restored(arrays, metadata, CPU), strict=True):
        assert after.facts == before.facts
        np.testing.assert_array_equal(denoise(after.encoder, picture).picture, denoise(before.encoder, picture).picture)


NOISY = list(noisy_pictures("mine", Pictures(["a", "b"], pictures(2), {}), 0.1, seed=4))


def test_rows_of_arms_and_of_the_usual_methods_have_the_same_columns_and_noise():
    shown = drawn(NOISY, {"pictures": "mine", "picture": "b"})
    of_arm = list(arm_rows("em_unsupervised", ARMS["em_unsupervised"], trained(), NOISY, CPU))
    of_peers = list(
        peer_rows({"nothing": lambda picture, sigma: picture, "grey": lambda p, s: 0 * p + 0.5}, NOISY, 0.1)
    )
    for row, picture in [*of_arm, *of_peers]:
        shown.see(row, picture)
    names = {"penalty_min", "penalty_median", "penalty_max"}  # of the script, which knows the history
    assert of_arm[0][0].keys() | names == of_peers[0][0].keys()
    values = {(row["method"], row["picture"]): row["psnr_db"] for row, _ in of_peers}
    assert values["noisy", "a"] == values["nothing", "a"] == psnr_db(NOISY[0].clean, NOISY[0].noisy)
    assert of_arm[0][0]["target"] == "noisy" and of_arm[0][0]["gradient"] == "decoder"
    assert shown.arrays.keys() == {"clean", "noisy", "em_unsupervised", "nothing", "grey"}
    assert shown.facts["psnr_db"]["em_unsupervised"] == of_arm[1][0]["psnr_db"]


def test_a_picture_that_a_set_does_not_have_is_one_sentence():
    with pytest.raises(DataError, match="mine has no picture c; it has a, b"):
        drawn(NOISY, {"pictures": "mine", "picture": "c"})
    with pytest.raises(DataError, match="mine has no picture c; it has a"):
        list(noisy_pictures("mine", Pictures(["a"], pictures(1), {}), 0.1, 1, only=["c"]))
    assert drawn(NOISY, {"pictures": "others", "picture": None}).arrays == {}


def test_sweeps_change_depth_or_penalties_and_nothing_of_the_trained_encoder():
    runs = trained(seeds=(0,))
    before = runs[0].encoder.arrays["penalties"].copy()
    depths = depth_rows(runs, NOISY[:1], [3, 6], CPU)
    usual = denoise(runs[0].encoder, NOISY[0].noisy).picture
    assert [row["depth"] for row in depths] == [3, 6]
    assert depths[1]["psnr_db"] == psnr_db(NOISY[0].clean, usual) != depths[0]["psnr_db"]
    noises = noise_rows(runs, {0.1: NOISY[:1], 0.2: NOISY[:1]}, 0.1, CPU)
    assert {row["psnr_db"] for row in noises if row["noise"] == 0.1} == {depths[1]["psnr_db"]}
    doubled = {row["penalties"]: row["zero_share"] for row in noises if row["noise"] == 0.2}
    assert doubled["unchanged"] < doubled["x ratio"] < doubled["x ratio^2"]
    np.testing.assert_array_equal(runs[0].encoder.arrays["penalties"], before)
