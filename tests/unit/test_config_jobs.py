"""What each job gets: the settings that it uses and no others, its plug-ins, its memory; the disk of a study."""

import copy
import json
import shutil

import pytest
import yaml
from studies import NOTHING, ROOT, changed, small

from lsalsa.errors import ConfigError
from lsalsa.study.claims import kinds
from lsalsa.study.config.disk import disk_mb, shortage
from lsalsa.study.config.rules import memory_mb, plugins_of, settings_of
from lsalsa.study.load import load_study


def job_settings(settings, rule="train_encoder", **wildcards):
    wildcards = wildcards or {"task": "digits", "method": "lsalsa", "depth": "1"}
    return settings_of(load_study(settings), rule, **wildcards)


def test_what_a_job_gets_does_not_depend_on_company_or_order():
    alone = small()
    company = copy.deepcopy(alone)
    company["methods"] = {"salsa": {"depths": [5]}, **dict(reversed(company["methods"].items()))}
    company["methods"]["lsalsa"]["search"] = dict(reversed(company["methods"]["lsalsa"]["search"].items()))
    company["title"] = "Another title"
    for rule in ("train_encoder", "search_encoder"):
        assert job_settings(alone, rule) == job_settings(company, rule)


def test_candidates_are_complete_and_whole_numbers_among_them_are_fractions_where_those_are_meant():
    grid = job_settings(small(), "search_encoder")["grid"]
    assert grid == {
        "batch_size": [100],
        "decay": [1.0],
        "learning_rate": [1e-3],
        "mu": [1.0, 10.0],
        "penalty_factor": [1.0],
        "read_out": ["softx"],
    }
    assert [type(value) for value in grid["mu"] + grid["batch_size"]] == [float, float, int]


def test_solver_that_depends_on_a_choice_is_searched_over_it_where_none_is_listed():
    settings = small(methods={"salsa": {"depths": [1]}}, tables={}, figures={})
    grid = settings_of(load_study(settings), "search_solver", task="digits", method="salsa")["grid"]
    assert grid["read_out"] == ["u", "softx"]
    settings["methods"]["salsa"]["search"] = {"read_out": ["u"]}
    grid = settings_of(load_study(settings), "search_solver", task="digits", method="salsa")["grid"]
    assert grid["read_out"] == ["u"]


def test_written_default_is_the_same_as_a_missing_one():
    assert job_settings(changed("methods.lsalsa.epochs", 10)) == job_settings(small())


@pytest.mark.parametrize("rule", ["train_encoder", "search_encoder"])
def test_seed_and_own_options_count(rule):
    assert job_settings(small(), rule) != job_settings(changed("seed", 2), rule)
    assert job_settings(small(), rule) != job_settings(changed("methods.lsalsa.optimizer", "adam"), rule)
    assert job_settings(small(), rule) == job_settings(changed("methods.fista.depths", [1, 2]), rule)


def test_rule_that_does_not_exist_is_refused_with_the_nearest():
    study = load_study(small())
    for ask in (settings_of, memory_mb):
        with pytest.raises(ConfigError, match="'train_encode' is not a known rule; did you mean train_encoder?"):
            ask(study, "train_encode")


def test_jobs_of_every_table_figure_and_notebook_get_plain_values():
    """They are parameters of rules and stand in the files that the jobs write."""
    study = load_study(yaml.safe_load((ROOT / "workflow" / "presets" / "smoke.yaml").read_text()))
    rules = {"tables": "make_table", "figures": "make_figure", "notebooks": "render_notebook"}
    for section, rule in rules.items():
        assert getattr(study, section)
        for name in getattr(study, section):
            resolved = settings_of(study, rule, **{section[:-1]: name})
            assert json.loads(json.dumps(resolved)) == resolved


def test_table_gets_what_it_shows_with_every_list_filled_in():
    study = load_study(changed("tables.table_digits.protocol", "fitted_on_train"))
    resolved = settings_of(study, "make_table", table="table_digits")
    assert resolved.pop("caption")
    assert resolved == {
        "kind": "classification",
        "needs": ["evaluation", "classifiers", "published"],
        "title": "Digits",
        "reduced": None,
        "component": None,
        "components": {"digits_10": "digits_10"},
        "tasks": {"digits": {"title": "Digits", "components": ["digits_10"], "n_atoms": [100]}},
        "labels": {"fista": "FISTA", "lsalsa": "LSALSA"},
        "algorithms": {"fista": "fista", "lsalsa": "lsalsa"},
        "families": {"fista": "fista", "lsalsa": "lsalsa"},
        "depths": [1, 3],
        "details": {"protocol": "fitted_on_train"},
    }


