"""Scores on the test split against counting by hand, for codes that are written down beforehand."""

import math

import numpy as np
import pytest
from tasks import rmse_of, zero_share_of
from worlds import make_world, objective_of

from lsalsa.metrics import leak, si_sdr
from lsalsa.study.scoring.evaluation import SHOWN, Run, evaluate

COMPONENTS = ("digits", "photos", "texts")
WORLD_OF = {n_blocks: make_world(n_blocks, n_samples=20) for n_blocks in (1, 2, 3)}

every_number = pytest.mark.parametrize("n_blocks", WORLD_OF)


class Judge:
    """Classifiers that answer with numbers that nobody else uses, and remember the codes they saw."""

    def __init__(self, components):
        self.components, self.seen = components, []

    def errors(self, codes):
        self.seen.append(codes)
        call = 100 * len(self.seen)
        numbers = {name: call + i for i, name in enumerate(self.components)}
        return {name: {"fitted_on_test": n, "fitted_on_train": n + 0.5} for name, n in numbers.items()}


def sparse_codes(world, seed, share=0.6):
    """Random codes with many zeros, (n_samples, n_atoms)."""
    generator = np.random.default_rng(seed)
    shape = (len(world.signals), world.dictionary.shape[1])
    return generator.standard_normal(shape) * (generator.random(shape) > share)


def blocks_of(world):
    """Name of each component, and `all`, with its columns, counted."""
    names, columns, first = COMPONENTS[: len(world.dictionaries)], {}, 0
    for name, part in zip(names, world.dictionaries, strict=True):
        columns[name] = list(range(first, first + part.shape[1]))
        first += part.shape[1]
    return {"all": list(range(first)), **columns}


def sources_of(world, seed=77):
    """Invented true sources, one (n_samples, n_features) per dictionary."""
    random = np.random.default_rng(seed)
    return [random.random(world.signals.shape) for _ in world.dictionaries]


def score(world, *runs, targets=None, sources=None):
    """Rows, samples and judge of an evaluation; a run is (depth, repetition, codes, facts)."""
    targets = sparse_codes(world, 99) if targets is None else targets
    judge = Judge(COMPONENTS[: len(world.dictionaries)])
    made = [Run(*key, lambda signals, codes=codes: codes, facts) for *key, codes, facts in runs]
    rows, samples = evaluate(
        world.problem,
        world.signals,
        targets,
        made,
        components=judge.components,
        sources=sources_of(world) if sources is None else sources,
        classifiers=judge,
    )
    return rows, samples, judge


# rows


@every_number
def test_every_run_has_a_row_for_all_and_for_each_component_with_distances_and_zeros_as_counted(n_blocks):
    world, targets = WORLD_OF[n_blocks], sparse_codes(WORLD_OF[n_blocks], 99)
    codes = [sparse_codes(world, seed) for seed in range(3)]
    runs = [(1, 0, codes[0], {}), (1, 1, codes[1], {}), (5, 0, codes[2], {})]
    rows, _, _ = score(world, *runs)
    expected = [(run, name, columns) for run in runs for name, columns in blocks_of(world).items()]
    assert [(row["depth"], row["repetition"], row["component"]) for row in rows] == [
        (depth, repetition, name) for (depth, repetition, _, _), name, _ in expected
    ]
    for row, ((_, _, found, _), _, columns) in zip(rows, expected, strict=True):
        distance = rmse_of(found[:, columns], targets[:, columns])
        assert row["rmse"] == pytest.approx(distance, rel=1e-12)
        assert row["rmse_scaled"] == pytest.approx(distance * math.sqrt(len(columns)), rel=1e-12)
        assert row["rmse_of_zeros"] == pytest.approx(np.sqrt(np.mean(targets[:, columns].astype(float) ** 2)))
        assert row["zero_share"] == pytest.approx(zero_share_of(found[:, columns]), rel=1e-12)
        mine, wanted = ({*zip(*np.nonzero(one[:, columns]), strict=True)} for one in (found, targets))
        assert row["support_f1"] == pytest.approx(2 * len(mine & wanted) / (len(mine) + len(wanted)), rel=1e-12)


ERRORS = ("error_percent_fitted_on_test", "error_percent_fitted_on_train")


def errors_in(rows):
    return [(row["component"], *(row[name] for name in ERRORS)) for row in rows]


