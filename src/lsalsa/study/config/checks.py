"""Checks beyond types: names that refer to one another, lists that must fit, settings of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.study.config import plugins
from lsalsa.study.config.blocks import Cutting, Dictionary, Method, Task
from lsalsa.study.config.image_sides import misfits, sides_of
from lsalsa.study.config.messages import hint, unknown
from lsalsa.study.config.models import Study
from lsalsa.study.config.outputs import (
    RESERVED,
    check_figures,
    check_labels,
    check_notebooks,
    check_tables,
    check_targets,
)

COUNTS = ("image_size", "crop", "per_image", "n_train", "n_test")
"""Settings of sources that are counts, or null; a setting means the same in every source that has it."""


def faults(study: Study, checks: Iterable[Callable[[Study], Iterator[str]]]) -> list[str]:
    """Return one sentence per fault, in the order of the checks."""
    return [fault for check in checks for fault in check(study)]


def check_images(study: Study) -> Iterator[str]:
    """Check that every source exists and knows its settings."""
    for name, images in study.images.items():
        path = f"images.{name}"
        yield from unknown(f"{path}.source", images.source, "a source of images", plugins.sources())
        if images.source in plugins.sources():
            yield from _settings_of(f"{path}.settings", images.settings, f"the source {images.source}", images.source)


def _settings_of(path: str, given: Mapping[str, Any], owner: str, source: str) -> Iterator[str]:
    try:
        known = plugins.source_settings(source)
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    for key, value in given.items():
        if key not in known:
            yield f"{path}.{key} is not a setting of {owner}{hint(key, known)}"
        elif key in COUNTS and value is not None and not _is_count(value):
            yield f"{path}.{key} must be a whole number of at least 1, found {value!r}"
        elif not _same_kind(value, known[key]):
            yield f"{path}.{key} must have the type of its default, {known[key]!r}, found {value!r}"
    if "path" in known and "path" not in given:
        yield f"{path}.path is missing; {owner} reads that file"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _same_kind(value: Any, default: Any) -> bool:
    """Return True for a value of the default's type; a whole number fits a fraction, anything fits None."""
    if default is None:
        return True
    if isinstance(value, bool) or isinstance(default, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    return isinstance(value, int | float if isinstance(default, float) else type(default))


def check_components(study: Study) -> Iterator[str]:
    """Check that every component has images, and patches that fit into them."""
    for name, component in study.components.items():
        path = f"components.{name}"
        if name in RESERVED:
            yield f"{path} is a reserved name; use another one"
        yield from _cutting(study, path, component, component.patch_size, f"{path}.patch_size")
        yield from _dictionary(f"{path}.dictionary", component.dictionary)


def _cutting(study: Study, path: str, cutting: Cutting, patch_size: int, key: str) -> Iterator[str]:
    """Check that images exist and have a size, in which a patch, whose size is the setting `key`, finds room."""
    yield from unknown(f"{path}.images", cutting.images, "a set of images", study.images)
    known = cutting.images in study.images and study.images[cutting.images].source in plugins.sources()
    if cutting.image_size is None and known:
        why = "the size of its images is known only when they are read" if cutting.resize == "none" else "resize asks"
        yield f"{path}.image_size is missing; {why}" + (" for one" if cutting.resize != "none" else "")
    elif cutting.image_size is not None and patch_size > cutting.image_size:
        yield f"{key} must be at most image_size ({cutting.image_size}), found {patch_size}"


def _dictionary(path: str, dictionary: Dictionary) -> Iterator[str]:
    """Check that the method exists, and that it has the settings that are its own."""
    if dictionary.method not in plugins.dictionary_methods():
        yield from unknown(f"{path}.method", dictionary.method, "a dictionary method", plugins.dictionary_methods())
        return
    try:
        method = plugins.dictionary_method(dictionary.method)
    except ConfigError as error:
        yield f"{path}.method: {error}"
        return
    known = {*Dictionary.model_fields, *method.settings}
    strange = [name for name in dictionary.own if name not in known]
    for name in strange:
        owners = [one for one in plugins.dictionary_methods() if name in plugins.dictionary_method(one).settings]
        if owners:
            yield f"{path}.{name} is a setting of the method {owners[0]}, but the method here is {dictionary.method}"
        else:
            yield f"{path}.{name} is not a setting of a dictionary{hint(name, known)}"
    if not strange:
        try:
            method.checked(dictionary.own)
        except LsalsaError as error:
            yield f"{path}: {error}"


def check_sizes(study: Study) -> Iterator[str]:
    """Check that images can be brought to the size that their component, or the mixtures, ask for."""
    for path, cutting in study.cuttings():
        source = study.images[cutting.images].source if cutting.images in study.images else None
        if source in plugins.sources() and (sides := sides_of(study, cutting.images)):
            yield from misfits(path, cutting, sides)


def check_tasks(study: Study) -> Iterator[str]:
    """Check that every task adds components of one patch size, with one penalty each."""
    for name, task in study.tasks.items():
        path = f"tasks.{name}"
        for component in task.components:
            yield from unknown(f"{path}.components", component, "a component", study.components)
        if len(set(task.components)) < len(task.components):
            yield f"{path}.components lists a component twice: {task.components}"
        if len(task.penalties) != len(task.components):
            expected = f"one entry per component ({len(task.components)})"
            yield f"{path}.penalties must have {expected}, found {len(task.penalties)}"
        sizes = {study.components[c].patch_size for c in task.components if c in study.components}
        if len(sizes) > 1:
            yield f"{path}.components must share one patch_size to be added, found {sorted(sizes)}"
        if task.mixtures is not None and len(sizes) == 1:
            key = f"components.{task.components[0]}.patch_size"
            yield from _cutting(study, f"{path}.mixtures", task.mixtures, min(sizes), key)
        yield from _channels(study, path, name)
        for method in task.methods or ():
            yield from unknown(f"{path}.methods", method, "a method", study.methods)
            if method in study.methods and name not in (study.methods[method].tasks or [name]):
                yield f"{path}.methods lists {method}, but methods.{method}.tasks does not list {name}"
        if isinstance(task.classifier.projection, dict):
            for component in task.classifier.projection:
                yield from unknown(
                    f"{path}.classifier.projection", component, f"a component of {name}", task.components
                )
        yield from _overrides(study, name, task)


def _channels(study: Study, path: str, name: str) -> Iterator[str]:
    """Check that a task does not add grey patches and patches in colour, nor codes one by the other."""
    if not set(study.tasks[name].components) <= set(study.components):
        return
    images = study.images_of_task(name)
    in_colour = {bool(study.images[name].settings.get("colour")) for name in images if name in study.images}
    subject = "components" if study.tasks[name].mixtures is None else "components and mixtures"
    if len(in_colour) > 1:
        yield f"{path}.{subject} must be all grey or all in colour to be added, found both"


def _overrides(study: Study, name: str, task: Task) -> Iterator[str]:
    """Check that overrides belong to methods of the task and have settings of these methods."""
    known = task.methods or [one for one, method in study.methods.items() if name in (method.tasks or [name])]
    path = f"tasks.{name}.overrides"
    for method, override in task.overrides.items():
        where = f"{path}.{method}"
        yield from unknown(path, method, "a method of this task", known)
        algorithm = study.algorithm_of(method) if method in study.methods else ""
        if algorithm not in (*plugins.solvers(), *plugins.encoders()):
            continue
        for key in ("epochs", "epochs_at"):
            if getattr(override, key) is not None and not plugins.is_learned(algorithm):
                yield f"{where}.{key} is a setting of learned methods; {algorithm} is not learned"
        yield from _grid(where, override.search, algorithm)


def check_methods(study: Study) -> Iterator[str]:
    """Check that every method's algorithm exists and has the settings that the method searches."""
    known = sorted({*plugins.solvers(), *plugins.encoders()})
    for name, method in study.methods.items():
        path, algorithm = f"methods.{name}", method.algorithm or name
        for task in method.tasks or ():
            yield from unknown(f"{path}.tasks", task, "a task", study.tasks)
        if algorithm in known:
            yield from _method(path, method, algorithm)
        elif method.algorithm:
            yield from unknown(f"{path}.algorithm", algorithm, "a solver or encoder", known)
        else:
            yield f"{path} is not a solver or encoder{hint(name, known)} (another name needs an `algorithm`)"
        if method.family is not None:
            yield from unknown(f"{path}.family", method.family, "a solver or encoder", known)


def _method(path: str, method: Method, algorithm: str) -> Iterator[str]:
    if not plugins.is_learned(algorithm):
        for key in sorted(method.model_fields_set & set(Method.learned_only)):
            yield f"{path}.{key} is a setting of learned methods; {algorithm} is not learned"
    yield from unknown(f"{path}.loss", method.loss, "a loss", plugins.losses())
    if method.choose_by == "rmse" and method.loss in plugins.losses() and not plugins.is_supervised(method.loss):
        reason = f"the loss {method.loss} does not know the optimal codes"
        yield f"{path}.choose_by must be objective or null, found rmse: {reason}"
    if method.loss in plugins.losses():
        for option in method.loss_options:
            yield from unknown(
                f"{path}.loss_options", option, f"an option of {method.loss}", plugins.options_of(method.loss)
            )
    yield from unknown(f"{path}.optimizer", method.optimizer, "an optimiser", plugins.optimizers())
    yield from _grid(path, method.search, algorithm)
    if plugins.is_learned(algorithm) and "learning_rate" not in method.search:
        yield f"{path}.search.learning_rate is missing; {algorithm} is learned and needs at least one"


def _grid(path: str, search: Mapping[str, Sequence[Any]], algorithm: str) -> Iterator[str]:
    """Check that the algorithm has every searched setting, every candidate fits it, and none is listed twice."""
    try:
        known = plugins.searchable(algorithm)
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    for key, candidates in search.items():
        if key not in known:
            yield f"{path}.search.{key} cannot be searched by {algorithm}{hint(key, known)}"
            continue
        for candidate in candidates:
            faults = [*_candidate(f"{path}.search.{key}", candidate, known[key])]
            if not faults and candidate is not None and (told := plugins.refused(algorithm, key, candidate)):
                faults = [f"{path}.search.{key} cannot list {candidate!r}: {told}"]
            yield from faults
        if len(set(candidates)) < len(candidates):
            yield f"{path}.search.{key} lists a candidate twice: {candidates}"


def _candidate(path: str, candidate: Any, default: Any) -> Iterator[str]:
    """Compare one candidate with the type of its default; without a default it must be a number or null."""
    if candidate is None:
        if default is not None:
            yield f"{path} must list values, found null"
    elif isinstance(default, str):
        if not isinstance(candidate, str):
            yield f"{path} must list words, found {candidate!r}"
    elif isinstance(candidate, bool | str):
        if not isinstance(default, bool) or isinstance(candidate, str):
            yield f"{path} must list numbers, found {candidate!r}"
    elif isinstance(default, int) and not isinstance(candidate, int):
        yield f"{path} must list whole numbers, found {candidate!r}"
    elif not abs(candidate) < float("inf"):
        yield f"{path} must list finite numbers, found {candidate!r}"


def check_papers(study: Study) -> Iterator[str]:
    """Let every paper check its own block."""
    for paper in study.active_papers():
        yield from paper.check(study)


BASE: tuple[Callable[[Study], Iterator[str]], ...] = (
    check_images,
    check_components,
    check_sizes,
    check_tasks,
    check_methods,
    check_papers,
)
"""Checks of what is computed; they run before the checks of what is shown."""

OUTPUTS: tuple[Callable[[Study], Iterator[str]], ...] = (
    check_labels,
    check_tables,
    check_figures,
    check_notebooks,
    check_targets,
)


def missing_files(study: Study) -> Iterator[str]:
    """Yield a sentence for each set of images, and whatever else papers need, whose files do not exist."""
    for name, images in study.images.items():
        try:
            plugins.source_files(images.source, images.settings, study.data_dir)
        except LsalsaError as error:
            yield f"images.{name}: {error}"
    for paper in study.active_papers():
        yield from paper.missing(study)
