"""Which files a job reads, where that depends on the configuration."""


def results(pattern, **lists):
    """Paths of results, one per combination of the lists."""
    return expand(f"{RESULTS}/{pattern}", **lists)


def of_repository(path):
    """A file of the repository, named relative to the working folder, so that a copy of both is the same."""
    return os.path.relpath(ROOT / path)


def own_files(wildcards):
    """Files of the user behind a set of images: those of `data_dir`, or of the setting `path`; none for a download."""
    images = study.images[wildcards.images]
    return [str(path) for path in kinds.source_files(images.source, images.settings, study.data_dir)]


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
        cell = {"task": task, "method": method, "depth": study.method_of(task, method).depths}
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
    found["images"] = images_of_output(table)
    if table.kind == "classification":
        found["classifiers"] = f"{RESULTS}/classifiers/{table.task}.npz"
    if table.paper is not None:
        found["paper"] = of_repository(f"workflow/reference/{table.paper}.csv")
    return found


def judged(wildcards):
    """What the claims are held against: everything measured in any task, and the theory where the study checks it."""
    tasks = list(study.tasks)
    found = {
        "claims": of_repository(f"workflow/reference/{study.claims}.yaml"),
        "evaluation": [file for task in tasks for file in targets_of_task(task)[f"evaluation_{task}"]],
        "timing": results("timing/{task}.parquet", task=tasks),
        "codes": results("codes/{task}/test.npz", task=tasks),
        "classifiers": results("classifiers/{task}.npz", task=tasks),
    }
    if study.theory is not None:
        found["theory"] = f"{RESULTS}/theory/checks.parquet"
        if settings_of(study, "measure_premise")["cells"]:
            found["premise"] = f"{RESULTS}/theory/premise.parquet"
    if study.sc2net is not None:
        arms = [
            arm for table in ("sc2net_table_1", "sc2net_penalty") for arm in sc2net.arms_of_table(study.sc2net, table)
        ]
        found["sc2net"] = results(
            "sc2net/arms/{images}/{arm}.parquet", images=study.sc2net.images, arm=dict.fromkeys(arms)
        )
    return found


def shown_in_figure(wildcards):
    """What a figure is drawn from: the words of `lsalsa.study.figures.NEEDS`, and the images behind it."""
    figure = study.figures[wildcards.figure]
    tasks, components = figure.named_tasks(), study.components_of(figure)
    shown, first = study.methods_shown(figure), (tasks or [None])[0]
    runs = [(task, method) for task in tasks for method in shown if method in study.methods_of(task)]
    files = {
        "evaluation": [f"{RESULTS}/evaluation/{task}/{method}.parquet" for task, method in runs],
        "samples": [f"{RESULTS}/evaluation/{task}/{method}_samples.npz" for task, method in runs],
        "timing": results("timing/{task}.parquet", task=tasks),
        "exact": f"{RESULTS}/exact/{first}.parquet",
        "classifiers": f"{RESULTS}/classifiers/{first}.npz",
        "problem": f"{RESULTS}/problems/{first}.npz",
        "problems": results("problems/{task}.npz", task=tasks),
        "signals": f"{RESULTS}/signals/{first}.npz",
        "codes": f"{RESULTS}/codes/{first}/test.npz",
        "all_codes": results("codes/{task}/test.npz", task=tasks),
        "patches": results("patches/{component}.npz", component=components),
        "dictionaries": results("dictionaries/{component}.npz", component=components),
    }
    found = {word: files[word] for word in kinds.figure_needs(figure.kind)}
    return found | {"images": images_of_output(figure)}


def images_of_output(output):
    """Images behind a table or figure, which say whether they are complete."""
    names = {study.components[component].images for component in study.components_of(output)}
    return results("images/{images}.npz", images=sorted(names))


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


def dictionary_of_arm(wildcards):
    """The dictionaries that an arm works with."""
    arm = sc2net.arms_of(study.sc2net)[wildcards.arm]
    return f"{RESULTS}/sc2net/dictionaries/{wildcards.images}/{arm['dictionary']}.npz"


def rows_of_sc2net(name, suffix):
    """Rows of every arm and set of images that a table or figure shows, or of the recovery of supports."""
    if name == "sc2net_support":
        return [] if suffix else [f"{RESULTS}/sc2net/support.parquet"]
    arms = sc2net.arms_of_table(study.sc2net, name)
    return results(f"sc2net/arms/{{images}}/{{arm}}{suffix}.parquet", images=study.sc2net.images, arm=arms)


def images_of_sc2net(name):
    """The sets of images behind a table or figure, which say how complete they are."""
    return [] if name == "sc2net_support" else results("images/{images}.npz", images=study.sc2net.images)