def test_errors_of_a_task_of_several_components_stand_with_the_components_alone():
    world = WORLD_OF[2]
    rows, _, _ = score(world, (1, 0, sparse_codes(world, 0), {}), (5, 0, sparse_codes(world, 1), {}))
    assert errors_in(rows) == [
        ("all", None, None),
        ("digits", 100, 100.5),
        ("photos", 101, 101.5),
        ("all", None, None),
        ("digits", 200, 200.5),
        ("photos", 201, 201.5),
    ]


def test_errors_of_a_task_of_one_component_stand_under_all_as_well():
    world = WORLD_OF[1]
    rows, _, _ = score(world, (1, 0, sparse_codes(world, 0), {}))
    assert errors_in(rows) == [("all", 100, 100.5), ("digits", 100, 100.5)]


def test_without_classifiers_there_are_no_errors_and_all_other_scores():
    world, codes = WORLD_OF[2], sparse_codes(WORLD_OF[2], 0)
    run = Run(1, 0, lambda signals: codes)
    given = {"components": COMPONENTS[:2], "sources": sources_of(world)}
    rows, _ = evaluate(world.problem, world.signals, sparse_codes(world, 99), [run], **given)
    scored, _, _ = score(world, (1, 0, codes, {}))
    assert errors_in(rows) == [("all", None, None), ("digits", None, None), ("photos", None, None)]
    assert [row | dict.fromkeys(ERRORS) for row in scored] == rows


def test_the_facts_of_a_run_stand_in_its_rows_and_in_no_others():
    world = WORLD_OF[2]
    facts = {"mu": 2.0, "status": "ok"}, {"status": "diverged", "seed": 4}
    rows, _, _ = score(world, *((1, i, sparse_codes(world, i), fact) for i, fact in enumerate(facts)))
    for i, fact in enumerate(facts):
        assert all(row.items() >= fact.items() for row in rows[3 * i : 3 * i + 3])
    assert "seed" not in rows[0] and "mu" not in rows[3]


def test_classifiers_see_the_codes_of_each_run_once_and_as_they_are():
    world = WORLD_OF[2]
    codes = [sparse_codes(world, seed) for seed in (0, 1)]
    _, _, judge = score(world, *((1, i, each, {}) for i, each in enumerate(codes)))
    assert len(judge.seen) == 2
    assert all(np.array_equal(seen, each) for seen, each in zip(judge.seen, codes, strict=True))


def test_a_coder_gets_the_signals_of_the_test_split_once():
    world, given = WORLD_OF[1], []
    codes = sparse_codes(world, 0)
    run = Run(1, 0, lambda signals: given.append(signals) or codes)
    more = {"components": ["digits"], "sources": sources_of(world), "classifiers": Judge(["digits"])}
    evaluate(world.problem, world.signals, codes, [run], **more)
    assert len(given) == 1 and given[0] is world.signals


def test_codes_in_single_precision_are_scored_in_double():
    """A code off by less than single precision resolves beside the large ones of the same row."""
    world = make_world(1, n_samples=4, dtype=np.float32)
    targets = np.full((4, 7), 4096.0, np.float32)
    codes = targets.copy()
    codes[:, 0] += np.float32(2.0**-11)
    codes[:, 1] += 1.0
    row = score(world, (1, 0, codes, {}), targets=targets)[0][0]
    assert row["rmse"] == pytest.approx(math.sqrt((1 + 2.0**-22) / 7), rel=1e-12)


def test_optimal_codes_score_nothing_wrong():
    world = WORLD_OF[3]
    targets = sparse_codes(world, 99)
    rows, samples, _ = score(world, (1, 0, targets.copy(), {}))
    assert all(row["rmse"] == row["rmse_scaled"] == 0.0 for row in rows)
    assert not samples["rmse"].any()


# samples


