"""What can be asked for by name on the command line, and the list of what failed."""

SPLITS = ("train", "validation", "labelled", "test")
DECLARED = {
    "tables": ("csv", "md", "tex", "html"),
    "figures": ("png", "svg"),
    "notebooks": ("ipynb", "html"),
}


def declared_targets():
    """Name of every declared table, figure and notebook -> its files."""
    targets = {name: files_of(section, name) for section in DECLARED for name in getattr(study, section)}
    if study.claims is not None:
        targets["claims"] = results("tables/claims.{suffix}", suffix=DECLARED["tables"])
    return targets | sc2net_targets()


def files_of(section, name):
    """Files of a table, a figure or a notebook."""
    return results(f"{section}/{name}.{{suffix}}", suffix=DECLARED[section])


def sc2net_targets():
    """Name of every table of SC2Net -> its files and those of its figure."""
    targets = {name: files_of("tables", name) for name in sc2net.tables_of(study.sc2net)}
    for name in sc2net.figures_of(study.sc2net):
        targets[name] = targets[name] + files_of("figures", name)
    return targets


def theory_targets():
    """`theory` and, where there are encoders to measure, `theory_premise` -> their files; nothing without the block."""
    if study.theory is None:
        return {}
    found = {"theory": ("checks", "theory", "theory_bounds")}
    if settings_of(study, "measure_premise")["cells"]:
        found["theory_premise"] = ("premise", "theory_premise", "theory_premise")
    return {
        name: results(f"theory/{rows}.parquet")
        + results(f"tables/{table}.{{suffix}}", suffix=("csv", "md", "html"))
        + results(f"figures/{figure}.{{suffix}}", suffix=DECLARED["figures"])
        for name, (rows, table, figure) in found.items()
    }


def everything():
    """Files of all tables, figures and notebooks, and of the theory; of everything else when none is declared."""
    targets = declared_targets() | theory_targets() or intermediate_targets()
    return [file for files in targets.values() for file in files]


def intermediate_targets():
    """Name of every intermediate result -> its files, e.g. `codes_digits`."""
    targets = {f"images_{name}": results(f"images/{name}.npz") for name in study.images}
    for name in study.components:
        targets[f"patches_{name}"] = results(f"patches/{name}.npz")
        targets[f"dictionary_{name}"] = results(f"dictionaries/{name}.{{suffix}}", suffix=("npz", "parquet"))
    for name in study.tasks:
        targets |= targets_of_task(name)
    return targets


def targets_of_task(name):
    """Intermediate results of one task."""
    methods = study.methods_of(name)
    found = chosen(name, methods, range(study.repetitions))
    return {
        f"signals_{name}": results(f"signals/{name}.npz"),
        f"codes_{name}": results(f"codes/{name}/{{split}}.npz", split=SPLITS) + results(f"problems/{name}.npz"),
        f"classifiers_{name}": results(f"classifiers/{name}.npz"),
        f"search_{name}": found["searches"],
        f"encoders_{name}": found["encoders"] + found["histories"],
        f"evaluation_{name}": results(f"evaluation/{name}/{{method}}.parquet", method=methods),
        f"timing_{name}": results(f"timing/{name}.parquet"),
        f"exact_{name}": results(f"exact/{name}.parquet"),
    }


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
