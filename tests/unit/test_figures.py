"""Figures: every kind draws from small invented results, legibly, and with the same bytes each time."""

import struct
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scipy import sparse

from lsalsa.errors import ConfigError, DataError
from lsalsa.storage import write_arrays, write_rows
from lsalsa.study import figures
from lsalsa.study.figures import atoms

METHODS = ("ista", "fista", "salsa", "lista", "lsalsa", "lsalsa_adam")
DEPTHS = (1, 5, 20)
SIDE, N_ATOMS, N_SAMPLES = 4, 6, 24


def depths_of(method):
    return DEPTHS if method in ("ista", "fista", "salsa") else DEPTHS[:2]


def invented_results(components, *, seed=0):
    """Random arrays and rows in the layout of a task's files; LISTA's second repetition at depth 5 diverged."""
    random = np.random.default_rng(seed)
    n_components = len(components)
    codes = random.standard_normal((N_SAMPLES, n_components * N_ATOMS))
    codes *= random.random(codes.shape) < 0.3
    signals = {f"test_index_{i}": random.permutation(N_SAMPLES) for i in range(n_components)}
    return {
        "evaluation": [row for method in METHODS for row in invented_rows(method, components, random)],
        "timing": [
            {"method": m, "depth": d, "seconds_per_sample": 1e-6 * (d + 1), "status": "done"}
            for m in METHODS
            for d in depths_of(m)
        ],
        "samples": {method: invented_samples(method, n_components, random) for method in METHODS},
        "classifiers": {
            "floor_error_percent": {name: {"paper": 0.0, "honest": 9.0} for name in components},
            "guess_error_percent": dict.fromkeys(components, 90.0),
        },
        "problem": {f"dictionary_{i}": random.standard_normal((SIDE**2, N_ATOMS)) for i in range(n_components)},
        "signals": signals,
        "codes": {"codes": sparse.csr_matrix(codes)},
        "patches": {name: {"test": random.random((N_SAMPLES, SIDE**2))} for name in components},
    }


def invented_rows(method, components, random):
    repetitions = 3 if method.startswith("l") else 1
    for depth in depths_of(method):
        for repetition in range(repetitions):
            failed = (method, depth, repetition) == ("lista", 5, 1)
            for component in ("all", *components):
                no_error = component == "all" and len(components) > 1
                yield {
                    "method": method,
                    "depth": depth,
                    "repetition": repetition,
                    "component": component,
                    "rmse": float("nan") if failed else random.uniform(0.5, 1) / depth,
                    "error_percent": None if no_error else random.uniform(0, 90) / depth,
                    "error_percent_honest": None if no_error else random.uniform(9, 90),
                    "status": "diverged" if failed else "done",
                }


def invented_samples(method, n_components, random):
    shape = (len(depths_of(method)), n_components + 1, N_SAMPLES)
    return {
        "depths": np.array(depths_of(method)),
        "rmse": random.random(shape),
        "zero_share": random.random(shape),
        "shown": np.array([0, 7, 15, 23]),
        "reconstructions": random.random((shape[0], n_components, 4, SIDE**2)),
    }


def drawn(kind, components=("digits", "photos"), **changes):
    options = {"title": "Invented results", "methods": METHODS, "depths": DEPTHS, "components": components}
    return figures.draw(kind, invented_results(components), **(options | changes))


