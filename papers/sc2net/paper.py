"""The SC2Net paper in the study: what its rules get, its tables and figures, and what they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lsalsa.study.config import memory
from lsalsa.study.config.messages import unknown
from lsalsa.study.config.rules import Resolved, Rule
from lsalsa.study.needs import Need, rows_of_all
from lsalsa.study.papers import Paper
from lsalsa.study.work import Work
from papers.sc2net.settings import SC2Net
from papers.sc2net.variants import variants_of, variants_of_table

TITLES = {
    "table_1": "SC2Net, Table 1: classification from the codes of whole images",
    "units": "SC2Net: adaptive ISTA, and SLSTM part by part",
    "convergence": "SC2Net: objective over the steps",
    "targets": "SC2Net: codes that LISTA learns from",
    "depth": "SC2Net: number of steps of SLSTM",
    "penalty": "SC2Net: weight of the l1 norm",
    "leak": "SC2Net: growing atoms",
    "dictionary": "SC2Net: the dictionary as released",
    "support": "SC2Net: recovery of the support of synthetic codes",
}
"""Kind of every table -> its title. All but the last show variants. The target is sc2net_<kind>."""

FIGURES = ("convergence", "depth", "penalty", "leak", "support")
JUDGED = ("table_1", "units", "convergence", "targets", "penalty")
"""Tables whose variants judge the paper's claims."""


def tables_of(block: SC2Net) -> list[str]:
    """Return the kinds of the tables that a block asks for."""
    return [kind for kind in TITLES if variants_of_table(block, kind) or (kind == "support" and block.support)]


# --- rules -------------------------------------------------------------------------------------------------------


def learn_sc2net_dictionary(study: Any, images: str, dictionary: str) -> Resolved:
    """Resolve how the dictionaries of a set of images are learned.

    Parameters
    ----------
    study : Study
    images : str
    dictionary : {"fitted", "as_released"}
        With the fitted penalty, or with that of the paper's code.

    Returns
    -------
    settings : dict
    """
    block, fitted = study.sc2net, study.sc2net.dictionary
    alpha = fitted.alpha if dictionary == "fitted" else fitted.alpha_as_released
    names = ("n_train", "batch_size", "epochs")
    chosen = {name: getattr(fitted, name) for name in names}
    return {"alpha": alpha, "n_atoms": block.n_atoms, "repetitions": block.repetitions, **chosen, "seed": study.seed}


def run_sc2net_variant(study: Any, images: str, variant: str) -> Resolved:
    """Resolve a variant, the training of its networks and the classification of its codes.

    Parameters
    ----------
    study : Study
    images : str
    variant : str

    Returns
    -------
    settings : dict
    """
    block = study.sc2net
    resolved = variants_of(block)[variant]
    chosen = {name: getattr(block, name) for name in ("draws", "n_fitted", "n_scored", "classifier_c")}
    repetitions = 1 if resolved["method"] == "raw" else block.repetitions  # nothing is random on the official split
    return {
        **resolved,
        **chosen,
        "repetitions": repetitions,
        "training": block.training.model_dump(),
        "seed": study.seed,
    }


def follow_sc2net_solvers(study: Any, images: str) -> Resolved:
    """Resolve at which iterations the objective of the solvers is computed."""
    block = study.sc2net
    chosen = {"iterations": block.convergence.iterations, "penalty": block.penalty}
    return {**chosen, "repetitions": block.repetitions, "seed": study.seed}


def recover_sc2net_support(study: Any) -> Resolved:
    """Resolve how synthetic codes are made and recovered."""
    block = study.sc2net
    return {**block.support.model_dump(), "repetitions": block.repetitions, "seed": study.seed}


def _plugins_of_variant(settings: Resolved) -> list[str]:
    """Return the modules of solvers, encoders and losses that a variant finds by name."""
    folder = {"ista": "solvers", "fista": "solvers", "raw": "", "converged": ""}.get(settings["method"], "encoders")
    loss = [f"lsalsa.losses.{settings['loss']}"] if settings["loss"] else []
    return [*([f"lsalsa.{folder}.{settings['method']}"] if folder else []), *loss]


