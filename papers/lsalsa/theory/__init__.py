"""The theory of the LSALSA paper (Cowen et al. 2019, section 5 and supplements B to D) as functions of numbers.

Some statements of the paper are wrong as printed. Where a printed and a corrected form exist, a function takes
`form`, one of `FORMS`; papers/lsalsa/theory.md says where they differ and why. Samples and runs are rows, float64
throughout.
"""

from typing import Literal

Form = Literal["printed", "corrected"]
"""Which of two forms of a statement: as the paper prints it, or as it can be proved."""

FORMS: tuple[Form, ...] = ("printed", "corrected")

__all__ = ["FORMS", "Form"]
