"""What types alone cannot see: names that refer to one another, lists that must fit, settings of plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lsalsa.errors import ConfigError, LsalsaError
from lsalsa.study.config import kinds
from lsalsa.study.config.messages import hint, unknown
from lsalsa.study.config.models import Method, Study, Task
from lsalsa.study.config.outputs import RESERVED, check_figures, check_notebooks, check_tables, check_targets


def faults(study: Study) -> list[str]:
    """One sentence per fault, in the order of the configuration."""
    return [fault for check in CHECKS for fault in check(study)]


def check_images(study: Study) -> Iterator[str]:
    """Every source exists and knows its settings."""
    for name, images in study.images.items():
        path = f"images.{name}"
        yield from unknown(f"{path}.source", images.source, "a source of images", kinds.sources())
        if images.source in kinds.sources():
            yield from _settings_of(f"{path}.settings", images.settings, f"the source {images.source}", images.source)


def _settings_of(path: str, given: Mapping[str, Any], owner: str, source: str) -> Iterator[str]:
    try:
        known = kinds.source_settings(source)
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    for key, value in given.items():
        if key not in known:
            yield f"{path}.{key} is not a setting of {owner}{hint(key, known)}"
        elif not _same_kind(value, known[key]):
            yield f"{path}.{key} must be like its default, {known[key]!r}, found {value!r}"
    if "path" in known and "path" not in given:
        yield f"{path}.path is missing; {owner} reads that file"


def _same_kind(value: Any, default: Any) -> bool:
    """True for a value of the type of the default; a whole number will do for a fraction, anything for no default."""
    if default is None:
        return True
    if isinstance(value, bool) or isinstance(default, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    return isinstance(value, int | float if isinstance(default, float) else type(default))


def check_components(study: Study) -> Iterator[str]:
    """Every component has images, and patches that fit into them."""
    for name, component in study.components.items():
        path = f"components.{name}"
        if name in RESERVED:
            yield f"{path} is a reserved name; call the component otherwise"
        yield from unknown(f"{path}.images", component.images, "a set of images", study.images)
        if component.patch_size > component.image_size:
            yield f"{path}.patch_size must be at most image_size ({component.image_size}), found {component.patch_size}"


def check_tasks(study: Study) -> Iterator[str]:
    """Every task adds components of one patch size, with one penalty each."""
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
        yield from _channels(study, path, task)
        for method in task.methods or ():
            yield from unknown(f"{path}.methods", method, "a method", study.methods)
        if isinstance(task.classifier.projection, dict):
            for component in task.classifier.projection:
                yield from unknown(
                    f"{path}.classifier.projection", component, f"a component of {name}", task.components
                )
        yield from _overrides(study, path, task)


def _channels(study: Study, path: str, task: Task) -> Iterator[str]:
    """Grey patches and patches in colour cannot be added."""
    images = [study.components[c].images for c in task.components if c in study.components]
    in_colour = {bool(study.images[name].settings.get("colour")) for name in images if name in study.images}
    if len(in_colour) > 1:
        yield f"{path}.components must be all grey or all in colour to be added, found both"


def _overrides(study: Study, path: str, task: Task) -> Iterator[str]:
    """Overrides are of methods that the task runs, and hold what such a method can have."""
    known = list(task.methods or study.methods)
    for method, override in task.overrides.items():
        where = f"{path}.overrides.{method}"
        yield from unknown(f"{path}.overrides", method, "a method of this task", known)
        kind = study.kind_of(method) if method in study.methods else ""
        if kind not in (*kinds.solvers(), *kinds.encoders()):
            continue
        if override.epochs is not None and not kinds.is_learned(kind):
            yield f"{where}.epochs is a setting of learned methods; {kind} is not learned"
        yield from _grid(where, override.search, kind)


def check_methods(study: Study) -> Iterator[str]:
    """Every method is of a kind that exists and searches settings that the kind has."""
    known = sorted({*kinds.solvers(), *kinds.encoders()})
    for name, method in study.methods.items():
        path, kind = f"methods.{name}", method.kind or name
        if kind in known:
            yield from _method_of_kind(path, method, kind)
        elif method.kind:
            yield from unknown(f"{path}.kind", kind, "a kind of method", known)
        else:
            yield f"{path} is not a kind of method{hint(name, known)} (another name needs a `kind`)"


def _method_of_kind(path: str, method: Method, kind: str) -> Iterator[str]:
    if not kinds.is_learned(kind):
        for key in sorted(method.model_fields_set & set(Method.learned_only)):
            yield f"{path}.{key} is a setting of learned methods; {kind} is not learned"
    yield from _grid(path, method.search, kind)
    if kinds.is_learned(kind) and "learning_rate" not in method.search:
        yield f"{path}.search.learning_rate is missing; {kind} is learned and needs at least one"


def _grid(path: str, search: Mapping[str, Sequence[Any]], kind: str) -> Iterator[str]:
    """Every searched setting is one that the kind has, every candidate fits it, and none is listed twice."""
    try:
        known = kinds.searchable(kind)
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    for key, candidates in search.items():
        if key not in known:
            yield f"{path}.search.{key} cannot be searched by {kind}{hint(key, known)}"
            continue
        for candidate in candidates:
            yield from _candidate(f"{path}.search.{key}", candidate, known[key])
        if len(set(candidates)) < len(candidates):
            yield f"{path}.search.{key} lists a candidate twice: {candidates}"


def _candidate(path: str, candidate: Any, default: Any) -> Iterator[str]:
    """Faults of one candidate against the kind of its default; without a default it is a number or null."""
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
    elif not 0 < candidate < float("inf"):
        yield f"{path} must list finite numbers above 0, found {candidate!r}"


def check_sc2net(study: Study) -> Iterator[str]:
    """The block `sc2net` names sets of images that are there."""
    for i, name in enumerate(study.sc2net.images if study.sc2net else ()):
        yield from unknown(f"sc2net.images[{i}]", name, "a set of images", study.images)


CHECKS: tuple[Callable[[Study], Iterator[str]], ...] = (
    check_images,
    check_components,
    check_tasks,
    check_methods,
    check_tables,
    check_figures,
    check_sc2net,
    check_notebooks,
    check_targets,
)


def missing_files(study: Study, root: Path) -> list[str]:
    """Sentences for files that the study names and that are not there: of the repository, and the user's images."""
    reference = {path.stem: path for path in (root / "workflow/reference").glob("*.csv")}
    pages = {path.stem: path for path in (root / "workflow/notebooks").glob("*.py")}
    found: list[str] = []
    for name, table in study.tables.items():
        if table.paper is not None:
            found += unknown(f"tables.{name}.paper", table.paper, "a file of workflow/reference", reference)
    if study.claims is not None:
        files = {path.stem: path for path in (root / "workflow/reference").glob("*.yaml")}
        found += unknown("claims", study.claims, "a file of workflow/reference", files)
    for name in study.notebooks:
        found += unknown(f"notebooks.{name}", name, "a file of workflow/notebooks", pages)
    return found + list(_missing_images(study))


def _missing_images(study: Study) -> Iterator[str]:
    """Sentences for sets of images whose files of the user are not there."""
    for name, images in study.images.items():
        try:
            kinds.source_files(images.source, images.settings, study.data_dir)
        except LsalsaError as error:
            yield f"images.{name}: {error}"
