"""Figures: every kind plots small invented results, legibly, and with the same bytes each time."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from pictures import check_files, texts_off_the_page, words_of
from scipy import sparse

from lsalsa.errors import ConfigError, DataError
from lsalsa.storage import write_arrays, write_rows
from lsalsa.study import figures
from lsalsa.study.config import plugins
from lsalsa.study.figures import atoms, frontier
from lsalsa.study.figures._style import RoundLogLocator, method_style
from lsalsa.study.heading import Heading
from lsalsa.study.needs import NEEDS, need, read_needs
from lsalsa.study.shown import Shown

KINDS = [kind for kind in plugins.kinds("figures") if "." not in kind]
ALGORITHMS = {name: name for name in ("ista", "fista", "salsa", "lista", "lsalsa")}
ALGORITHMS |= {"lsalsa_adam": "lsalsa", "lista_adam": "lista", "lsalsa_u": "lsalsa"}
ALGORITHMS |= {"salsa_u": "salsa", "salsa_softx": "salsa"}
METHODS = tuple(ALGORITHMS)
LABELS = {name: name.upper() for name in METHODS} | {"lsalsa_adam": "LSALSA (Adam)", "lista_adam": "LISTA (Adam)"}
LABELS |= {"lsalsa_u": "LSALSA (read-out u)", "salsa_u": "SALSA (read-out u)", "salsa_softx": "SALSA (read-out softx)"}
DEPTHS = (1, 5, 20)
SIDE, N_ATOMS, N_SAMPLES = 4, 6, 24
IN_PRINT = {"digits": "Handwriting", "photos": "Photographs"}


def depths_of(method):
    return DEPTHS if method in ("ista", "fista", "salsa") else DEPTHS[:2]


def shown(components=("digits",), methods=METHODS, depths=DEPTHS, component=None, title="Invented results", **more):
    """What a figure shows of one task."""
    return Shown(
        "figure_1",
        Heading(title),
        tasks={"task": {"title": "The task", "components": components, "n_atoms": [N_ATOMS] * len(components)}},
        components={name: IN_PRINT[name] for name in components},
        component=component,
        labels={method: LABELS[method] for method in methods},
        algorithms={method: ALGORITHMS[method] for method in methods},
        families={method: ALGORITHMS[method] for method in methods},
        depths=depths,
        details=more,
    )


def invented_results(components, *, seed=0):
    """Random arrays and rows in the layout of a task's files; LISTA's second repetition at depth 5 diverged."""
    random = np.random.default_rng(seed)
    n_components = len(components)
    codes = random.standard_normal((N_SAMPLES, n_components * N_ATOMS))
    codes *= random.random(codes.shape) < 0.3
    problem = {f"dictionary_{i}": random.standard_normal((SIDE**2, N_ATOMS)) for i in range(n_components)}
    signals = {f"test_index_{i}": random.permutation(N_SAMPLES) for i in range(n_components)}
    return {
        "evaluation": [row for method in METHODS for row in invented_rows(method, components, random)],
        "timing": [
            {"task": "task", "method": m, "depth": d, "seconds_per_sample": 1e-6 * (d + i / 10), "status": "ok"}
            for i, m in enumerate(METHODS)
            for d in depths_of(m)
        ],
        "exact": list(invented_exact()),
        "samples": {method: invented_samples(method, n_components, random) for method in METHODS},
        "classifiers": {
            "task": {
                "floor_error_percent": {name: {"fitted_on_test": 0.0, "fitted_on_train": 9.0} for name in components},
                "guess_error_percent": dict.fromkeys(components, 90.0),
            }
        },
        "problems": {"task": problem},
        "signals": {"task": signals},
        "codes": {"task": {"codes": sparse.csr_matrix(codes), "objective": np.full(N_SAMPLES, 0.9)}},
        "dictionaries": {
            name: {
                "dictionary": problem[f"dictionary_{i}"],
                "usage": random.random(N_ATOMS),
                "unmoved": np.arange(N_ATOMS) < 2 * i,
            }
            for i, name in enumerate(components)
        },
        "patches": {name: {"test": random.random((N_SAMPLES, SIDE**2))} for name in components},
    }


def invented_exact():
    measured = [
        ("exact_active_set", 1e-6, 2e-5, 0.0),
        ("exact_proximal", 1e-2, 6e-5, 1e-2),
        ("exact_proximal", 0.1, 4e-5, 0.1),
    ]
    for method, tolerance, seconds, rmse in measured:
        row = {"task": "task", "method": method, "tolerance": tolerance, "seconds_per_sample": seconds, "rmse": rmse}
        yield row | {"status": "ok", "reason": None}
    absent = {"task": "task", "method": "exact_spams", "tolerance": None, "seconds_per_sample": None, "rmse": None}
    yield absent | {"status": "skipped", "reason": "spams cannot be imported: gone"}


def invented_rows(method, components, random):
    repetitions = 3 if method.startswith("l") else 1
    for depth in depths_of(method):
        for repetition in range(repetitions):
            failed = (method, depth, repetition) == ("lista", 5, 1)
            for component in ("all", *components):
                no_error = component == "all" and len(components) > 1
                yield {
                    "task": "task",
                    "method": method,
                    "depth": depth,
                    "repetition": repetition,
                    "component": component,
                    "validation_rmse": random.uniform(0.5, 1) / depth,
                    "rmse": float("nan") if failed else random.uniform(0.5, 1) / depth,
                    "source_psnr": float("nan") if failed else random.uniform(5, 25),
                    "source_psnr_of_optimal": 26.0,
                    "source_psnr_of_zeros": 11.0,
                    "source_psnr_of_grey": 12.0,
                    "objective": None if component != "all" else random.uniform(1, 2),
                    "zero_share": random.random(),
                    "support_f1": random.random(),
                    "n_learned": 100 * depth if method.startswith("l") else None,
                    "error_percent_fitted_on_test": None if no_error else random.uniform(0, 90) / depth,
                    "error_percent_fitted_on_train": None if no_error else random.uniform(9, 90),
                    "status": "diverged" if failed else "ok",
                }


def invented_samples(method, n_components, random):
    shape = (len(depths_of(method)), n_components + 1, N_SAMPLES)
    return {
        "depths": np.array(depths_of(method)),
        "rmse": random.random(shape),
        "zero_share": random.random(shape),
        "source_psnr": random.uniform(5, 25, shape[:2]),
        "source_psnr_of_optimal": random.uniform(20, 30, n_components + 1),
        "shown": np.array([0, 7, 15, 23]),
        "reconstructions": random.random((shape[0], n_components, 4, SIDE**2)),
    }


def plotted(kind, components=("digits", "photos"), **changes):
    return figures.plot(kind, invented_results(components), shown(components, **changes))


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_the_same_bytes_each_time_and_carries_no_date(kind, tmp_path):
    check_files(lambda: plotted(kind, ["digits"]), tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("components", [("digits",), ("digits", "photos")], ids=("one", "two"))
def test_every_text_lies_on_the_page(kind, components):
    assert list(texts_off_the_page(plotted(kind, components))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_of_a_task_are_read_as_a_figure_needs_them(kind, tmp_path):
    words, one = plugins.declared("figures", kind, "needs"), shown(IN_PRINT, title="From files")
    files = written(invented_results(tuple(IN_PRINT)), tmp_path)
    figure = figures.plot(kind, read_needs(words, files, one), one)
    assert "From files" in words_of(figure)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_figure_declares_what_it_needs_and_is_about(kind):
    words = plugins.declared("figures", kind, "needs")
    assert words and [need(word) for word in words] == [NEEDS[word] for word in words]
    assert plugins.declared("figures", kind, "subject") in ("task", "tasks", "components")
    assert plugins.declared("figures", kind, "caption").endswith(".")


def written(results, folder):
    """Paths of the files that hold the results, by word."""
    for word in ("problems", "signals", "codes"):
        write_arrays(folder / f"{word}.npz", results[word]["task"])
    write_arrays(folder / "classifiers.npz", {"any": np.zeros(1)}, results["classifiers"]["task"])
    for word in ("timing", "exact"):
        write_rows(folder / f"{word}.parquet", results[word])
    for name, arrays in results["dictionaries"].items():
        write_arrays(folder / f"dictionary_{name}.npz", arrays)
    for name, arrays in {**results["samples"], **results["patches"]}.items():
        write_arrays(folder / f"{name}.npz", arrays)
    for method in METHODS:
        rows = [row for row in results["evaluation"] if row["method"] == method]
        write_rows(folder / f"{method}.parquet", rows)
    one = {word: f"{word}.npz" for word in ("problems", "signals", "codes", "classifiers")}
    one |= {word: f"{word}.parquet" for word in ("timing", "exact")}
    many = {
        "dictionaries": [f"dictionary_{name}.npz" for name in results["dictionaries"]],
        "evaluation": [f"{method}.parquet" for method in METHODS],
        "samples": [f"{method}.npz" for method in METHODS],
        "patches": [f"{name}.npz" for name in results["patches"]],
    }
    files = {word: [name] for word, name in one.items()} | many
    return {word: [str(folder / name) for name in names] for word, names in files.items()}


def test_curves_pass_through_the_means_and_stop_where_the_method_stops():
    results = invented_results(("digits",))
    figure = figures.plot("rmse_curves", results, shown())
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    for method in ("fista", "lista"):
        rows = [r for r in results["evaluation"] if r["method"] == method and r["component"] == "all"]
        line = lines[method.upper()]
        assert tuple(line.get_xdata()) == depths_of(method)
        for depth, value in zip(line.get_xdata(), line.get_ydata(), strict=True):
            finished = [r["rmse"] for r in rows if r["depth"] == depth and r["status"] == "ok"]
            assert value == pytest.approx(np.mean(finished))


def test_a_result_that_was_not_timed_is_not_left_out_silently():
    results = invented_results(("digits",))
    results["timing"] = [row for row in results["timing"] if (row["method"], row["depth"]) != ("salsa", 5)]
    for kind in ("rmse_curves", "error_seconds"):
        with pytest.raises(DataError, match="salsa at depth 5 has a result, but no row in the timing"):
            figures.plot(kind, results, shown())


def test_the_zero_code_is_marked_at_the_size_of_the_optimal_codes():
    results = invented_results(("digits",))
    figure = figures.plot("rmse_curves", results, shown())
    level = np.sqrt(np.mean(results["codes"]["task"]["codes"].toarray() ** 2))
    heights = [line.get_ydata()[0] for line in figure.axes[0].get_lines() if len(set(line.get_ydata())) == 1]
    assert any(height == pytest.approx(level) for height in heights)


def test_the_sentence_under_the_curves_is_worked_out_from_the_rows():
    results = invented_results(("digits",))
    values = {("fista", 1): 0.9, ("fista", 5): 0.4, ("fista", 20): 0.2, ("lsalsa", 1): 0.3, ("lsalsa", 5): 0.1}
    results["evaluation"] = [
        {"task": "task", "method": m, "depth": d, "repetition": 0, "component": "all", "rmse": value, "status": "ok"}
        for (m, d), value in values.items()
    ]
    figure = figures.plot("rmse_curves", results, shown(methods=["fista", "lsalsa"]))
    sentence = " ".join(words_of(figure).split())
    assert "At T = 1 LSALSA comes nearest to the optimal code (RMSE 0.300)." in sentence
    assert "To get as near takes FISTA T = 20." in sentence


def test_a_component_chosen_for_the_figure_is_the_one_shown():
    assert "Photographs" in words_of(plotted("atoms", component="photos"))
    assert "Handwriting" not in words_of(plotted("atoms", component="photos"))
    assert len(plotted("error_seconds", component="photos").axes) == 2
    assert len(plotted("error_seconds").axes) == 4


@pytest.mark.parametrize("kind", ["atoms", "error_seconds", "reconstructions"])
def test_components_have_their_names_in_print(kind):
    words = words_of(plotted(kind))
    assert all(title in words and name not in words for name, title in IN_PRINT.items())


def test_clouds_say_which_method_has_no_codes_at_a_depth():
    assert "no codes at this T: LISTA, LSALSA" in words_of(plotted("sparsity_clouds"))


def test_reconstructions_show_truth_and_sources_that_add_up():
    results = invented_results(("digits", "photos"))
    page = np.asarray(plotted("reconstructions").axes[0].images[0].get_array())
    mixture, digit, photo = (page[:SIDE, left : left + SIDE] for left in (0, SIDE + 1, 2 * SIDE + 2))
    assert np.allclose(2 * mixture, digit + photo)
    row = int(results["signals"]["task"]["test_index_1"][results["samples"]["ista"]["shown"][0]])
    assert np.allclose(photo.ravel(), results["patches"]["photos"]["test"][row])


def test_reconstructions_have_the_quality_of_each_source_at_the_right():
    results = invented_results(("digits", "photos"))
    words = words_of(figures.plot("reconstructions", results, shown(IN_PRINT, ["ista"])))
    for position in range(len(DEPTHS)):
        for value in results["samples"]["ista"]["source_psnr"][position, 1:]:
            assert f"{value:.1f}" in words
    assert all(f"{value:.1f}" in words for value in results["samples"]["ista"]["source_psnr_of_optimal"][1:])
    assert "in dB" in words


@pytest.mark.parametrize("components", [("digits",), ("digits", "photos")], ids=("one", "two"))
def test_reconstructions_of_given_mixtures_have_blank_sources_and_the_quality_of_the_mixture(components):
    results = invented_results(components)
    given = np.random.default_rng(8).random((N_SAMPLES, SIDE**2))
    results["signals"]["task"] = {"test": given}
    for samples in results["samples"].values():
        samples["source_psnr"][:, 1:] = samples["source_psnr_of_optimal"][1:] = np.nan
    figure = figures.plot("reconstructions", results, shown(components, ["ista"]))
    page = np.ma.filled(figure.axes[0].images[0].get_array(), np.nan)
    row = results["samples"]["ista"]["shown"][0]
    np.testing.assert_allclose(len(components) * page[:SIDE, :SIDE].ravel(), given[row])
    if len(components) > 1:
        assert np.isnan(page[:SIDE, SIDE + 1 : 2 * SIDE + 1]).all()
    words = words_of(figure)
    assert "given" in words and "truth" not in words and "nan" not in words.split()
    for value in (
        *results["samples"]["ista"]["source_psnr"][:, 0],
        results["samples"]["ista"]["source_psnr_of_optimal"][0],
    ):
        assert f"{value:.1f}" in words
    assert list(texts_off_the_page(figure)) == []


def test_source_curves_pass_through_the_means_beside_the_levels():
    results = invented_results(("digits", "photos"))
    figure = figures.plot("source_curves", results, shown(IN_PRINT))
    assert [axes.get_title() for axes in figure.axes] == list(IN_PRINT.values())
    for axes, name in zip(figure.axes, IN_PRINT, strict=True):
        lines = {line.get_label(): line for line in axes.get_lines()}
        rows = [r for r in results["evaluation"] if (r["method"], r["component"]) == ("lista", name)]
        for depth, value in zip(lines["LISTA"].get_xdata(), lines["LISTA"].get_ydata(), strict=True):
            finished = [r["source_psnr"] for r in rows if r["depth"] == depth and r["status"] == "ok"]
            assert value == pytest.approx(np.mean(finished))
        heights = {line.get_ydata()[0] for line in axes.get_lines() if len(set(line.get_ydata())) == 1}
        assert {26.0, 12.0, 11.0} <= heights
    assert {"optimal code", "one constant grey", "a code of zeros"} <= set(words_of(figure).split("\n"))


def test_source_curves_name_the_best_and_what_leaves_the_page():
    results = invented_results(("digits",))
    values = {("fista", 1): 20.0, ("fista", 5): 21.0, ("lsalsa", 1): -40.0, ("lsalsa", 5): 24.0}
    levels = {f"source_psnr_of_{name}": level for name, level in (("optimal", 26.0), ("grey", 12.0), ("zeros", 11.0))}
    results["evaluation"] = [
        {"task": "task", "method": m, "depth": d, "component": "digits", "source_psnr": v, "status": "ok", **levels}
        for (m, d), v in values.items()
    ]
    figure = figures.plot("source_curves", results, shown(methods=["fista", "lsalsa"]))
    sentence = " ".join(words_of(figure).split())
    assert "Best Handwriting: FISTA (T = 1), LSALSA (T = 5). Curves that leave the page are worse" in sentence
    assert figure.axes[0].get_ylim()[0] == pytest.approx(8.0)


def test_labels_of_reconstructions_have_room_where_names_of_methods_are_short():
    figure = plotted("reconstructions", methods=("fista", "lista", "salsa", "lsalsa"))
    assert list(texts_off_the_page(figure)) == []


def test_pages_of_reconstructions_share_no_sample_and_end_where_the_samples_do():
    results = invented_results(("digits", "photos"))
    results["samples"] = {"ista": {**results["samples"]["ista"], "shown": np.arange(0, 24, 3)}}
    results["samples"]["ista"]["reconstructions"] = np.zeros((len(depths_of("ista")), 2, 8, SIDE**2))

    def truth(page):
        figure = figures.plot("reconstructions", results, shown(IN_PRINT, ["ista"], **page))
        return np.asarray(figure.axes[0].images[0].get_array())[:SIDE, :SIDE].tobytes()

    assert truth({}) == truth({"sample_page": 1}) != truth({"sample_page": 2})
    with pytest.raises(ConfigError, match="sample_page must be at most 2 for the stored samples, found 3"):
        truth({"sample_page": 3})


def test_atoms_stand_in_order_of_use_each_scaled_to_its_largest_value():
    dictionary = np.arange(1.0, 13.0).reshape(4, 3)
    image = atoms.mosaic(dictionary, np.array([2, 0, 1]))
    assert image.shape == (5, 5)
    assert np.allclose(image[:2, :2], dictionary[:, 2].reshape(2, 2) / 12)
    assert np.allclose(image[3:, :2], dictionary[:, 1].reshape(2, 2) / 11)
    assert np.all(image[2] == 1) and np.all(image[:, 2] == 1)


def test_every_method_has_its_own_look_that_does_not_depend_on_company():
    looks = [method_style(method, ALGORITHMS) for method in METHODS]
    assert len({look["color"] for look in looks}) == len(METHODS) == 10
    assert len({(str(look["linestyle"]), look["marker"]) for look in looks[:5]}) == 5
    assert [method_style(method, {method: ALGORITHMS[method]}) for method in METHODS] == looks
    others = {"my_own": "lsalsa", "lsalsa_wide": "lsalsa", **ALGORITHMS}
    assert method_style("my_own", others)["marker"] == method_style("lsalsa", others)["marker"]
    assert len({method_style(method, others)["color"] for method in others}) == 12


def test_legend_names_variants_for_a_reader_and_lies_below_the_panels():
    figure = plotted("rmse_curves", ["digits"])
    FigureCanvasAgg(figure).draw()
    legend = figure.legends[0]
    words = [text.get_text() for text in legend.get_texts()]
    assert {"LSALSA (Adam)", "SALSA (read-out u)", "SALSA (read-out softx)"} <= set(words) and len(words) == 10
    assert all(legend.get_window_extent().y1 <= axes.get_tightbbox().y0 + 1 for axes in figure.axes)


def test_curves_of_several_tasks_keep_their_rows_and_levels_apart():
    results, tasks = invented_results(["digits"]), {}
    for name, factor in (("one", 1.0), ("other", 0.25)):
        tasks[name] = {"title": name.capitalize(), "components": ["digits"]}
        results["codes"][name] = {"codes": factor * results["codes"]["task"]["codes"]}
        results["problems"][name] = results["problems"]["task"]
    for word in ("evaluation", "timing"):
        columns = ("rmse", "seconds_per_sample")
        scaled = [{**row, "task": "other", **{c: 0.25 * row[c] for c in columns if c in row}} for row in results[word]]
        results[word] = [{**row, "task": "one"} for row in results[word]] + scaled
    figure = figures.plot("rmse_curves", results, replace(shown(), tasks=tasks))
    assert len(figure.axes) == 4
    for above, below in zip(figure.axes[:2], figure.axes[2:], strict=True):
        pair = ([li for li in axes.get_lines() if li.get_label() in LABELS.values()] for axes in (above, below))
        for line, other in zip(*pair, strict=True):
            np.testing.assert_allclose(0.25 * np.asarray(line.get_ydata()), other.get_ydata())
    times = [axes.get_lines()[0].get_xdata() for axes in (figure.axes[1], figure.axes[3])]
    np.testing.assert_allclose(0.25 * np.asarray(times[0]), times[1])
    assert {"One: after T steps", "Other: after T steps"} <= {axes.get_title() for axes in figure.axes}


def test_frontier_holds_what_no_other_point_beats():
    random = np.random.default_rng(5)
    points = [frontier.Point(*random.integers(0, 12, 2).tolist(), f"m{i}", "T = 1") for i in range(60)]
    found = frontier.frontier(points)
    for point in points:
        beaten = any(p.time <= point.time and p.rmse <= point.rmse and p[:2] != point[:2] for p in points)
        assert beaten != (point[:2] in [p[:2] for p in found])
    assert [p[:2] for p in found] == sorted({p[:2] for p in found})


def test_frontier_names_its_points_and_says_what_was_not_measured():
    sentence = " ".join(words_of(plotted("frontier", ["digits"])).split())
    assert "gap 1e-06" in sentence
    assert "Not measured: SPAMS LARS." in sentence


def test_frontier_says_whom_the_certified_exact_solver_beats_in_both_time_and_nearness():
    """It takes 20 microseconds: FISTA and the others at T = 20 take a little longer, all at T = 5 are faster."""
    results, methods = invented_results(["digits"]), ["fista", "lsalsa"]
    sentence = " ".join(words_of(figures.plot("frontier", results, shown(methods=methods))).split())
    assert "The certified exact solver (active set, 20 \u00b5s per sample) is both faster and nearer than" in sentence
    assert "FISTA (T = 20, 20.1 \u00b5s); in brackets" in sentence
    fast = results | {"timing": [row | {"seconds_per_sample": 1e-6} for row in results["timing"]]}
    sentence = " ".join(words_of(figures.plot("frontier", fast, shown(methods=methods))).split())
    assert "is slower than every method at every T" in sentence


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_explains_itself_in_at_most_three_lines(kind):
    for texts in (figure.texts for figure in (plotted(kind), plotted(kind, ["digits"]))):
        assert len(texts[1].get_text().splitlines()) <= 3
        assert texts[1].get_text().rstrip().endswith(".")


def test_at_best_follows_the_variant_chosen_on_validation_signals_and_pales_the_printed_one():
    """LSALSA's variants are ordered by validation error, each depth anew; the pale line is LSALSA itself."""
    results, methods = invented_results(["digits"]), ["fista", "lsalsa", "lsalsa_u", "lsalsa_adam"]
    best = {1: "lsalsa_u", 5: "lsalsa_adam"}
    rows = [
        row | {"validation_rmse": (0.9 if best.get(row["depth"]) == row["method"] else 5) / row["depth"]}
        for row in results["evaluation"]
    ]
    figure = figures.plot("at_best", results | {"evaluation": rows}, shown(["digits"], methods))
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}

    def mean(method, depth):
        cell = [r["rmse"] for r in rows if (r["method"], r["depth"], r["component"]) == (method, depth, "all")]
        return pytest.approx(np.mean(cell))

    assert list(lines["LSALSA at its best"].get_ydata()) == [mean(best[depth], depth) for depth in (1, 5)]
    assert list(lines["LSALSA as printed"].get_ydata()) == [mean("lsalsa", depth) for depth in (1, 5)]
    assert "FISTA" in lines and "FISTA at its best" not in lines
    seconds = {(row["method"], row["depth"]): 1e6 * row["seconds_per_sample"] for row in results["timing"]}
    (timed,) = (line for line in figure.axes[1].get_lines() if line.get_label() == "LSALSA at its best")
    assert list(timed.get_xdata()) == [pytest.approx(seconds[best[depth], depth]) for depth in (1, 5)]


