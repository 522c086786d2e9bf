"""From images to tables, figures, notebooks and a report: learned sparse coding, one study per configuration."""

from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/settings.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/targets.smk"


rule all:
    """Everything that the configuration and its papers declare."""
    input:
        everything,


include: "workflow/rules/data.smk"
include: "workflow/rules/dictionaries.smk"
include: "workflow/rules/codes.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/explorer.smk"
include: "workflow/rules/notebooks.smk"


for paper in study.active_papers():
    if paper.rules:

        include: f"papers/{paper.name}/rules.smk"


include: "workflow/rules/by_name.smk"


onstart:
    check_results()
    lift_rate_limit()
    watch_jobs()
    forget_failures(logs(planned()))
    plan()


onerror:
    list_failures()
