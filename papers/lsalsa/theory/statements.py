"""All statements of the paper that are checked, in its order."""

from papers.lsalsa.theory import contraction, cost_function, schedules

CHECKS = (*cost_function.CHECKS, *contraction.CHECKS, *schedules.CHECKS)
