"""What each rule's jobs get: their settings, the plug-ins that belong to their code, the memory to reserve.

Settings and source code together identify a result. `job_settings` and `shown_settings` have one function per rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lsalsa.arrays import nearest
from lsalsa.study.config import job_settings as jobs
from lsalsa.study.config import memory, plugins
from lsalsa.study.config import shown_settings as shown
from lsalsa.study.config.job_settings import Resolved
from lsalsa.study.config.models import Study
from lsalsa.study.papers import papers

__all__ = ["RULES", "Resolved", "Rule", "known_rules", "memory_mb", "plugins_of", "rule_of", "settings_of"]


def _no_plugins(settings: Resolved) -> list[str]:
    return []


def _base_memory(study: Study, **wildcards: str) -> int:
    return memory.BASE_MB


@dataclass(frozen=True)
class Rule:
    """What the jobs of one rule get.

    Attributes
    ----------
    settings : callable
        (study, **wildcards) -> resolved settings.
    plugins : callable
        Settings -> modules that a job finds by their folder. They belong to its code; other files of the folder do not.
    memory : callable
        (study, **wildcards) -> megabytes.
    """

    settings: Callable[..., Resolved]
    plugins: Callable[[Resolved], list[str]] = _no_plugins
    memory: Callable[..., int] = _base_memory


def known_rules() -> dict[str, Rule]:
    """Return the rules of the engine and of all papers."""
    return RULES | {name: rule for paper in papers().values() for name, rule in paper.rules.items()}


def rule_of(name: str) -> Rule:
    """Return the rule of a name; raise ConfigError with the nearest name if there is none."""
    known = known_rules()
    if name not in known:
        raise nearest("rule", name, known)
    return known[name]


def settings_of(study: Study, rule: str, **wildcards: str) -> Resolved:
    """Resolve the settings of one job.

    Parameters
    ----------
    study : Study
    rule : str
    **wildcards : str
        Of the job.

    Returns
    -------
    settings : dict

    Raises
    ------
    ConfigError
        There is no such rule.
    """
    return rule_of(rule).settings(study, **wildcards)


def plugins_of(rule: str, settings: Resolved) -> list[str]:
    """Return the modules that a job finds by their folder."""
    return rule_of(rule).plugins(settings)


def memory_mb(study: Study, rule: str, **wildcards: str) -> int:
    """Estimate the memory to reserve for one job.

    Parameters
    ----------
    study : Study
    rule : str
    **wildcards : str
        Of the job.

    Returns
    -------
    megabytes : int

    Raises
    ------
    ConfigError
        There is no such rule.
    """
    return rule_of(rule).memory(study, **wildcards)


def _of_algorithm(settings: Resolved) -> list[str]:
    loss = settings.get("loss") or settings.get("fixed", {}).get("loss")
    return [plugins.module_of(settings["algorithm"]), *([f"lsalsa.losses.{loss}"] if loss else [])]


def _of_algorithms(settings: Resolved) -> list[str]:
    return sorted({plugins.module_of(method["algorithm"]) for method in settings["methods"].values()})


def _of_learning(settings: Resolved) -> list[str]:
    return [f"lsalsa.dictionary.{settings['method']}"]


def _of_kind(section: str) -> Callable[[Resolved], list[str]]:
    """Return the module of a kind of table or figure, and the modules that read its needs."""
    return lambda settings: [plugins.kinds(section)[settings["kind"]], *_readers(settings["needs"])]


def _readers(words: Iterable[str]) -> list[str]:
    """Return the modules of papers that read these words; every kind of claim reads claims."""
    owners = dict.fromkeys(word.rpartition(".")[0] for word in words if "." in word)
    claims = plugins.claim_modules() if "claims" in words else []
    return [*(f"papers.{paper}.paper" for paper in owners), *claims]


RULES: dict[str, Rule] = {
    "fetch_images": Rule(jobs.fetch_images, lambda s: [f"lsalsa.data.sources.{s['source']}"], memory.of_images),
    "cut_patches": Rule(jobs.cut_patches, memory=memory.of_component),
    "learn_dictionary": Rule(jobs.learn_dictionary, _of_learning, memory.of_dictionary),
    "make_signals": Rule(jobs.make_signals, memory=memory.of_signals),
    "optimal_codes": Rule(jobs.optimal_codes, memory=memory.of_task),
    "train_classifier": Rule(jobs.train_classifier, memory=memory.of_task),
    "search_solver": Rule(jobs.search_solver, _of_algorithm, memory.of_task),
    "search_encoder": Rule(jobs.search_encoder, _of_algorithm, memory.of_task),
    "train_encoder": Rule(jobs.train_encoder, _of_algorithm, memory.of_task),
    "evaluate": Rule(jobs.evaluate, _of_algorithm, memory.of_task),
    "measure_overlap": Rule(jobs.measure_overlap, memory=memory.of_task),
    "time_methods": Rule(jobs.time_methods, _of_algorithms, memory.of_task),
    "time_exact": Rule(jobs.time_exact, memory=memory.of_task),
    "make_table": Rule(shown.make_table, _of_kind("tables")),
    "make_figure": Rule(shown.make_figure, _of_kind("figures")),
    "make_explorer": Rule(shown.make_explorer),
    "render_notebook": Rule(shown.render_notebook),
}
