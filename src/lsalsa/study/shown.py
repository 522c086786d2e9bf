"""Content of a table or figure: its heading, and the names that its kind needs, each with its words for print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsalsa.study.heading import Heading


@dataclass(frozen=True)
class Shown:
    """The settings of one table or figure, with every list filled in.

    Attributes
    ----------
    name : str
        Its name in the configuration, which is also its target.
    heading : Heading
        Title with its marks, and the limits of the numbers.
    tasks : mapping
        Task -> its title, its components, and n_atoms of each of them.
    components : mapping
        Component -> its name in print, in the order of the codes' columns.
    component : str or None
        The one shown component; None for the whole code.
    labels, algorithms : mapping
        Method -> its name in print; method -> its solver or encoder. Both are in the order of the figure or table.
    families : mapping
        Method -> the algorithm that it is a variant of.
    depths : sequence of int
    details : mapping
        Settings that only some kinds have: protocol, n_atoms, sample_page, and what a paper gives its own kinds.
    """

    name: str
    heading: Heading
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    component: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    algorithms: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    depths: Sequence[int] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """The task of a kind with one task."""
        return next(iter(self.tasks))

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods, in order."""
        return tuple(self.labels)


NAMES = ("tasks", "components", "component", "labels", "algorithms", "families", "depths", "details")
"""Names that the resolved settings of a job have for an output, `lsalsa.study.config.shown_settings`."""
