"""What a study shows: one entry where a task each is meant, nothing that it does not have, names that print well."""

import pytest
from studies import NOTHING, ROOT, changed, refusal, small, without

from lsalsa.errors import ConfigError
from lsalsa.study.config.expand import expanded, notebook_of, restricted
from lsalsa.study.config.labels import labels_of
from lsalsa.study.config.rules import settings_of
from lsalsa.study.load import load_study

DIAGRAM = {"title": "", "kind": "lsalsa.diagram"}

REFERENCES = [
    ("tables.table_digits.kind", "rms", "names rms, which is not a kind of table; did you mean rmse?"),
    ("tables.table_digits.task", "digit", "names digit, which is not a task; did you mean digits?"),
    ("tables.table_digits.component", "digits_8", "names digits_8, which is not a component of digits"),
    ("tables.table_digits.methods", ["salsa"], "names salsa, which is not a method of digits; did you mean lsalsa?"),
    ("tables.table_digits.depths", [7], "depths names 7, at which none of its methods is run; known: 1, 3"),
    (
        "tables.table_digits.published",
        "lsalsa/table_9",
        "is not a file of a paper's numbers; did you mean lsalsa/table_",
    ),
    ("figures.curves.kind", "rmse_curve", "not a kind of figure; did you mean rmse_curves?"),
    ("figures.curves.tasks", ["digits"], "figures.curves must have one of task and tasks, found both"),
    ("figures.curves.components", ["digits_10"], "figures.curves.components is not a setting of the kind rmse_curves"),
    ("figures.some", {"title": "", "kind": "atoms", "components": ["digits_1"]}, "is not a component; did you mean"),
    ("figures.some", {"title": "", "kind": "atoms"}, "a figure of the kind atoms needs task or components"),
    ("figures.both", {"title": "", "kind": "rmse_curves", "tasks": ["digit"]}, "not a task; did you mean digits?"),
    ("figures.steps", DIAGRAM, "methods must list one of salsa, lsalsa, found None"),
    ("figures.steps", DIAGRAM | {"methods": ["lsals"]}, "lsalsa.diagram plots; did you mean lsalsa?"),
    ("figures.steps", DIAGRAM | {"task": "digits"}, "task is not a setting of the kind lsalsa.diagram"),
    ("figures.codes_digits", {"title": "", "kind": "atoms", "task": "digits"}, "word of intermediate targets"),
    ("figures.evaluate", {"title": "", "kind": "atoms", "task": "digits"}, "must not have the name of a rule"),
    ("notebooks", {"page": {"title": "", "tables": ["table_digit"]}}, "is not a table; did you mean table_digits?"),
    ("notebooks", {"page": {"title": ""}}, "names page, which is not a file of papers/<paper>/notebooks"),
    ("notebooks", {"curves": {"title": ""}}, "notebooks.curves has the name of figures.curves"),
]

OPTIONS = [
    ("tables", {"kind": "rmse", "task": "digits", "protocol": "fitted_on_train"}, "protocol"),
    ("tables", {"kind": "lsalsa.theory", "published": "lsalsa/table_1"}, "published"),
    ("figures", {"kind": "rmse_curves", "task": "digits", "sample_page": 2}, "sample_page"),
    ("figures", {"kind": "rmse_curves", "task": "digits", "n_atoms": 9}, "n_atoms"),
]


@pytest.mark.parametrize(("path", "value", "message"), REFERENCES, ids=lambda part: str(part)[:40])
def test_name_that_leads_nowhere_is_refused_with_the_nearest_one(path, value, message):
    found = refusal(changed(path, value, small(lsalsa=NOTHING)))
    assert message in found
    assert all(line.startswith("config.yaml: ") for line in found.splitlines())


def test_missing_task_is_named():
    assert "figures.curves.task is missing" in refusal(without("figures.curves.task"))


def test_table_of_classification_needs_to_know_the_component_of_a_mixture():
    settings = small()
    settings["components"]["digits_8"] |= {"patch_size": 10}
    settings["tasks"]["digits"] |= {"components": ["digits_10", "digits_8"], "penalties": [0.1, 0.1]}
    assert "tables.table_digits.component is missing" in refusal(settings)
    load_study(changed("tables.table_digits.component", "digits_8", settings))


@pytest.mark.parametrize(("section", "block", "option"), OPTIONS, ids=[option for *_, option in OPTIONS])
def test_option_of_another_kind_is_refused(section, block, option):
    settings = small(lsalsa=NOTHING)
    settings[section]["mine"] = {"title": "", **block}
    assert refusal(settings) == f"config.yaml: {section}.mine.{option} is not a setting of the kind {block['kind']}"
    del settings[section]["mine"][option]
    load_study(settings)


def test_kind_of_a_paper_is_for_studies_that_have_its_block():
    found = refusal(changed("tables.mine", {"title": "", "kind": "lsalsa.theory"}))
    assert found == "config.yaml: tables.mine.kind is lsalsa.theory, but the study has no block lsalsa"