@every_number
def test_samples_are_of_the_first_repetition_one_value_per_depth_block_and_sample(n_blocks):
    world, targets = WORLD_OF[n_blocks], sparse_codes(WORLD_OF[n_blocks], 99)
    codes = {(depth, repetition): sparse_codes(world, [depth, repetition]) for depth in (1, 5) for repetition in (0, 1)}
    _, samples, _ = score(world, *((*key, each, {}) for key, each in codes.items()))
    assert samples["depths"].tolist() == [1, 5]
    assert samples["rmse"].shape == samples["zero_share"].shape == (2, n_blocks + 1, 20)
    assert all(samples[name].dtype == np.float64 for name in ("rmse", "zero_share"))
    for i, depth in enumerate((1, 5)):
        for j, columns in enumerate(blocks_of(world).values()):
            for k in range(20):
                found, wanted = codes[depth, 0][k, columns], targets[k, columns]
                assert samples["rmse"][i, j, k] == pytest.approx(rmse_of(found, wanted), rel=1e-12)
                assert samples["zero_share"][i, j, k] == pytest.approx(zero_share_of(found), rel=1e-12)


@every_number
def test_reconstructions_are_each_dictionary_times_its_part_of_the_code(n_blocks):
    world = WORLD_OF[n_blocks]
    codes = [sparse_codes(world, seed) for seed in range(3)]
    _, samples, _ = score(world, (1, 0, codes[0], {}), (1, 1, codes[1], {}), (5, 0, codes[2], {}))
    assert samples["reconstructions"].shape == (2, n_blocks, len(samples["shown"]), world.dictionaries[0].shape[0])
    columns = list(blocks_of(world).values())[1:]
    for i, each in enumerate((codes[0], codes[2])):
        for j, (part, own) in enumerate(zip(world.dictionaries, columns, strict=True)):
            for k, row in enumerate(samples["shown"]):
                by_hand = sum(each[row, column] * part[:, atom] for atom, column in enumerate(own))
                np.testing.assert_allclose(samples["reconstructions"][i, j, k], by_hand, atol=1e-12)


@pytest.mark.parametrize("n_samples", [1, 3, SHOWN, SHOWN + 1, 100])
def test_shown_samples_are_spread_from_the_first_to_the_last_without_repeats(n_samples):
    world = make_world(1, n_samples=n_samples)
    _, samples, _ = score(world, (1, 0, sparse_codes(world, 0), {}))
    shown = samples["shown"].tolist()
    assert samples["shown"].dtype == np.int64
    assert len(shown) == len(set(shown)) == min(SHOWN, n_samples)
    assert shown == sorted(shown)
    assert shown[0] == 0 and (shown[-1] == n_samples - 1 or n_samples == 1)
    gaps = np.diff(shown)
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1


def test_shown_samples_are_those_whose_every_source_can_be_seen():
    """One source is blank in every third sample, the other in every fifth; of 60 samples 32 have neither."""
    world = make_world(2, n_samples=60)
    digits, photos = sources_of(world)
    digits[::3], photos[::5] = 0.0, 0.4
    _, samples, _ = score(world, (1, 0, sparse_codes(world, 0), {}), sources=[digits, photos])
    assert len(samples["shown"]) == SHOWN and all(row % 3 and row % 5 for row in samples["shown"].tolist())
    digits[1:] = 0.0
    digits[[7, 31]] = 0.05 * photos[[7, 31]]
    _, samples, _ = score(world, (1, 0, sparse_codes(world, 0), {}), sources=[digits, photos])
    assert {7, 31} <= set(samples["shown"].tolist()) and len(samples["shown"]) == SHOWN


# sources


def psnr_by_hand(estimates, targets):
    pairs = zip(np.ravel(estimates).tolist(), np.ravel(targets).tolist(), strict=True)
    return -10 * math.log10(sum((a - b) ** 2 for a, b in pairs) / np.size(targets))


def parts_of(world, codes):
    """A_i x_i of each dictionary."""
    columns = list(blocks_of(world).values())[1:]
    return [codes[:, own] @ part.T for part, own in zip(world.dictionaries, columns, strict=True)]


@every_number
def test_sources_are_judged_by_the_true_ones_and_their_sum_by_the_signals(n_blocks):
    world, sources = WORLD_OF[n_blocks], sources_of(WORLD_OF[n_blocks])
    codes = [sparse_codes(world, seed) for seed in range(2)]
    rows, samples, _ = score(world, (1, 0, codes[0], {}), (5, 0, codes[1], {}), sources=sources)
    for i, each in enumerate(codes):
        parts = parts_of(world, each)
        truth = [(sum(parts), world.signals), *zip(parts, sources, strict=True)]
        for j, (row, pair) in enumerate(zip(rows[i * len(truth) : (i + 1) * len(truth)], truth, strict=True)):
            assert row["source_psnr"] == pytest.approx(psnr_by_hand(*pair), rel=1e-10)
            assert samples["source_psnr"][i, j] == row["source_psnr"]
            assert row["source_si_sdr"] == si_sdr(*pair)
            others = [source for k, source in enumerate(sources, start=1) if k != j] if j else []
            assert row["source_leak"] == (pytest.approx(leak(*pair, others)) if others else None)


