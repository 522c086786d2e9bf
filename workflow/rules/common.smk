"""What the rules share: the checked configuration, and what each job is told and needs."""

import os
import shutil
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "src"))

from lsalsa.errors import LsalsaError
from lsalsa.storage import check_writable
from lsalsa.study.config import kinds, load_study, sc2net
from lsalsa.study.config.disk import shortage
from lsalsa.study.config.memory import memory_mb
from lsalsa.study.config.resolve import plugins_of, settings_of
from lsalsa.study.provenance import code_hash

origin = ", ".join(os.path.relpath(path) for path in workflow.configfiles) or "--config"
try:
    study = load_study(config, origin=origin, root=ROOT)
except LsalsaError as error:
    raise WorkflowError(str(error))

config.update(dtype=study.dtype, device=study.device)

RESULTS = f"results/{study.study}"
GPU = 1 if study.device == "gpu" or (study.device == "auto" and shutil.which("nvidia-smi")) else 0
ENVIRONMENT = "../../envs/gpu.yaml" if GPU else "../../envs/cpu.yaml"
ENCODERS = [method for method in study.methods if kinds.is_learned(study.kind_of(method))]
SOLVERS = [method for method in study.methods if method not in ENCODERS]


if workflow.is_main_process and (told := shortage(study, Path(RESULTS))):
    logger.warning(told)


def check_results():
    """Refuse to start where the results cannot be written: before the first job, not after it."""
    try:
        check_writable(RESULTS)
    except LsalsaError as error:
        raise WorkflowError(str(error))


def lift_rate_limit():
    """Start jobs as soon as they can on this machine.

    For the sake of its limit of jobs a second Snakemake (9.x) looks through all waiting jobs again after every job
    done, over and over: with hundreds of jobs that takes a third of a core. A cluster keeps the limit.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def one_of(names):
    """Wildcard constraint: any of the names, nothing when there is none."""
    return "|".join(names) or "(?!)"


def settings(rule):
    """What a job is told: its resolved settings, as a function of its wildcards."""
    return lambda wildcards: settings_of(study, rule, **wildcards)


def code(rule):
    """Hash of the code behind a job, as a function of its wildcards."""
    script = ROOT / "scripts" / f"{rule}.py"
    return lambda wildcards: code_hash(script, *plugins_of(rule, settings_of(study, rule, **wildcards)))


def memory(rule):
    """Megabytes that a job needs, more at each attempt."""
    return lambda wildcards, attempt: attempt * memory_mb(study, rule, **wildcards)


def title(section):
    """Label in the report: the title of a table, figure or notebook."""
    return lambda wildcards: {"title": getattr(study, section)[wildcards[section[:-1]]].title}


pathvars:
    results=RESULTS,


wildcard_constraints:
    images=one_of(study.images),
    component=one_of(study.components),
    task=one_of(study.tasks),
    method=one_of(study.methods),
    table=one_of(study.tables),
    figure=one_of(study.figures),
    notebook=one_of(study.notebooks),
    depth=r"\d+",


report: "../report/workflow.rst"