def test_a_table_and_a_figure_may_share_a_name():
    shared = {"title": "", "kind": "rmse_curves", "task": "digits"}
    assert "table_digits" in load_study(changed("figures.table_digits", shared)).figures


# --- one entry for several tasks --------------------------------------------------------------------------------

TASKS = {"digits": {"title": "Digits"}, "photos": {"title": "Photographs"}}
EACH = {"rmse_{task}": {"for": "each task", "title": "{title}: distance", "kind": "rmse", "methods": ["fista"]}}


def several(blocks, restrict=False):
    return expanded("tables", blocks, TASKS, restrict=restrict)


def test_entry_for_each_task_stands_for_one_entry_per_task():
    assert several(EACH) == {
        "rmse_digits": {"task": "digits", "title": "Digits: distance", "kind": "rmse", "methods": ["fista"]},
        "rmse_photos": {"task": "photos", "title": "Photographs: distance", "kind": "rmse", "methods": ["fista"]},
    }


def test_entry_for_a_list_of_tasks_stands_for_these_and_other_entries_stay_as_they_are():
    plain = {"title": "{title}", "kind": "rmse", "task": "digits"}
    found = several({"plain": plain, "x_{task}": {"for": ["photos"], "title": ""}})
    assert found == {"plain": plain, "x_photos": {"task": "photos", "title": ""}}


BAD_FOR = [
    ({"rmse": {"for": "each task"}}, "tables.rmse stands for several tasks, so its name must contain {task}"),
    ({"x_{task}": {"for": "task"}}, "tables.x_{task}.for must be 'each task' or a list of tasks, found 'task'"),
    ({"x_{task}": {"for": ["digit"]}}, "tables.x_{task}.for names digit, which is not a task; did you mean digits?"),
    (EACH | {"rmse_digits": {}}, "tables.rmse_{task} and tables.rmse_digits both give the name rmse_digits"),
    ({"rmse_digits": {}} | EACH, "tables.rmse_digits and tables.rmse_{task} both give the name rmse_digits"),
]


@pytest.mark.parametrize(("blocks", "message"), BAD_FOR, ids=["name", "word", "task", "before", "after"])
def test_entry_that_cannot_be_multiplied_is_refused(blocks, message):
    with pytest.raises(ConfigError) as caught:
        several(blocks)
    assert str(caught.value) == message


def test_list_of_a_paper_is_restricted_to_the_tasks_of_the_study():
    assert list(several({"x_{task}": {"for": ["digits", "others"], "title": ""}}, restrict=True)) == ["x_digits"]


def test_entries_of_a_configuration_are_multiplied_before_their_types_are_checked():
    block = {"for": "each task", "title": "{title}", "kind": "rmse", "depth": [1]}
    found = refusal(changed("tables.rmse_{task}", block))
    assert found == "config.yaml: tables.rmse_digits.depth is not a setting of a table; did you mean depths?"
    study = load_study(changed("tables.rmse_{task}", {"for": "each task", "title": "{title}", "kind": "rmse"}))
    assert (study.tables["rmse_digits"].title, study.tables["rmse_digits"].task) == ("Digits", "digits")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("tasks.digits", 3, "tasks.digits must be a block of settings, found 3"),
        ("tasks.digits.title", 3, "tasks.digits.title must be text, found 3"),
        ("tasks", 3, "tasks must be a block of settings, found 3"),
    ],
)
def test_fault_of_a_task_is_named_although_entries_stand_for_it(path, value, message):
    settings = changed("tables.rmse_{task}", {"for": "each task", "title": "{title}", "kind": "rmse"})
    assert f"config.yaml: {message}" in refusal(changed(path, value, settings)).splitlines()


# --- what a paper declares, as far as the study has it --------------------------------------------------------------


def study_of_two():
    """Digits with FISTA at 1 and 3 and LSALSA at 1; small digits with LSALSA alone, at 2."""
    settings = small()
    other = {"title": "Small digits", "components": ["digits_8"], "methods": ["lsalsa"]}
    settings["tasks"]["small"] = {**settings["tasks"]["digits"], **other, "overrides": {"lsalsa": {"depths": [2]}}}
    return load_study(settings)


RESTRICTED = [
    ({"task": "digits"}, {"task": "digits"}),
    ({"task": "others"}, None),
    ({"tasks": ["digits", "others"]}, {"tasks": ["digits"]}),
    ({"tasks": ["others"]}, None),
    ({"components": ["digits_8", "photos_8"]}, {"components": ["digits_8"]}),
    ({"components": ["photos_8"]}, None),
    ({"task": "digits", "component": "digits_8"}, None),
    ({"task": "small", "component": "digits_8"}, {"task": "small", "component": "digits_8"}),
    ({"task": "digits", "methods": ["salsa", "lsalsa"]}, {"task": "digits", "methods": ["lsalsa"]}),
    ({"task": "small", "methods": ["fista"]}, None),
    ({"task": "digits", "depths": [1, 2, 3]}, {"task": "digits", "depths": [1, 3]}),
    ({"task": "small", "depths": [1, 3]}, None),
    (
        {"task": "digits", "methods": ["lsalsa"], "depths": [1, 3]},
        {"task": "digits", "methods": ["lsalsa"], "depths": [1]},
    ),
    ({"tasks": ["digits", "small"], "depths": [1, 2, 3]}, {"tasks": ["digits", "small"], "depths": [1, 2, 3]}),
    ({"methods": ["salsa"]}, {"methods": ["salsa"]}),
]