def test_at_best_leaves_out_depths_that_came_no_nearer_than_fewer_layers():
    """LSALSA's variants have 0.1 at T = 1 on validation signals and 0.2 at T = 5; FISTA has no variants and stays."""
    results = invented_results(["digits"])
    rows = [row | {"validation_rmse": 0.1 if row["depth"] == 1 else 0.2} for row in results["evaluation"]]
    chosen = shown(["digits"], ["fista", "lsalsa", "lsalsa_u"])
    figure = figures.plot("at_best", results | {"evaluation": rows}, chosen)
    lines = {line.get_label(): list(line.get_xdata()) for line in figure.axes[0].get_lines()}
    assert lines["LSALSA at its best"] == [1]
    assert lines["LSALSA as printed"] == [1, 5] and lines["FISTA"] == [1, 5, 20]
    words = words_of(figure)
    assert "LSALSA" in words and "(T = 1" in words.replace("\N{NO-BREAK SPACE}", " ")


def test_exact_result_below_the_axis_is_drawn_at_its_lower_edge():
    axes = plotted("frontier", ["digits"]).axes[0]
    (line,) = (line for line in axes.get_lines() if line.get_label() == "exact: active set")
    assert line.get_xdata() == [pytest.approx(20.0)]
    curves = [
        other
        for other in axes.get_lines()
        if other.get_marker() not in ("None", *"*Xhp") and len(other.get_xdata()) > 1
    ]
    assert axes.get_ylim()[0] < line.get_ydata()[0] < min(min(curve.get_ydata()) for curve in curves)