def texts_of(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words_of(figure):
    return "\n".join(text.get_text() for text in texts_of(figure))


@pytest.mark.parametrize("kind", figures.available())
def test_a_figure_has_the_same_bytes_each_time_and_carries_no_date(kind, tmp_path):
    for name in ("first", "second"):
        figures.save_figure(drawn(kind, ["digits"]), tmp_path / f"{name}.png", tmp_path / f"{name}.svg")
    for suffix in ("png", "svg"):
        first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    svg = (tmp_path / "first.svg").read_text()
    assert "<dc:date>" not in svg and "Matplotlib v" not in svg
    png = (tmp_path / "first.png").read_bytes()
    assert b"Software" not in png
    width, height = struct.unpack(">II", png[16:24])
    assert 600 < width < 2000 and 300 < height < 4000


@pytest.mark.parametrize("kind", figures.available())
@pytest.mark.parametrize("components", [("digits",), ("digits", "photos")], ids=("one", "two"))
def test_every_text_lies_on_the_page(kind, components):
    figure = drawn(kind, components)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    page = figure.bbox
    for text in texts_of(figure):
        if text.get_text() in tick_texts_out_of_view(figure):
            continue
        box = text.get_window_extent(canvas.get_renderer())
        assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, text.get_text()
        assert page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1, text.get_text()


def tick_texts_out_of_view(figure):
    """Labels of ticks beyond the limits of an axis: kept by matplotlib, never drawn."""
    for axes in figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not low <= tick.get_loc() <= high:
                    yield tick.label1.get_text()


@pytest.mark.parametrize("kind", figures.available())
def test_the_files_of_a_task_are_read_as_a_figure_needs_them(kind, tmp_path):
    components = ("digits", "photos")
    results = invented_results(components)
    data = figures.read_data(kind, written(results, tmp_path), methods=METHODS, components=components)
    assert set(data) == set(figures.needs(kind)) <= set(figures.NEEDS)
    figure = figures.draw(kind, data, title="From files", methods=METHODS, depths=DEPTHS, components=components)
    assert "From files" in words_of(figure)


def written(results, folder):
    """Paths of the files that hold the results, by word."""
    for word in ("problem", "signals", "codes"):
        write_arrays(folder / f"{word}.npz", results[word])
    write_arrays(folder / "classifiers.npz", {"any": np.zeros(1)}, results["classifiers"])
    write_rows(folder / "timing.parquet", results["timing"])
    for name, arrays in {**results["samples"], **results["patches"]}.items():
        write_arrays(folder / f"{name}.npz", arrays)
    for method in METHODS:
        rows = [row for row in results["evaluation"] if row["method"] == method]
        write_rows(folder / f"{method}.parquet", rows)
    one = {word: folder / f"{word}.npz" for word in ("problem", "signals", "codes", "classifiers")}
    return {
        **one,
        "timing": folder / "timing.parquet",
        "evaluation": [folder / f"{method}.parquet" for method in METHODS],
        "samples": [folder / f"{method}.npz" for method in METHODS],
        "patches": [folder / f"{name}.npz" for name in results["patches"]],
    }


def test_curves_pass_through_the_means_and_stop_where_the_method_stops():
    results = invented_results(("digits",))
    figure = figures.draw("rmse_curves", results, title="t", methods=METHODS, depths=DEPTHS, components=("digits",))
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    for method in ("fista", "lista"):
        rows = [r for r in results["evaluation"] if r["method"] == method and r["component"] == "all"]
        line = lines[method.upper()]
        assert tuple(line.get_xdata()) == depths_of(method)
        for depth, value in zip(line.get_xdata(), line.get_ydata(), strict=True):
            finished = [r["rmse"] for r in rows if r["depth"] == depth and r["status"] == "done"]
            assert value == pytest.approx(np.mean(finished))


def test_a_result_that_was_not_timed_is_not_left_out_silently():
    results = invented_results(("digits",))
    results["timing"] = [row for row in results["timing"] if (row["method"], row["depth"]) != ("salsa", 5)]
    for kind in ("rmse_curves", "error_seconds"):
        with pytest.raises(DataError, match="salsa at depth 5 has a result, but no row in the timing"):
            figures.draw(kind, results, title="t", methods=METHODS, depths=DEPTHS, components=("digits",))


def test_the_zero_code_is_marked_at_the_size_of_the_optimal_codes():
    results = invented_results(("digits",))
    figure = figures.draw("rmse_curves", results, title="t", methods=METHODS, depths=DEPTHS, components=("digits",))
    level = np.sqrt(np.mean(results["codes"]["codes"].toarray() ** 2))
    heights = [line.get_ydata()[0] for line in figure.axes[0].get_lines() if len(set(line.get_ydata())) == 1]
    assert any(height == pytest.approx(level) for height in heights)


def test_the_sentence_under_the_curves_is_worked_out_from_the_rows():
    results = invented_results(("digits",))
    values = {("fista", 1): 0.9, ("fista", 5): 0.4, ("fista", 20): 0.2, ("lsalsa", 1): 0.3, ("lsalsa", 5): 0.1}
    results["evaluation"] = [
        {"method": m, "depth": d, "repetition": 0, "component": "all", "rmse": value, "status": "done"}
        for (m, d), value in values.items()
    ]
    figure = figures.draw(
        "rmse_curves", results, title="t", methods=["fista", "lsalsa"], depths=DEPTHS, components=("digits",)
    )
    sentence = " ".join(words_of(figure).split())
    assert "At T = 1 LSALSA comes nearest to the optimal code (RMSE 0.300)." in sentence
    assert "To get as near takes FISTA T = 20." in sentence


def test_a_component_chosen_for_the_figure_is_the_one_shown():
    assert "photos" in words_of(drawn("atoms", component="photos"))
    assert "digits" not in words_of(drawn("atoms", component="photos"))
    assert len(drawn("error_seconds", component="photos").axes) == 2
    assert len(drawn("error_seconds").axes) == 4


def test_clouds_say_which_method_has_no_codes_at_a_depth():
    assert "no codes at this T: LISTA, LSALSA" in words_of(drawn("sparsity_clouds"))


def test_reconstructions_show_truth_and_sources_that_add_up():
    results = invented_results(("digits", "photos"))
    page = np.asarray(drawn("reconstructions").axes[0].images[0].get_array())
    mixture, digit, photo = (page[:SIDE, left : left + SIDE] for left in (0, SIDE + 1, 2 * SIDE + 2))
    assert np.allclose(2 * mixture, digit + photo)
    row = int(results["signals"]["test_index_1"][results["samples"]["ista"]["shown"][0]])
    assert np.allclose(photo.ravel(), results["patches"]["photos"]["test"][row])


def test_atoms_stand_in_order_of_use_each_scaled_to_its_largest_value():
    dictionary = np.arange(1.0, 13.0).reshape(4, 3)
    image = atoms.mosaic(dictionary, np.array([2, 0, 1]))
    assert image.shape == (5, 5)
    assert np.allclose(image[:2, :2], dictionary[:, 2].reshape(2, 2) / 12)
    assert np.allclose(image[3:, :2], dictionary[:, 1].reshape(2, 2) / 11)
    assert np.all(image[2] == 1) and np.all(image[:, 2] == 1)


def test_every_method_has_its_own_look():
    from lsalsa.study.figures._style import method_style

    looks = [method_style(method, METHODS) for method in METHODS]
    assert len({look["color"] for look in looks}) == len(METHODS)
    assert len({(str(look["linestyle"]), look["marker"]) for look in looks[:5]}) == 5


def test_unknown_kinds_and_components_are_refused_by_name():
    with pytest.raises(ConfigError, match="rmse_curve.*rmse_curves"):
        figures.needs("rmse_curve")
    with pytest.raises(ConfigError, match="fotos is not a component of the task.*digits, photos"):
        drawn("atoms", component="fotos")


def test_no_figure_library_is_loaded_before_a_figure_is_drawn():
    code = (
        "import sys; import lsalsa.study.figures, lsalsa.study.tables, lsalsa.study.classification;"
        "print([name for name in ('matplotlib', 'sklearn') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
