"""The explorer's page: what a real browser shows for what is picked, against the arrays and rows it was made from."""

import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from browser import needs_browser, shown
from scipy import sparse

from lsalsa.study.explorer import Explored, content_of, page
from lsalsa.study.heading import Heading

SIDE, N_TEST, SHOWN, DEPTHS = 4, 10, [1, 4, 8], [1, 3]
SIZES = (5, 7)


def invented(n_sources, seed=0):
    """A task with invented arrays; at its deepest, the method `lista` diverged."""
    random = np.random.default_rng(seed)
    names, n_atoms = ["digits", "photos"][:n_sources], sum(SIZES[:n_sources])
    dictionaries = [random.standard_normal((SIDE**2, size)) for size in SIZES[:n_sources]]
    samples = {name: invented_samples(random, n_sources, n_atoms) for name in ("fista", "lista")}
    samples["lista"]["codes"][1] = np.nan
    samples["lista"]["reconstructions"][1] = np.inf
    optimal = random.standard_normal((N_TEST, n_atoms)) * (random.random((N_TEST, n_atoms)) < 0.5)
    return Explored(
        title=f"Task of {n_sources}",
        components=[name.title() for name in names],
        keys=names,
        labels={"fista": "FISTA", "lista": "LISTA <b>"},
        problem={f"dictionary_{i}": one for i, one in enumerate(dictionaries)},
        signals={f"test_index_{i}": random.permutation(N_TEST) for i in range(n_sources)},
        optimal={"codes": sparse.csr_matrix(optimal)},
        patches=[{"test": random.random((N_TEST, SIDE**2))} for _ in names],
        samples=samples,
        rows={name: list(invented_rows(random, name, names)) for name in samples},
    )


def invented_samples(random, n_sources, n_atoms):
    return {
        "depths": np.array(DEPTHS),
        "shown": np.array(SHOWN),
        "codes": random.standard_normal((len(DEPTHS), len(SHOWN), n_atoms)) * 3,
        "reconstructions": random.random((len(DEPTHS), n_sources, len(SHOWN), SIDE**2)),
    }


def invented_rows(random, method, names):
    for depth in DEPTHS:
        for repetition in range(2):
            for component in ("all", *names):
                failed = (method, depth) == ("lista", 3)
                found = {name: random.uniform(1, 2) for name in ("rmse", "source_psnr", "zero_share")}
                levels = {"rmse_of_zeros": 3.0, "source_psnr_of_optimal": 4.0, "source_psnr_of_grey": None}
                place = {"depth": depth, "repetition": repetition, "component": component}
                yield {**place, **found, **levels, "status": "diverged" if failed else "ok"}


def decibels(estimate, truth):
    return -10 * np.log10(np.mean((estimate - truth) ** 2))


def truth_of(task, row):
    """The true sources of a test sample, one by one, and their sum in front if there are several."""
    parts = [one["test"][task.signals[f"test_index_{i}"][row]] for i, one in enumerate(task.patches)]
    return [sum(parts), *parts] if len(parts) > 1 else parts


def numbers(packed, kind):
    return np.frombuffer(base64.b64decode(packed), kind)


@pytest.mark.parametrize("n_sources", [1, 2])
def test_content_is_that_of_the_arrays(n_sources):
    task = invented(n_sources)
    found = content_of(task)
    n_atoms, n_images = sum(SIZES[:n_sources]), len(found["images"])
    assert found["images"] == (["Digits"] if n_sources == 1 else ["mixture", "Digits", "Photos"])
    assert found["blocks"] == list(SIZES[:n_sources])
    best = task.optimal["codes"].toarray()
    for position, row in enumerate(SHOWN):
        truth = truth_of(task, row)
        pixels = numbers(found["truth"], np.uint8).reshape(len(SHOWN), n_images, -1)[position]
        grey = [one / (n_sources if n_images > 1 and i == 0 else 1) for i, one in enumerate(truth)]
        np.testing.assert_allclose(pixels / 255, grey, atol=0.5 / 255 + 1e-9)
        estimate = found["methods"][0]["estimates"][1]
        codes = numbers(estimate["codes"], "<i2").reshape(len(SHOWN), n_atoms)[position] * estimate["scales"][position]
        true = task.samples["fista"]["codes"][1, position]
        np.testing.assert_allclose(codes, true, atol=np.abs(true).max() / 60_000)
        assert estimate["rmse"][position] == pytest.approx(np.sqrt(np.mean((true - best[row]) ** 2)))
        parts = list(task.samples["fista"]["reconstructions"][1, :, position])
        images = [sum(parts), *parts] if n_sources > 1 else parts
        assert estimate["psnr"][position] == pytest.approx(
            [decibels(*pair) for pair in zip(images, truth, strict=True)]
        )


