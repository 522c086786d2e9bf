"""The command line, as a user meets it: from pictures to pictures, sentences for bad input, exit codes."""

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from worlds_of_pictures import stripes

from lsalsa.cli import main
from lsalsa.storage import read_arrays, read_rows, write_rows

SMALL = ["--patch-size", "6", "--n-atoms", "40", "--depth", "3", "--epochs", "3", "--n-train", "800"]
COMMANDS = ["compare-searches", "denoise", "encode", "estimate", "info", "separate", "spikes", "time-by-rule", "train"]


def run(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


def result_of(*arguments):
    """What a command prints as JSON."""
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def picture(path):
    with Image.open(path) as image:
        return np.asarray(image) / 255


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two folders of pictures of several sizes without labels, a model of each and of both, and a mixture."""
    place = tmp_path_factory.mktemp("pictures")
    for side, name in enumerate(("across", "along")):
        for i in range(4):
            path = place / name / f"{i}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(np.uint8(255 * stripes(i, side, (40 + i, 60 - i)))).save(path)
    mixed = (stripes(8, 0, (33, 47)) + stripes(9, 1, (33, 47))) / 2
    Image.fromarray(np.uint8(255 * mixed)).save(place / "mixed.png")
    assert run("train", place / "across", "-o", place / "one.npz", *SMALL).exit_code == 0
    assert run("train", place / "across", place / "along", "-o", place / "two.npz", *SMALL).exit_code == 0
    return place


# --- pictures -------------------------------------------------------------------------------------------------------


def test_a_mixture_becomes_a_picture_of_each_source_and_a_table(folder, tmp_path):
    told = result_of("separate", folder / "two.npz", folder / "mixed.png", "--out", tmp_path, "--gain", 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mixed_across.png", "mixed_along.png", "separation.csv"]
    parts = [picture(tmp_path / f"mixed_{name}.png") for name in ("across", "along")]
    assert {part.shape for part in parts} == {(33, 47)}
    mixture = 2 * picture(folder / "mixed.png")
    assert np.corrcoef(sum(parts).ravel(), mixture.ravel())[0, 1] > 0.8
    (row,) = told["pictures"]
    head, line = (tmp_path / "separation.csv").read_text().splitlines()
    assert dict(zip(head.split(","), line.split(","), strict=True)) == {name: str(each) for name, each in row.items()}
    assert set(row) == {"picture", "objective", "zero_share", "energy_across", "energy_along", "energy_rest"}


@pytest.mark.parametrize("noise", [["--noise", 20], []], ids=["given", "estimated"])
def test_noise_is_taken_from_a_picture_of_any_size(folder, tmp_path, noise):
    clean = stripes(8, 0, (37, 41))
    noisy = np.clip(clean + 20 / 255 * np.random.default_rng(0).standard_normal(clean.shape), 0, 1)
    Image.fromarray(np.uint8(255 * noisy)).save(tmp_path / "noisy.png")
    told = result_of("denoise", folder / "one.npz", tmp_path / "noisy.png", "--out", tmp_path / "out", *noise)
    assert told["pictures"][0]["noise"] == pytest.approx(20, rel=0.25)
    found = picture(tmp_path / "out" / "noisy.png")
    assert np.mean((found - clean) ** 2) < 0.5 * np.mean((noisy - clean) ** 2)


def test_codes_of_a_picture_are_written_with_the_places_of_its_patches(folder, tmp_path):
    codes = ("--codes", "exact", "--stride", 5)
    told = result_of("encode", folder / "one.npz", folder / "across" / "0.png", "--out", tmp_path, *codes)
    arrays = read_arrays(tmp_path / "0.npz")
    assert arrays["rows"].tolist() == [*range(0, 34, 5), 34] and arrays["columns"].tolist() == [*range(0, 54, 5), 54]
    assert arrays["codes"].shape == (len(arrays["rows"]) * len(arrays["columns"]), 40)
    assert told["pictures"][0]["patches"] == arrays["codes"].shape[0]
    assert told["pictures"][0]["zero_share"] == pytest.approx(1 - arrays["codes"].nnz / np.prod(arrays["codes"].shape))


def test_colour_goes_in_and_comes_out(folder, tmp_path):
    for i in range(2):
        tinted = stripes(i, 0, (40, 50))[..., None] * [1.0, 0.5, 0.2]
        (tmp_path / "tinted").mkdir(exist_ok=True)
        Image.fromarray(np.uint8(255 * tinted)).save(tmp_path / "tinted" / f"{i}.png")
    assert run("train", tmp_path / "tinted", "-o", tmp_path / "m.npz", "--colour", *SMALL).exit_code == 0
    told = run("denoise", tmp_path / "m.npz", tmp_path / "tinted" / "0.png", "--out", tmp_path / "out", "--noise", "5")
    assert told.exit_code == 0 and "as given" in told.output
    assert picture(tmp_path / "out" / "0.png") == pytest.approx(picture(tmp_path / "tinted" / "0.png"), abs=0.25)


def test_info_tells_of_models_arrays_and_rows(folder, tmp_path):
    told = result_of("info", folder / "two.npz")
    assert told["model"]["sources"] == {"across": 40, "along": 40}
    assert told["model"]["origin"]["settings"]["n_train"] == 800
    write_rows(tmp_path / "rows.parquet", [{"a": 1, "b": 2.0}], {"why": "test"})
    assert result_of("info", tmp_path / "rows.parquet") == {
        "file": str(tmp_path / "rows.parquet"),
        "metadata": {"why": "test"},
        "rows": 1,
        "columns": ["a", "b"],
    }
    assert "problem.dictionary_1: float32 (36, 40)" in run("info", folder / "two.npz").output


# --- recordings and studies -----------------------------------------------------------------------------------------


def test_spikes_are_found_with_learned_templates_and_again_with_the_model(tmp_path):
    random = np.random.default_rng(0)
    samples = random.standard_normal(3000)
    for time in range(60, 2900, 90):
        samples[time : time + 9] -= [2, 6, 12, 18, 20, 14, 8, 4, 1]
    np.savez(tmp_path / "r.npz", samples=samples, sampling_rate_hz=3000.0)
    np.savez(tmp_path / "other.npz", samples=samples, sampling_rate_hz=1500.0)
    settings = ["--n-templates", 1, "--epochs", 1]
    told = result_of("spikes", tmp_path / "r.npz", "--out", tmp_path / "a.parquet", "-o", tmp_path / "m.npz", *settings)
    assert told["spikes"][0] == pytest.approx(32, abs=3) and told["relative_gap"] < 1e-5
    strong = [row["sample"] for row in read_rows(tmp_path / "a.parquet") if row["amplitude"] > 20]
    assert all(abs(found - true) <= 2 for found, true in zip(strong, range(64, 2900, 90), strict=True))
    model = ["--model", tmp_path / "m.npz"]
    again = result_of("spikes", tmp_path / "r.npz", "--out", tmp_path / "b.parquet", *model)
    assert again["spikes"] == told["spikes"]
    done = run("spikes", tmp_path / "other.npz", "--out", tmp_path / "c.parquet", *model)
    assert done.exit_code == 1 and "1500 samples per second, but the model was trained at 3000" in done.output
    assert not (tmp_path / "c.parquet").exists()
    done = run("denoise", tmp_path / "m.npz", tmp_path / "r.npz", "--out", tmp_path)
    assert done.exit_code == 1 and "is a model of recordings, but this command works on pictures" in done.output


# --- mistakes -------------------------------------------------------------------------------------------------------


def test_bad_input_is_one_sentence_and_leaves_no_file(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    Image.fromarray(np.zeros((4, 9), np.uint8)).save(tmp_path / "small.png")
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    (tmp_path / "text.txt").write_text("no picture")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mixed.png").write_bytes((folder / "mixed.png").read_bytes())
    two, out = folder / "two.npz", ("--out", tmp_path / "out")
    for arguments, sentence in [
        (("train", tmp_path / "none", "-o", tmp_path / "out" / "m.npz"), "none does not exist"),
        (("train", tmp_path / "empty", "-o", tmp_path / "out" / "m.npz"), "empty holds no image file"),
        (("train", folder / "along", "-o", tmp_path / "out" / "m.npz", "--patch-size", 99), "at least 99 x 99 pixels"),
        (("train", folder / "along", "-o", tmp_path / "out" / "m.npz", "--encoder", "list"), "did you mean lista"),
        (("separate", folder / "mixed.png", folder / "mixed.png", *out), "is not a whole NPZ file"),
        (("separate", folder / "one.npz", folder / "mixed.png", *out), "needs a model of several sources"),
        (("separate", two, folder / "none.png", *out), "none.png does not exist"),
        (("separate", two, tmp_path / "small.png", *out), "small.png must have at least 6 x 6 pixels"),
        (("separate", two, tmp_path / "damaged.png", *out), "damaged.png is no picture, or is damaged"),
        (("separate", two, tmp_path / "text.txt", *out), "text.txt is no picture: its name must end in"),
        (
            ("separate", two, folder / "mixed.png", tmp_path / "b" / "mixed.png", *out),
            "mixed is the name of several",
        ),
        (("separate", two, folder / "mixed.png", *out, "--stride", 7), "stride must be at most patch_size 6, found 7"),
        (("info", folder / "mixed.png"), "is not a whole NPZ file"),
        (("estimate", tmp_path / "none.yaml"), "none.yaml"),
    ]:
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (1, ""), (arguments, done.output)
        assert done.stderr.startswith("lsalsa: ") and done.stderr.count("\n") == 1 and sentence in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["trane"],
        ["train", "pictures"],
        ["train", "pictures", "-o", "m.npz", "--penalties", "a,b"],
        ["train", "a/same", "b/same", "-o", "m.npz"],
        ["denoise", "m.npz", "p.png", "--out", "o", "--noise", "0"],
        ["spikes", "r.npz", "--out", "a", "--model", "m", "-o", "n"],
    ],
)
def test_a_mistake_in_the_command_itself_ends_with_2(arguments):
    done = run(*arguments)
    assert done.exit_code == 2 and "Error" in done.stderr


def test_every_command_has_help_and_the_list_is_whole():
    assert main.list_commands(None) == COMMANDS
    for name in COMMANDS:
        done = run(name, "--help")
        assert done.exit_code == 0 and "--json" in done.output


def test_the_program_runs_by_itself_and_shows_no_bar_where_nobody_looks(folder, tmp_path):
    code = "from lsalsa.cli import main; main()"
    arguments = ["denoise", folder / "one.npz", folder / "mixed.png", "--out", tmp_path, "--noise", "5"]
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and (tmp_path / "mixed.png").is_file()
    done = subprocess.run([sys.executable, "-c", code, "info", tmp_path / "none.npz"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