def test_atoms_of_listed_components_are_the_most_used_ones():
    results = invented_results(["digits", "photos"])
    figure = figures.plot("atoms", results, shown(["photos"], n_atoms=4))
    image = np.asarray(figure.axes[0].images[0].get_array())
    photos = results["dictionaries"]["photos"]
    order = np.argsort(-photos["usage"])[:4]
    np.testing.assert_array_equal(image, atoms.mosaic(photos["dictionary"], order))
    assert "4 of 6 atoms" in words_of(figure) and len(figure.axes) == 1


def test_atoms_that_are_still_their_start_are_counted():
    """Two of the photographs' atoms are, none of the digits'."""
    words = words_of(figures.plot("atoms", invented_results(["digits", "photos"]), shown(["digits", "photos"])))
    assert "none still its start" in words and "2 still their start" in words


def test_note_and_long_title_stand_complete_on_the_page():
    heading = Heading("A long title " * 12 + "(partial data)", "Partial data: asirra (10 of 20).")
    figure = figures.plot("atoms", invented_results(["digits"]), replace(shown(), heading=heading))
    assert "Partial data: asirra (10 of 20)." in " ".join(words_of(figure).split())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in figure.texts]
    assert boxes[0].y0 >= boxes[1].y1 - 1
    assert max(box.x1 for box in boxes) <= figure.bbox.x1


def test_axis_of_much_less_than_a_decade_has_ticks():
    for low, high in ((0.51, 0.58), (3.1, 3.15), (0.2, 0.26), (1.0, 1e7)):
        ticks = np.asarray(RoundLogLocator().tick_values(low, high))
        assert np.count_nonzero((ticks >= low) & (ticks <= high)) >= 2


def test_no_figure_library_is_loaded_before_a_figure_is_plotted():
    code = (
        "import sys; import lsalsa.study.figures, lsalsa.study.tables, lsalsa.study.scoring.classification;"
        "print([name for name in ('matplotlib', 'sklearn') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