@every_number
def test_rows_have_the_levels_of_the_optimal_codes_of_zeros_and_of_one_grey(n_blocks):
    world, sources, targets = WORLD_OF[n_blocks], sources_of(WORLD_OF[n_blocks]), sparse_codes(WORLD_OF[n_blocks], 99)
    rows, samples, _ = score(world, (1, 0, sparse_codes(world, 0), {}), targets=targets, sources=sources)
    parts = parts_of(world, targets)
    truth = [(sum(parts), world.signals), *zip(parts, sources, strict=True)]
    for j, (row, (part, true)) in enumerate(zip(rows, truth, strict=True)):
        assert row["source_psnr_of_optimal"] == pytest.approx(psnr_by_hand(part, true), rel=1e-10)
        assert samples["source_psnr_of_optimal"][j] == row["source_psnr_of_optimal"]
        assert row["source_psnr_of_zeros"] == pytest.approx(psnr_by_hand(0 * true, true), rel=1e-10)
        greys = [psnr_by_hand(np.full_like(true, true.mean() + shift), true) for shift in (-0.01, 0, 0.01)]
        assert row["source_psnr_of_grey"] == pytest.approx(max(greys), rel=1e-10) == greys[1]
        assert row["source_si_sdr_of_optimal"] == si_sdr(part, true)
    assert rows[0]["objective_of_optimal"] == pytest.approx(objective_of(world, targets).mean(), rel=1e-10)
    assert rows[0]["objective_of_zeros"] == pytest.approx(objective_of(world, 0 * targets).mean(), rel=1e-10)
    assert all(row["objective_of_zeros"] is None for row in rows[1:])


# what went wrong before


@pytest.mark.parametrize("n_blocks", [1, 2])
def test_codes_of_a_diverged_run_are_no_reason_to_stop_and_their_rows_say_what_they_are(n_blocks):
    """One atom of one sample is enough; the other component keeps its scores."""
    world = WORLD_OF[n_blocks]
    broken, whole = sparse_codes(world, 0), sparse_codes(world, 1)
    broken[4, 0] = np.nan
    rows, samples, judge = score(world, (1, 0, broken, {"status": "diverged"}), (5, 0, whole, {"status": "ok"}))
    n_rows = n_blocks + 1
    assert [row["status"] for row in rows] == ["diverged"] * n_rows + ["ok"] * n_rows
    assert [math.isnan(row["rmse"]) for row in rows[:3]] == [True, True, False]
    assert all(math.isfinite(row["rmse"]) for row in rows[n_rows:])
    assert np.isnan(samples["rmse"][0, 0]).sum() == 1 and not np.isnan(samples["rmse"][1]).any()
    assert np.array_equal(judge.seen[0], np.where(np.isnan(broken), 0.0, broken))


def test_a_run_without_one_finite_code_is_scored_like_any_other():
    world = WORLD_OF[2]
    nothing = np.full((20, 13), np.nan)
    rows, samples, judge = score(world, (1, 0, nothing, {"status": "diverged"}))
    assert all(math.isnan(row["rmse"]) and row["zero_share"] == 0.0 for row in rows)
    assert np.isnan(samples["reconstructions"]).all()
    assert not judge.seen[0].any() and np.isnan(nothing).all()


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinite_codes_are_taken_without_a_warning_and_like_no_code_by_the_classifiers(dtype):
    world = make_world(2, n_samples=20, dtype=dtype)
    broken = sparse_codes(world, 0).astype(dtype)
    broken[0, :2] = np.inf, -np.inf
    rows, _, judge = score(world, (1, 0, broken, {"status": "diverged"}))
    assert [math.isfinite(row["rmse"]) for row in rows] == [False, False, True]
    assert np.array_equal(judge.seen[0], np.where(np.isfinite(broken), broken, 0))
