"""A kind of claim about brightness."""

from __future__ import annotations

from typing import Literal

from lsalsa.study.claims.base import Answer, Claim, ImagesName, Part, Verdict, together
from lsalsa.study.claims.facts import Facts, Missing


class Darker(Claim):
    """One set of images is darker than another."""

    kind: Literal["darker"]
    darker: ImagesName
    lighter: ImagesName

    def judge(self, facts: Facts) -> Verdict:
        known = {row["images"]: row["brightness"] for row in facts.rows("toy.brightness")}
        if missing := {self.darker, self.lighter} - set(known):
            raise Missing(f"this study does not measure {', '.join(sorted(missing))}")
        answer: Answer = "yes" if known[self.darker] < known[self.lighter] else "no"
        words = f"{self.darker} {known[self.darker]:.3f}, {self.lighter} {known[self.lighter]:.3f}"
        return together([Part(answer, words)])