@pytest.mark.parametrize(("block", "expected"), RESTRICTED, ids=lambda part: str(part))
def test_output_of_a_paper_is_restricted_to_what_the_study_has(block, expected):
    given = {key: list(value) if isinstance(value, list) else value for key, value in block.items()}
    assert restricted(block, study_of_two()) == expected
    assert block == given


def test_task_that_does_not_run_a_method_lends_it_no_depth():
    assert study_of_two().depths_of(["digits", "small"], ["fista", "lsalsa"]) == [1, 2, 3]
    assert study_of_two().depths_of(["small"], ["fista", "lsalsa"]) == [2]


def test_what_the_configuration_declares_itself_takes_the_place_of_what_a_paper_declares():
    own = {"title": "My own", "kind": "rmse", "task": "digits"}
    settings = changed("tables.rmse_digits", own, small(lsalsa=NOTHING | {"outputs": True}))
    study = load_study(settings)
    assert study.tables["rmse_digits"].title == "My own"
    assert study.tables["zeros_digits"].title == "Digits: exact zeros of the codes"


# --- notebooks --------------------------------------------------------------------------------------------------

NAMES = {"tables": ["rmse_digits", "rmse_photos", "table_1"], "figures": ["curves"], "tasks": ["digits", "photos"]}


def test_patterns_of_a_notebook_stand_for_the_names_that_match_each_once():
    block = {"title": "T", "tables": ["table_1", "rmse_*", "rmse_digits"], "tasks": ["*"]}
    found = notebook_of(block, NAMES, restrict=True)
    assert found == {
        "title": "T",
        "tables": ["table_1", "rmse_digits", "rmse_photos"],
        "figures": [],
        "tasks": ["digits", "photos"],
    }


def test_notebook_of_a_paper_is_restricted_and_left_out_when_nothing_is_left():
    block = {"title": "T", "tables": ["table_2", "table_1"], "figures": ["atoms"]}
    assert notebook_of(block, NAMES, restrict=True) == {"title": "T", "tables": ["table_1"], "figures": [], "tasks": []}
    assert notebook_of(block, NAMES, restrict=False)["tables"] == ["table_2", "table_1"]
    assert notebook_of({"title": "T", "tables": ["table_2", "x_*"]}, NAMES, restrict=True) is None


def test_notebook_of_the_configuration_names_what_exists():
    settings = small(notebooks={"07_claims": {"title": "Claims", "tables": ["claims"]}})
    assert "notebooks.07_claims.tables names claims, which is not a table" in refusal(settings)
    settings["notebooks"]["07_claims"]["tables"] = ["table_*"]
    assert load_study(settings, root=ROOT).notebooks["07_claims"].tables == ["table_digits"]


# --- names in print -----------------------------------------------------------------------------------------------


def test_methods_print_by_label_else_by_algorithm_and_variant_else_by_their_own_name():
    search = {"learning_rate": [1e-3]}
    methods = {
        "salsa": {"depths": [1]},
        "salsa_u": {"algorithm": "salsa", "variant": "read-out u", "depths": [1]},
        "lsalsa": {"depths": [1], "search": search},
        "trained_by_adam": {"algorithm": "lsalsa", "depths": [1], "search": search},
        "ours": {"algorithm": "lsalsa", "variant": "Adam", "label": "Our LSALSA", "depths": [1], "search": search},
    }
    study = load_study(small(methods=methods))
    assert labels_of(study, ["ours", *methods]) == {
        "ours": "Our LSALSA",
        "salsa": "SALSA",
        "salsa_u": "SALSA (read-out u)",
        "lsalsa": "LSALSA",
        "trained_by_adam": "trained by adam",
    }
    assert list(labels_of(study, ["ours", "salsa"])) == ["ours", "salsa"]


def test_a_method_is_a_variant_of_its_family_else_of_its_algorithm():
    search = {"learning_rate": [1e-3]}
    methods = {
        "lsalsa": {"depths": [1], "search": search},
        "lsalsa_u": {"algorithm": "lsalsa", "depths": [1], "search": search},
        "other": {"algorithm": "lista", "family": "lsalsa", "depths": [1], "search": search},
    }
    study = load_study(small(methods=methods))
    assert [study.family_of(method) for method in methods] == ["lsalsa"] * 3
    shown = settings_of(study, "make_table", table=next(iter(study.tables)))
    assert shown["families"] == {name: "lsalsa" for name in shown["labels"]}


def test_two_methods_of_one_name_in_print_are_refused():
    settings = changed("methods.mine", {"algorithm": "fista", "label": "FISTA", "depths": [1]})
    words = "methods.mine is called FISTA in print, as methods.fista is; give one of them a variant"
    assert refusal(settings) == f"config.yaml: {words}"
