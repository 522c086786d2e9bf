"""Targets that the command line can name, and the list of failed jobs."""


def named_targets():
    """Return name -> files of every table, figure, notebook and intermediate result."""
    targets = files.declared_targets(study) | files.explorer_target(study) | files.intermediate_targets(study)
    return {name: results(paths) for name, paths in targets.items()}


def everything(wildcards):
    """Return the files of all tables, figures and notebooks; without any, those of all intermediate results.

    All data must be there. Who names a target needs the data of that target only.
    """
    if faults := [f"{ORIGINS.of(fault)}: {fault}" for fault in missing_files(study)]:
        exit_with("\n".join(faults))
    targets = files.declared_targets(study) | files.explorer_target(study) or files.intermediate_targets(study)
    return [path for paths in targets.values() for path in results(paths)]


def logs(jobs):
    """Return the logs of some jobs."""
    return [Path(log) for one in jobs for log in one.log]


def plan():
    """Write down all jobs of this run before the first, for `snakemake status`."""
    own, now = workflow.dag.jobs, {id(one) for one in planned()}
    jobs = [
        {
            "name": " ".join([one.rule.name, *map(str, one.wildcards)]),
            "rule": one.rule.name,
            "wildcards": list(map(str, one.wildcards)),
            "log": str(one.log[0]),
            "benchmark": None if one.benchmark is None else str(one.benchmark),
            "outputs": list(map(str, one.output)),
            "planned": id(one) in now,
        }
        for one in own
        if one.log and one.output
    ]
    write_plan(RESULTS, jobs, workflow.cores or 1)


def planned():
    """Return the jobs of this run; another run of the study has other jobs."""
    return workflow.dag.needrun_jobs(exclude_finished=False)


def watch_jobs():
    """End what a killed run left running here, and let a SIGTERM to Snakemake reach the jobs; their state is kept."""
    if workflow.local_exec:
        end_orphans(logs(planned()))
        pass_on_sigterm(logs(planned()))


def list_failures():
    """List all failures of this run at the end; on a node of a cluster there is one job, and the controller lists it."""
    if not workflow.is_main_process:
        return
    try:
        record_unfinished(logs(planned()), logs(workflow.scheduler.failed))
    except LsalsaError as error:  # a full disk, as a rule
        logger.error(str(error))
    if told := failures_of(logs(planned())) + "".join(ENDINGS.unwritten):
        told = f"\nFailed, see {RESULTS}/logs/failures.txt:\n{told}"
        PROGRESS.write(told) if PROGRESS else print(told, file=sys.stderr)