def test_drawing_of_a_method_needs_no_method_of_the_study():
    settings = small(lsalsa=NOTHING, reduced="in everything")
    settings["figures"]["steps"] = {"title": "Steps", "kind": "lsalsa.diagram", "methods": ["salsa"]}
    resolved = settings_of(load_study(settings), "make_figure", figure="steps")
    shown = {name: resolved[name] for name in ("needs", "tasks", "labels", "algorithms", "depths", "reduced")}
    assert shown == {
        "needs": [],
        "tasks": {},
        "labels": {"salsa": "SALSA"},
        "algorithms": {"salsa": "salsa"},
        "depths": [],
        "reduced": None,
    }


# --- the plug-ins that belong to the code of a job --------------------------------------------------------------

PLUGINS = [
    ("search_solver", {"algorithm": "fista"}, {"lsalsa.solvers.fista"}),
    ("search_encoder", {"algorithm": "lista", "loss": "codes"}, {"lsalsa.encoders.lista", "lsalsa.losses.codes"}),
    (
        "train_encoder",
        {"algorithm": "slstm", "fixed": {"loss": "sc2net"}},
        {"lsalsa.encoders.slstm", "lsalsa.losses.sc2net"},
    ),
    ("fetch_images", {"source": "mnist"}, {"lsalsa.data.sources.mnist"}),
    ("make_table", {"kind": "rmse", "needs": ["evaluation", "published"]}, {"lsalsa.study.tables.rmse"}),
    ("make_figure", {"kind": "rmse_curves", "needs": ["timing"]}, {"lsalsa.study.figures.rmse_curves"}),
    (
        "make_figure",
        {"kind": "sc2net.depth", "needs": ["sc2net.variants"]},
        {"papers.sc2net.figures.depth", "papers.sc2net.paper"},
    ),
    ("cut_patches", {}, set()),
]


@pytest.mark.parametrize(("rule", "settings", "expected"), PLUGINS, ids=[str(i) for i in range(len(PLUGINS))])
def test_what_a_job_finds_by_its_folder_belongs_to_its_code(rule, settings, expected):
    assert set(plugins_of(rule, settings)) == expected


def test_methods_that_are_timed_together_belong_to_the_code_of_the_timing():
    resolved = settings_of(load_study(small()), "time_methods", task="digits")
    assert set(plugins_of("time_methods", resolved)) == {"lsalsa.solvers.fista", "lsalsa.encoders.lsalsa"}


def test_every_kind_of_claim_belongs_to_the_code_of_the_table_of_claims():
    resolved = settings_of(load_study(small(lsalsa=NOTHING | {"claims": True})), "make_table", table="claims")
    found = plugins_of("make_table", resolved)
    assert {claim.__module__ for claim in kinds().values()} <= set(found)
    assert {"lsalsa.study.tables.claims", "papers.lsalsa.claims", "papers.lsalsa.paper"} <= set(found)


# --- memory and disk -------------------------------------------------------------------------------------------


def test_memory_grows_with_the_data_and_the_dtype():
    def needed(settings):
        return memory_mb(load_study(settings), "train_encoder", task="digits", method="lsalsa", depth="1")

    little, large = needed(small()), needed(changed("tasks.digits.n_train", 500_000))
    double = changed("tasks.digits.n_train", 500_000) | {"dtype": "float64"}
    assert little < large < needed(double)
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


def test_disk_of_encoders_is_that_of_their_matrices_and_the_dictionary():
    few, many = (changed("methods.lsalsa.depths", depths) for depths in ([1], list(range(1, 101))))
    per_encoder = (100 * 100 + 100 * 100 + 100 + 100 * 100) * 4
    assert disk_mb(load_study(many)) - disk_mb(load_study(few)) == pytest.approx(297 * per_encoder / 2**20, abs=1)


def test_study_that_the_disk_cannot_hold_is_named_with_what_it_has_and_lacks(tmp_path, monkeypatch):
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
