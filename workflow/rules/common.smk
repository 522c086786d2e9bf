"""Common parts of the rules: the checked configuration, and what each job gets."""

import shutil

from snakemake.settings.types import DeploymentMethod

from lsalsa.errors import LsalsaError
from lsalsa.storage import check_writable
from lsalsa.study import files, needs
from lsalsa.study.config import plugins
from lsalsa.study.config.checks import missing_files
from lsalsa.study.config.disk import shortage
from lsalsa.study.config.rules import memory_mb, plugins_of, settings_of
from lsalsa.study.jobs.clock import dated_ahead
from lsalsa.study.jobs.endings import Endings
from lsalsa.study.jobs.failures import failures_of, forget_failures, record_unfinished
from lsalsa.study.jobs.progress import show_progress
from lsalsa.study.jobs.status import status_of, told, write_plan
from lsalsa.study.jobs.stopping import end_orphans, pass_on_sigterm
from lsalsa.study.load import load_study
from lsalsa.study.papers import show_sources
from lsalsa.study.provenance.fingerprint import fingerprint
from lsalsa.study.provenance.source_hash import hash_of

show_sources()
try:
    study = load_study(config, origins=ORIGINS, root=ROOT)
except LsalsaError as error:
    raise WorkflowError(str(error))

METHODS = workflow.deployment_settings.deployment_method
IMAGE = ROOT / "study.sif"
RESULTS = f"results/{study.study}"
if workflow.is_main_process and "status" in sys.argv[1:]:
    # Here, not in a rule: a rule would wait for the lock of the run that one asks about, and would need --cores.
    try:
        print(told(status_of(RESULTS)))
    except LsalsaError as error:
        raise WorkflowError(str(error))
    sys.exit(0)

if workflow.is_main_process and DeploymentMethod.CONDA in METHODS and not shutil.which("conda"):
    raise WorkflowError(
        "--use-conda needs the program conda, which is not on the PATH: install Miniforge (conda-forge.org/download), or "
        "leave the option out; every job then runs in the environment of `make setup`"
    )

if DeploymentMethod.APPTAINER in METHODS:
    if not IMAGE.is_file():
        raise WorkflowError(f"there is no image {IMAGE}; build it: apptainer build {IMAGE.name} envs/lsalsa.def")

    container: str(IMAGE)


config.update(dtype=study.dtype, device=study.device, command=repeated())

ENDINGS = Endings(last_word=workflow.is_main_process)
logger.addHandler(ENDINGS)
PROGRESS = show_progress(logger, workflow.output_settings) if workflow.is_main_process else None
if workflow.is_main_process:
    logger.info(f"Study {study.study}: {ORIGINS}; its results are in {RESULTS}.")
GPU = 1 if study.device == "gpu" or (study.device == "auto" and shutil.which("nvidia-smi")) else 0
CPU_ENVIRONMENT = "../../envs/cpu.yaml"  # of rules that never use a GPU, whether there is one or not
ENVIRONMENT = "../../envs/gpu.yaml" if GPU else CPU_ENVIRONMENT
ENCODERS = [method for method in study.methods if plugins.is_learned(study.algorithm_of(method))]
SOLVERS = [method for method in study.methods if method not in ENCODERS]


if workflow.is_main_process and (warning := shortage(study, Path(RESULTS))):
    logger.warning(warning)


def exit_with(message):
    """Stop without a traceback, which Snakemake shows for every error in an input function; it lets this exit pass."""
    logger.error(message)
    sys.exit(1)


def check_results():
    """Stop before the first job if the results cannot be written, or Snakemake would not take them."""
    try:
        check_writable(RESULTS)
    except LsalsaError as error:
        raise WorkflowError(str(error))
    if told := dated_ahead(path for one in planned() for path in one.input):
        raise WorkflowError(told)


def lift_rate_limit():
    """Start jobs as soon as they can on this machine.

    To enforce its limit of jobs per second, Snakemake 9 rescans all waiting jobs after every finished job. With hundreds
    of jobs this takes a third of a core. A cluster keeps the limit.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def one_of(names):
    """Return a wildcard constraint: any of the names, or nothing if there is none."""
    return "|".join(names) or "(?!)"


def settings(rule):
    """Return the resolved settings of a job, as a function of its wildcards."""
    return lambda wildcards: settings_of(study, rule, **wildcards)


def source_hash(rule, source=None):
    """Return the hash of a job's source code, as a function of its wildcards.

    The hash covers the imports of the rule's script. `source` maps the wildcards to a further file whose imports count.
    """

    def of_job(wildcards):
        own = [] if source is None else [source(wildcards)]
        script = next(path for path in SCRIPTS if path.stem == rule)
        return hash_of([script, *own], plugins_of(rule, settings_of(study, rule, **wildcards)))

    return of_job


def memory(rule):
    """Return the megabytes that a job needs; each further attempt gets more."""
    return lambda wildcards, attempt: attempt * memory_mb(study, rule, **wildcards)


def title(section):
    """Return the label in the report: the title of a table or figure."""
    return lambda wildcards: {"title": getattr(study, section)[wildcards[section[:-1]]].title}


def chapter(wildcards):
    """Return the label of a notebook in the report, which sorts labels as words: its place in the reading order."""
    names = sorted(study.notebooks)
    place = f"{names.index(wildcards.notebook) + 1:0{len(str(len(names)))}d}"
    return {"title": f"{place}. {study.notebooks[wildcards.notebook].title}"}


CATEGORIES = {  # the report sorts them as words
    "notebooks": "1. Chapters",
    "explorer": "2. Explorer",
    "figures": "3. Figures",
    "tables": "4. Tables",
}
SCRIPTS = [*ROOT.glob("scripts/*.py"), *ROOT.glob("papers/*/scripts/*.py")]


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
