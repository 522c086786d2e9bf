"""The files of the configuration, and the command line, which has the last word."""

import os
import sys
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.utils import update_config

ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from lsalsa.errors import LsalsaError
from lsalsa.study.command_line import command, dropped_options, typed
from lsalsa.study.config.origins import Origins
from lsalsa.study.yaml_files import check_file

if workflow.is_main_process and (dropped := "\n".join(dropped_options(sys.argv))):
    raise WorkflowError(dropped)


def checked(path):
    """Return a file of the configuration; stop with one sentence if it is none. Snakemake has read some before."""
    try:
        check_file(path)
    except LsalsaError as error:
        raise WorkflowError(str(error))
    return path


GIVEN = [(os.path.relpath(path), load_configfile(checked(path))) for path in workflow.overwrite_configfiles]
COMMAND_LINE = typed(dict(workflow.config_settings.config))

DEFAULT = []
if not any("study" in settings for _, settings in GIVEN):  # a preset is a whole study; without one, read config.yaml
    DEFAULT = ["config.yaml" if Path("config.yaml").is_file() else str(ROOT / "config.yaml")]

    configfile: checked(DEFAULT[0])


update_config(config, COMMAND_LINE)

ORIGINS = Origins(
    [
        *((os.path.relpath(path), load_configfile(path)) for path in DEFAULT),
        *GIVEN,
        *([("--config", COMMAND_LINE)] if COMMAND_LINE else []),
    ]
)


def repeated():
    """Return the command that makes one target of this study in the same way."""
    deployment = sorted(one.name.lower().replace("_", "-") for one in workflow.deployment_settings.deployment_method)
    if Path.cwd() == ROOT:
        files, elsewhere = [path for path, _ in GIVEN], ()
    else:
        files, elsewhere = [os.path.abspath(path) for path, _ in GIVEN], (workflow.main_snakefile, Path.cwd())
    return command(files, COMMAND_LINE, workflow.cores, deployment, elsewhere)
