"""Targets that the command line can name, and the list of failed jobs."""


def named_targets():
    """Return name -> files of every table, figure, notebook and intermediate result."""
    targets = files.declared_targets(study) | files.intermediate_targets(study)
    return {name: results(paths) for name, paths in targets.items()}


def everything():
    """Return the files of all tables, figures and notebooks; without any, those of all intermediate results."""
    targets = files.declared_targets(study) or files.intermediate_targets(study)
    return [path for paths in targets.values() for path in results(paths)]


def failures():
    """Return the file with one line per failed job."""
    return Path(RESULTS) / "logs" / "failures.txt"


def forget_failures():
    """Delete the list of the last run."""
    failures().unlink(missing_ok=True)


def list_failures():
    """List all failures at the end."""
    if failures().exists():
        print(f"\nFailed, see {failures()}:\n{failures().read_text()}", file=sys.stderr)
