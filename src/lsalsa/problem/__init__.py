"""Sparse coding problems: what every one offers (`Problem`), and the one with D >= 1 dictionaries."""

from lsalsa.problem.dense import DenseStep, SparseCodingProblem, check_dictionaries
from lsalsa.problem.protocol import GradientStep, Problem

__all__ = ["DenseStep", "GradientStep", "Problem", "SparseCodingProblem", "check_dictionaries"]
