"""Methods for some tasks only, other epochs at some depths, layers grown one by one: what a configuration says."""

import pytest
from studies import small

from lsalsa.errors import ConfigError
from lsalsa.study.config.rules import settings_of
from lsalsa.study.costs.operations import costs
from lsalsa.study.load import load_study

UNTIED = {"algorithm": "untied_lsalsa", "depths": [1, 4], "search": {"learning_rate": [1e-3]}}


def with_method(**changes):
    study = small()
    study["methods"] = {**study["methods"], "untied": {**UNTIED, **changes}}
    return study


def test_only_the_named_tasks_run_a_method():
    given = with_method()
    first = next(iter(given["tasks"]))
    given["tasks"] = {first: given["tasks"][first], "other": given["tasks"][first]}
    given["methods"]["untied"]["tasks"] = ["other"]
    study = load_study(given)
    assert "untied" in study.methods_of("other")
    assert "untied" not in study.methods_of(first)


def test_a_task_that_does_not_exist_or_lists_a_method_that_is_not_for_it_is_named():
    with pytest.raises(ConfigError, match=r"methods\.untied\.tasks.*no_such_task"):
        load_study(with_method(tasks=["no_such_task"]))
    given = with_method()
    first = next(iter(given["tasks"]))
    given["tasks"] = {first: {**given["tasks"][first], "methods": ["untied"]}, "other": given["tasks"][first]}
    given["methods"]["untied"]["tasks"] = ["other"]
    with pytest.raises(ConfigError, match=rf"tasks\.{first}\.methods lists untied, but methods\.untied\.tasks"):
        load_study(given)


def test_an_override_of_a_method_that_the_task_does_not_run_is_refused():
    given = with_method()
    first = next(iter(given["tasks"]))
    overrides = {"overrides": {"untied": {"epochs": 3}}}
    given["tasks"] = {first: {**given["tasks"][first], **overrides}, "other": given["tasks"][first]}
    given["methods"]["untied"]["tasks"] = ["other"]
    with pytest.raises(ConfigError, match=rf"tasks\.{first}\.overrides"):
        load_study(given)


def test_no_candidate_is_compared_for_longer_than_the_encoder_is_trained():
    given = with_method(epochs=9, epochs_at={4: 5, 6: 1})
    given["search"] = {"rungs": [1, 4, 16]}
    study = load_study(given)
    task = next(iter(study.tasks))
    found = [settings_of(study, "search_encoder", task=task, method="untied", depth=depth)["rungs"] for depth in "146"]
    assert found == [[1, 4, 9], [1, 4, 5], [1]]


def test_some_depths_compare_fewer_candidates():
    given = with_method()
    given["search"] = {"candidates": "all", "candidates_at": {4: 3}}
    study = load_study(given)
    task = next(iter(study.tasks))
    resolved = [settings_of(study, "search_encoder", task=task, method="untied", depth=depth) for depth in "14"]
    assert [one["candidates"] for one in resolved] == [None, 3]


def test_some_depths_have_other_epochs_and_solvers_have_none():
    study = load_study(with_method(epochs=7, epochs_at={4: 2}))
    task = next(iter(study.tasks))
    epochs = [settings_of(study, "train_encoder", task=task, method="untied", depth=d)["fixed"]["epochs"] for d in "14"]
    assert epochs == [7, 2]
    given = with_method()
    given["methods"]["fista"] = {**given["methods"]["fista"], "epochs_at": {4: 2}}
    with pytest.raises(ConfigError, match="epochs_at is a setting of learned methods"):
        load_study(given)


def test_growing_costs_the_epochs_of_the_shallower_depths_as_well():
    """At depth 4 with 8 epochs: two each of 1, 2 and 3 layers; a layer has a filter and a product, x(0) a filter."""

    def work(**changes):
        given = with_method(depths=[4], epochs=8, **changes)
        return next(c.operations for c in costs(load_study(given)) if (c.rule, c.method) == ("train_encoder", "untied"))

    layers = {depth: 2 * depth + 1 for depth in (1, 2, 3, 4)}  # products of equal size: 100 features, 100 atoms
    expected = (8 * layers[4] + 2 * (layers[1] + layers[2] + layers[3])) / (8 * layers[4])
    assert work(layer_wise=True) / work() == pytest.approx(expected)
