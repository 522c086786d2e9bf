"""Input of a kind of table or figure: the results that it needs, and what to show of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lsalsa.study.heading import Heading, devices_in, extents_of, heading
from lsalsa.study.jobs.job import Job
from lsalsa.study.needs import read_needs
from lsalsa.study.shown import NAMES, Shown


def read_output(job: Job, name: str) -> tuple[dict[str, Any], Shown]:
    """Read the needs of a job's kind, and what the table or figure shows.

    Parameters
    ----------
    job : Job
        Of the rule make_table or make_figure.
    name : str
        Of the table or figure.

    Returns
    -------
    data : dict
        Word -> content, `lsalsa.study.needs`.
    shown : Shown
        Its heading marks partial data, a reduced study, and a device other than the CPU.
    """
    p = job.params
    shown = Shown(name, Heading(p["title"]), **{one: p[one] for one in NAMES})
    data = read_needs(p["needs"], dict(job.input.items()), shown)
    head = heading(p["title"], extents_of(job.input["images"]), p["reduced"], devices_in(data.values()))
    return data, replace(shown, heading=head)
