"""Read what the explorer shows from the results of a study."""

from __future__ import annotations

from lsalsa.storage import read_arrays, read_rows
from lsalsa.study.explorer import Explored
from lsalsa.study.jobs.job import Job


def read_tasks(job: Job) -> list[Explored]:
    """Read every task of the job's settings.

    Parameters
    ----------
    job : Job
        Of the rule make_explorer: its inputs are in the order of the settings, tasks first, then their methods.

    Returns
    -------
    tasks : list of Explored
    """
    titles, tasks = job.params["components"], job.params["tasks"]
    pairs = [(task, method) for task, shown in tasks.items() for method in shown["labels"]]
    samples = dict(zip(pairs, job.input["samples"], strict=True))
    rows = dict(zip(pairs, job.input["rows"], strict=True))
    patches = dict(zip(titles, job.input["patches"], strict=True))
    of_task = zip(job.input["problems"], job.input["signals"], job.input["codes"], strict=True)
    return [
        Explored(
            title=shown["title"],
            components=[titles[name] for name in shown["components"]],
            keys=shown["components"],
            labels=shown["labels"],
            problem=read_arrays(problem),
            signals=read_arrays(signals),
            optimal=read_arrays(codes, ["codes"]),
            patches=[read_arrays(patches[name], ["test"]) for name in shown["components"]],
            samples={method: read_arrays(samples[task, method]) for method in shown["labels"]},
            rows={method: read_rows(rows[task, method]) for method in shown["labels"]},
        )
        for (task, shown), (problem, signals, codes) in zip(tasks.items(), of_task, strict=True)
    ]
