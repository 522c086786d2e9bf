"""Read the claims of a file. Each must be complete, of a known kind, and have its own id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from lsalsa.arrays import nearest
from lsalsa.errors import ConfigError
from lsalsa.study.claims.base import Claim
from lsalsa.study.claims.orderings import Best
from lsalsa.study.claims.winners import Winners
from lsalsa.study.config import plugins
from lsalsa.study.config.fields import Settings
from lsalsa.study.config.messages import sentences
from lsalsa.study.yaml_files import read_yaml


@cache
def kinds() -> dict[str, type[Claim]]:
    """Return kind -> class: the kinds of the engine, and those of each paper's ``claims.py``."""
    found: dict[str, type[Claim]] = {}
    for module in plugins.claim_modules():
        for one in vars(import_module(module)).values():
            if isinstance(one, type) and issubclass(one, Claim) and one.__module__ == module:
                (name,) = get_args(one.model_fields["kind"].annotation)
                found[name] = one
    return found


def read_claims(path: str | Path) -> list[Claim]:
    """Read a paper's ``claims.yaml``.

    Parameters
    ----------
    path : path

    Returns
    -------
    claims : list of Claim
        In the order of the file. An entry of the kind `winners_of` gives one claim for each row of a printed table.

    Raises
    ------
    ConfigError
        One line per fault: a kind or setting that is unknown, a setting that is missing, an id that two claims have.
    """
    claims: list[Claim] = []
    faults: list[str] = []
    for number, block in enumerate(_blocks(Path(path)), start=1):
        owner = f"{path}: {block.get('id', f'claim {number}')}"
        try:
            claims += _claims(block, Path(path).parent)
        except ValidationError as error:
            faults += [f"{owner}: {sentence}" for sentence in sentences(error, _entries()[block["kind"]])]
        except ConfigError as error:
            faults.append(f"{owner}: {error}")
    faults += [f"{path}: two claims have the id {name}" for name in _twice([claim.id for claim in claims])]
    if faults:
        raise ConfigError("\n".join(faults))
    return claims


def _blocks(path: Path) -> list[Mapping[str, Any]]:
    """Return the entries of a file, each with the name of its paper: the folder's name."""
    content = read_yaml(path)
    blocks = content.get("claims") if isinstance(content, Mapping) else None
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        raise ConfigError(f"{path} must have a list of claims under the key claims, each with its settings")
    paper = path.resolve().parent.name
    return [{"paper": paper, **block} for block in blocks]


def _entries() -> dict[str, type[Settings]]:
    """Return kind -> class of every entry that a file may have: the kinds of claims, and `winners_of`."""
    return {**kinds(), "winners_of": Winners}


def _claims(block: Mapping[str, Any], folder: Path) -> list[Claim]:
    kind = str(block.get("kind"))
    if kind not in _entries():
        raise nearest("kind of claim", kind, _entries())
    if kind == "winners_of":
        return [Best.model_validate(one) for one in Winners.model_validate(block).claims(folder)]
    return [kinds()[kind].model_validate(block)]


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