def _memory_of_images(study: Any, images: str, **_: str) -> int:
    return 2 * memory.of_images(study, images)


RULES = {
    "learn_sc2net_dictionary": Rule(learn_sc2net_dictionary, memory=_memory_of_images),
    "run_sc2net_variant": Rule(run_sc2net_variant, _plugins_of_variant, _memory_of_images),
    "follow_sc2net_solvers": Rule(
        follow_sc2net_solvers, lambda _: ["lsalsa.solvers.fista", "lsalsa.solvers.ista"], _memory_of_images
    ),
    "recover_sc2net_support": Rule(recover_sc2net_support, lambda _: ["lsalsa.solvers.fista", "lsalsa.solvers.ista"]),
}


# --- what is shown -----------------------------------------------------------------------------------------------


def outputs(study: Any) -> dict[str, Any]:
    """Return the diagram of the paper, a table for each sweep of the block, a figure for most of them, the notebook."""
    kinds = tables_of(study.sc2net)
    tables: dict[str, Any] = {f"sc2net_{kind}": {"title": TITLES[kind], "kind": f"sc2net.{kind}"} for kind in kinds}
    diagram = {"sc2net_figure_1": {"title": "SC2Net, Figure 1: the network and its unit", "kind": "sc2net.diagram"}}
    figures = diagram | {name: block for name, block in tables.items() if name.removeprefix("sc2net_") in FIGURES}
    tables["sc2net_table_1"] = tables["sc2net_table_1"] | {"published": "sc2net/table_1"}
    notebook = {"title": "SC2Net: a sparse code from a recurrent network", "tables": [*tables, "claims"]}
    return {"tables": tables, "figures": figures, "notebooks": {"09_sc2net": {**notebook, "figures": [*figures]}}}


def _kinds_behind(output: Any) -> Sequence[str]:
    """Return the sweeps of a table or figure: its own, or those that judge the claims."""
    paper, _, kind = output.kind.rpartition(".")
    return (kind,) if paper else JUDGED


def _files(suffix: str) -> Callable[[Any, Any], list[str]]:
    def files(study: Any, output: Any) -> list[str]:
        block = study.sc2net
        names = dict.fromkeys(name for kind in _kinds_behind(output) for name in variants_of_table(block, kind))
        return [f"sc2net/variants/{images}/{name}{suffix}.parquet" for images in block.images for name in names]

    return files


def _images(study: Any, output: Any) -> list[str]:
    return study.sc2net.images


def _followed(study: Any, output: Any) -> list[str]:
    """Return the solvers' objectives over their iterations, if the study follows them."""
    block = study.sc2net
    return [f"sc2net/solvers/{images}.parquet" for images in block.images] if block.convergence else []


NEEDS = {
    "variants": Need(_files(""), rows_of_all, _images),
    "solvers": Need(_followed, rows_of_all, _images),
    "histories": Need(_files("_history"), rows_of_all, _images),
    "support": Need(lambda study, output: ["sc2net/support.parquet"], rows_of_all),
}


def shown(study: Any, output: Any) -> Resolved:
    """Return the order of the variants in a table or figure."""
    return {"variants": variants_of_table(study.sc2net, _kinds_behind(output)[0])}


def check(study: Any) -> Iterator[str]:
    """Check that the block names existing sets of images, each once."""
    names = study.sc2net.images
    for i, name in enumerate(names):
        yield from unknown(f"sc2net.images[{i}]", name, "a set of images", study.images)
    if len(set(names)) < len(names):
        yield f"sc2net.images lists a set twice: {names}"


def work(study: Any) -> Iterator[Work]:
    """Yield the work of the variants."""
    from papers.sc2net.work import work_of  # takes a while to import, which a dry run shall not wait for

    return work_of(study)


PAPER = Paper(
    name="sc2net",
    title="SC2Net",
    settings=SC2Net,
    outputs=outputs,
    rules=RULES,
    needs=NEEDS,
    facts=("variants", "solvers"),
    shown=shown,
    check=check,
    work=work,
)
