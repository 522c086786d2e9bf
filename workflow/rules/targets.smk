"""What can be asked for by name on the command line, and the list of what failed."""


def named_targets():
    """Name of every table, figure, notebook and intermediate result -> its files."""
    targets = files.declared_targets(study) | files.intermediate_targets(study)
    return {name: results(paths) for name, paths in targets.items()}


def everything():
    """Files of all tables, figures and notebooks; of all intermediate results when none is declared."""
    targets = files.declared_targets(study) or files.intermediate_targets(study)
    return [path for paths in targets.values() for path in results(paths)]


def failures():
    """The file with one line per failed job."""
    return Path(RESULTS) / "logs" / "failures.txt"


def forget_failures():
    """A new run starts with no failures."""
    failures().unlink(missing_ok=True)


def list_failures():
    """Say at the end, in one place, what failed."""
    if failures().exists():
        print(f"\nFailed, see {failures()}:\n{failures().read_text()}", file=sys.stderr)