def test_given_mixtures_have_white_sources_without_scores():
    task = invented(2)
    given = np.random.default_rng(5).random((N_TEST, SIDE**2))
    found = content_of(replace(task, signals={"test": given}))
    assert found["first"] == "given" and content_of(task)["first"] == "truth"
    pixels = numbers(found["truth"], np.uint8).reshape(len(SHOWN), 3, -1)
    np.testing.assert_allclose(pixels[:, 0] / 255, given[SHOWN] / 2, atol=0.5 / 255 + 1e-9)
    assert (pixels[:, 1:] == 255).all()
    parts = task.samples["fista"]["reconstructions"][1]
    for position, row in enumerate(SHOWN):
        scores = found["methods"][0]["estimates"][1]["psnr"][position]
        assert scores == [pytest.approx(decibels(parts[:, position].sum(axis=0), given[row])), None, None]
    titles = [curve["title"] for curve in found["curves"]]
    assert "PSNR of the mixture, in dB" in titles and "PSNR of Digits, in dB" not in titles


def test_what_diverged_has_no_scores_and_no_point_in_a_curve():
    task = invented(2)
    found = content_of(task)
    diverged = found["methods"][1]["estimates"][1]
    assert diverged["rmse"] == [None] * len(SHOWN)
    assert diverged["psnr"] == [[None] * 3] * len(SHOWN)
    assert not numbers(diverged["codes"], "<i2").any()
    rmse = found["curves"][0]
    assert rmse["levels"] == [["a code of zeros", 3.0]]
    rows = [row for row in task.rows["lista"] if row["component"] == "all" and row["depth"] == 1]
    assert rmse["lines"][1] == [[1, pytest.approx(np.mean([row["rmse"] for row in rows]))]]
    assert [depth for depth, _ in rmse["lines"][0]] == DEPTHS


def test_page_is_whole_repeatable_and_loads_nothing():
    tasks = [invented(1), invented(2)]
    html = page(Heading("A <study>", "Reduced & so on."), tasks)
    assert html == page(Heading("A <study>", "Reduced & so on."), tasks)
    assert "A &lt;study&gt;" in html
    assert "{{" not in html.replace("${{", "")
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {"http://www.w3.org/2000/svg"}  # the name of SVG elements
    packed = re.search(r'<script id="data"[^>]*>([^<]+)<', html)[1]
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == {"tasks": [content_of(task) for task in tasks]}


# --- in a browser -------------------------------------------------------------------------------------------------


def shown_by_browser(folder, tasks, picked="", does=""):
    """The document of the page after its script and some of ours; errors of any script are in `data-errors`."""
    ours = f"""<script>
    const wait = () => {{
      if (!document.body.dataset.ready) return setTimeout(wait, 10);
      const choose = (id, value) => {{ $(id).value = value; $(id).dispatchEvent(new Event("change")); }};
      {does}
      const canvas = document.querySelector("#images tbody tr:last-child canvas");
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      document.body.dataset.pixels = Array.from(data).filter((_, i) => i % 4 === 0).join(" ");
      document.body.dataset.place = location.hash;
    }};
    wait();</script>"""
    html = page(Heading("A study"), tasks).replace("</body>", f"{ours}</body>")
    return shown(folder / "explorer.html", html, picked)


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@needs_browser
def test_a_browser_shows_what_the_address_picks(tmp_path):
    tasks = [invented(1), invented(2, seed=5)]
    html = shown_by_browser(tmp_path, tasks, "task=1&method=0&depth=1&sample=2&quantity=0")
    estimate = content_of(tasks[1])["methods"][0]["estimates"][1]
    words = plain(html)
    assert "FISTA, T = 3 " + "  ".join(f"{value:.1f}" for value in estimate["psnr"][2]).replace("  ", " ") in words
    assert f"RMSE between the two: {estimate['rmse'][2]:.4f}." in words
    assert "7 atoms of Photos" in words
    pixels = np.array(re.search(r'data-pixels="([\d ]+)"', html)[1].split(), int)
    mixture = tasks[1].samples["fista"]["reconstructions"][1, :, 2].sum(axis=0) / 2
    np.testing.assert_allclose(pixels / 255, np.clip(mixture, 0, 1), atol=0.5 / 255 + 1e-9)
    assert html.count("<circle") == 3  # FISTA at two depths; LISTA diverged at its second


@needs_browser
def test_a_reader_picks_by_lists_by_buttons_and_on_a_curve(tmp_path):
    tasks = [invented(2), invented(1)]
    does = """
    choose("task", 1); choose("method", 1); choose("depth", 1);
    document.body.dataset.diverged = $("images").textContent;
    $("previous").click();
    document.querySelector('circle[data-method="0"][data-depth="3"]').dispatchEvent(new Event("click"));
    choose("quantity", 2);"""
    html = shown_by_browser(tmp_path, tasks, "task=9&sample=nonsense", does)
    assert "LISTA &lt;b&gt;, T = 3not finite" in html
    place = re.search(r'data-place="#([^"]+)"', html)[1].replace("&amp;", "&")
    assert place == "task=1&method=0&depth=1&sample=2&quantity=2"
    assert "share of zeros in the codes, over T, for each method" in html
