"""Which files a job reads, where that depends on the configuration."""


def results(pattern, **lists):
    """Paths of results, one per combination of the lists."""
    return expand(f"{RESULTS}/{pattern}", **lists)


def of_repository(path):
    """A file of the repository, named relative to the working folder, so that a copy of both is the same."""
    return os.path.relpath(ROOT / path)


def own_files(wildcards):
    """The file behind a set of images, when its source reads one: its setting `path`, under `data_dir`."""
    path = study.images[wildcards.images].settings.get("path")
    return {"file": str(Path(study.data_dir or "") / path)} if path else {}


def images_of_component(wildcards):
    """Images of a component."""
    return f"{RESULTS}/images/{study.components[wildcards.component].images}.npz"


def patches_of_task(wildcards):
    """Patches of the components of a task, in its order."""
    return results("patches/{component}.npz", component=study.tasks[wildcards.task].components)


def dictionaries_of_task(wildcards):
    """Dictionaries of the components of a task, in its order."""
    return results("dictionaries/{component}.npz", component=study.tasks[wildcards.task].components)


def repetitions(pattern):
    """Files of all repetitions of a training."""
    return expand(pattern, repetition=range(study.repetitions), allow_missing=True)


def trained(wildcards):
    """What was chosen for a method and, when it learns, its encoders: by depth, then by repetition."""
    return chosen(wildcards.task, [wildcards.method], range(study.repetitions))


def trained_for_task(wildcards):
    """The same for all methods of a task, of the first repetition; sorted, so that their order in the file is free."""
    return chosen(wildcards.task, sorted(study.methods_of(wildcards.task)), [0])


def chosen(task, methods, repetitions):
    """Searches of solvers; searches, histories and encoders of encoders, in the order of methods, depths, repetitions."""
    found = {"searches": [], "histories": [], "encoders": []}
    for method in methods:
        if method in SOLVERS:
            found["searches"] += results("search/{task}/{method}.parquet", task=task, method=method)
            continue
        cell = {"task": task, "method": method, "depth": study.methods[method].depths}
        found["searches"] += results("search/{task}/{method}/depth_{depth}.parquet", **cell)
        found["histories"] += results("encoders/{task}/{method}/depth_{depth}.parquet", **cell)
        pattern = "encoders/{task}/{method}/depth_{depth}/repetition_{repetition}.npz"
        found["encoders"] += results(pattern, **cell, repetition=repetitions)
    return found


def shown_in_table(wildcards):
    """What a table is made from."""
    table = study.tables[wildcards.table]
    methods = table.methods or study.methods_of(table.task)
    found = {"evaluation": results("evaluation/{task}/{method}.parquet", task=table.task, method=methods)}
    if table.kind == "classification":
        found["classifiers"] = f"{RESULTS}/classifiers/{table.task}.npz"
    if table.paper is not None:
        found["paper"] = of_repository(f"workflow/reference/{table.paper}.csv")
    return found


def shown_in_figure(wildcards):
    """What a figure is drawn from: the words of `lsalsa.study.figures.NEEDS`."""
    figure = study.figures[wildcards.figure]
    task, methods = figure.task, figure.methods or study.methods_of(figure.task)
    files = {
        "evaluation": results("evaluation/{task}/{method}.parquet", task=task, method=methods),
        "samples": results("evaluation/{task}/{method}_samples.npz", task=task, method=methods),
        "timing": f"{RESULTS}/timing/{task}.parquet",
        "classifiers": f"{RESULTS}/classifiers/{task}.npz",
        "problem": f"{RESULTS}/problems/{task}.npz",
        "signals": f"{RESULTS}/signals/{task}.npz",
        "codes": f"{RESULTS}/codes/{task}/test.npz",
        "patches": results("patches/{component}.npz", component=study.tasks[task].components),
    }
    return {word: files[word] for word in kinds.figure_needs(figure.kind)}


def source_of_notebook(wildcards):
    """The percent-format source of a notebook."""
    return of_repository(f"workflow/notebooks/{wildcards.notebook}.py")


def tables_of_notebook(wildcards):
    """Tables that a notebook tells about."""
    return results("tables/{table}.csv", table=study.notebooks[wildcards.notebook].tables)


def data_of_notebook(wildcards):
    """Patches, dictionaries and optimal codes of the tasks that a notebook describes."""
    tasks = study.notebooks[wildcards.notebook].tasks
    components = sorted({component for task in tasks for component in study.tasks[task].components})
    files = results("patches/{component}.npz", component=components)
    files += results("dictionaries/{component}.parquet", component=components)
    return files + results("codes/{task}/test.npz", task=tasks)


def figures_of_notebook(wildcards):
    """Figures that a notebook tells about."""
    return results("figures/{figure}.png", figure=study.notebooks[wildcards.notebook].figures)


def measured_for_premise(wildcards):
    """The LSALSA encoders of all tasks, and the problems that they were trained for."""
    cells = settings_of(study, "measure_premise")["cells"]
    pattern = "encoders/{task}/{method}/depth_{depth}/repetition_{repetition}.npz"
    tasks = dict.fromkeys(cell["task"] for cell in cells)
    return {
        "encoders": [file for cell in cells for file in results(pattern, **cell)],
        "problems": results("problems/{task}.npz", task=tasks),
    }
