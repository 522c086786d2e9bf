"""Sparse coding problems: what every one offers (`Problem`), and the one with D >= 1 dictionaries."""

from lsalsa.problem.dense import DenseStep, SparseCodingProblem
from lsalsa.problem.protocol import GradientStep, Problem, check_problem

__all__ = ["DenseStep", "GradientStep", "Problem", "SparseCodingProblem", "check_problem"]
