"""Inputs of jobs that depend on the configuration."""


def results(paths):
    """Return paths below the results of this study."""
    return [f"{RESULTS}/{path}" for path in paths]


def of_repository(path):
    """Return a file of the repository relative to the working folder, so that a copy of both gives the same path."""
    return os.path.relpath(ROOT / path)


def content_of_images(wildcards):
    """Return a hash of the user's files of a set of images, wherever they lie; nothing for a download."""
    images = study.images[wildcards.images]
    found = lambda: plugins.source_files(images.source, images.settings, study.data_dir)
    return content_of(own_or_exit(found, f"images.{wildcards.images}"), images.settings.get("path"))


def content_of(paths, path=None):
    """Return a hash of files in `data_dir`, or of the file or folder that a setting `path` names.

    They are no inputs of a rule: Snakemake would take the same files in another folder for new ones, and braces in the
    name of a folder for a wildcard.
    """
    place = Path(study.data_dir or "")
    try:
        return fingerprint(map(Path, paths), place if path is None else (place / path).parent)
    except LsalsaError as error:
        exit_with(str(error))


def own_or_exit(files, name=""):
    """Return the user's files; stop with one sentence on a part of the configuration if they are not there."""
    try:
        return [str(path) for path in files()]
    except LsalsaError as error:
        exit_with(f"{name}: {error}" if name else str(error))


def images_of_component(wildcards):
    """Return the images of a component."""
    return f"{RESULTS}/images/{study.components[wildcards.component].images}.npz"


def patches_of_task(wildcards):
    """Return the patches of the components of a task, in its order."""
    return results(f"patches/{component}.npz" for component in study.tasks[wildcards.task].components)


def true_patches_of_task(wildcards):
    """Return the patches of a task's true sources; none where its mixtures are given."""
    return [] if study.tasks[wildcards.task].mixtures else patches_of_task(wildcards)


def sources_of_signals(wildcards):
    """Return what the signals of a task are made from: patches of its components, or the images of given mixtures."""
    mixtures = study.tasks[wildcards.task].mixtures
    if mixtures:
        return {"images": f"{RESULTS}/images/{mixtures.images}.npz"}
    return {"patches": patches_of_task(wildcards)}


def dictionaries_of_task(wildcards):
    """Return the dictionaries of the components of a task, in its order."""
    return results(f"dictionaries/{component}.npz" for component in study.tasks[wildcards.task].components)


def classifiers_of_task(wildcards):
    """Return the classifiers of a task, if a table or figure needs them."""
    task = wildcards.task
    return results([f"classifiers/{task}.npz"] if task in needs.classified_tasks(study) else [])


def repetitions(pattern):
    """Return the files of all repetitions of a training."""
    return expand(pattern, repetition=range(study.repetitions), allow_missing=True)


def trained(wildcards):
    """Return the search of a method and, if it learns, its encoders: by depth, then by repetition."""
    return _trained(wildcards.task, [wildcards.method], range(study.repetitions))


def trained_for_task(wildcards):
    """Return the same for all methods of a task, first repetition only. Sorted: the order in the configuration is free."""
    return _trained(wildcards.task, sorted(study.methods_of(wildcards.task)), [0])


def _trained(*names):
    return {name: results(paths) for name, paths in files.trained(study, *names).items()}


def made_from(section):
    """Return the needs of a table or figure and the images behind them, as a function of its wildcards."""

    def of_output(wildcards):
        output = getattr(study, section)[wildcards[section[:-1]]]
        found = {"images": results(f"images/{name}.npz" for name in needs.images_of(study, section, output))}
        for word in needs.words_of(study, section, output):
            need = needs.need(word)
            paths = need.files(study, output)
            if paths:
                found[needs.key(word)] = [of_repository(p) for p in paths] if need.of_repository else results(paths)
        return found

    return of_output


def source_of_notebook(wildcards):
    """Return the percent-format source of a notebook."""
    return of_repository(plugins.notebooks()[wildcards.notebook].relative_to(ROOT))


def tables_of_notebook(wildcards):
    """Return the tables that a notebook reads."""
    return results(f"tables/{name}.csv" for name in study.notebooks[wildcards.notebook].tables)


def figures_of_notebook(wildcards):
    """Return the figures that a notebook shows."""
    return results(f"figures/{name}.png" for name in study.notebooks[wildcards.notebook].figures)


def data_of_notebook(wildcards):
    """Return patches, dictionaries and optimal codes of the tasks that a notebook describes."""
    tasks = study.notebooks[wildcards.notebook].tasks
    components = sorted({component for task in tasks for component in study.tasks[task].components})
    paths = [f"patches/{name}.npz" for name in components] + [f"dictionaries/{name}.parquet" for name in components]
    return results(paths + [f"codes/{task}/test.npz" for task in tasks])


def shown_by_explorer(wildcards):
    """Return what the explorer shows, in the order of its settings: tasks first, then their methods."""
    explored = needs.explored(study)
    pairs = [(task, method) for task, methods in explored.items() for method in methods]
    components = list(dict.fromkeys(name for task in explored for name in study.tasks[task].components))
    images = sorted({name for task in explored for name in study.images_of_task(task)})
    parts = sorted(ROOT.glob("src/lsalsa/study/explorer/page.*"))  # the hash of the source code covers Python only
    return {
        "parts": [of_repository(path.relative_to(ROOT)) for path in parts],
        "images": results(f"images/{name}.npz" for name in images),
        "patches": results(f"patches/{name}.npz" for name in components),
        "problems": results(f"problems/{task}.npz" for task in explored),
        "signals": results(f"signals/{task}.npz" for task in explored),
        "codes": results(f"codes/{task}/test.npz" for task in explored),
        "rows": results(f"evaluation/{task}/{method}.parquet" for task, method in pairs),
        "samples": results(f"evaluation/{task}/{method}_samples.npz" for task, method in pairs),
    }
