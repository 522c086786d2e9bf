"""Check claims together with the configuration, before any job: a misspelt name is a fault, not an untestable claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lsalsa.errors import ConfigError
from lsalsa.study.claims.base import Claim, references
from lsalsa.study.claims.read import read_claims
from lsalsa.study.config.messages import hint
from lsalsa.study.config.models import Study
from lsalsa.study.yaml_files import read_yaml

SECTIONS = ("tasks", "components", "methods", "images")


def claim_faults(study: Study, root: Path) -> list[str]:
    """Check the claims of a study's papers: kinds, settings, and names that no study knows.

    Parameters
    ----------
    study : Study
    root : path
        The repository. The study may lack a name of its ``config.yaml``; the claim is then not testable there.

    Returns
    -------
    faults : list of str
        One sentence each.
    """
    known = _known(study, root)
    found = []
    for paper in study.papers_with_claims():
        try:
            claims = read_claims(paper.folder / "claims.yaml")
        except ConfigError as error:
            found += str(error).split("\n")
            continue
        found += [f"papers/{paper.name}/claims.yaml: {fault}" for claim in claims for fault in _faults(claim, known)]
    return found


def _known(study: Study, root: Path) -> dict[str, set[str]]:
    whole = read_yaml(root / "config.yaml") if (root / "config.yaml").is_file() else {}
    return {section: {*getattr(study, section), *whole.get(section, ())} for section in SECTIONS}


def _faults(claim: Claim, known: Mapping[str, set[str]]) -> Iterator[str]:
    for section, name in dict.fromkeys(references(claim)):
        if name not in known[section]:
            yield f"{claim.id} names {name}, which is not one of the {section}{hint(name, known[section])}"
    yield from (f"{claim.id} {fault}" for fault in claim.unknown())
