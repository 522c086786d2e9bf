"""A Workflow Run RO-Crate: a study's report, tables and figures, and what made them, as one file that describes itself.

``python -m lsalsa.study.provenance.crate results/demo workflow/presets/demo.yaml`` writes ``results/demo/crate.zip``;
`make demo` does it after the report. The profile: https://w3id.org/ro/wfrun/workflow/0.5.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mimetypes
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsalsa.errors import DataError
from lsalsa.storage import atomic

Entity = dict[str, Any]

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
DESCRIPTOR, MAIN, RUN, LANGUAGE, AUTHORS = "ro-crate-metadata.json", "Snakefile", "#run", "#snakemake", "#authors"
WORKFLOW = ("config.yaml", "CITATION.cff", "LICENSE", "workflow/rules/*.smk", "workflow/presets/*.yaml")
RESULTS = ("report.html", "tables/*", "figures/*", "notebooks/*.html")
LICENCE = "https://spdx.org/licenses/BSD-3-Clause"


def write_crate(results: Path, configuration: Sequence[Path], root: Path) -> Path:
    """Write the crate of a finished study.

    Parameters
    ----------
    results : path
        Folder of the study, ``results/<study>`` of the repository.
    configuration : sequence of path
        Files of the configuration, in the order of ``--configfile``.
    root : path
        The repository.

    Returns
    -------
    path : path
        ``crate.zip`` in the folder of the study.

    Raises
    ------
    DataError
        If the study has no tables and figures yet.
    """
    made = _files(results, RESULTS)
    if not made:
        raise DataError(f"{results} has no report, table or figure; run the study first")
    outcome = {f"{results.name}/{path.relative_to(results).as_posix()}": path for path in made}
    asked = {f"configuration/{number}_{path.name}": path for number, path in enumerate(configuration, 1)}
    code = {path.relative_to(root).as_posix(): path for path in [root / MAIN, *_files(root, WORKFLOW)]}
    metadata = _describe(results.name, code, asked, outcome, failed=(results / "logs" / "failures.txt").exists())
    with atomic(results / "crate.zip") as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DESCRIPTOR, json.dumps(metadata, indent=1))
        for name, path in {**code, **asked, **outcome}.items():
            archive.write(path, name)
    return results / "crate.zip"


def _describe(
    study: str, code: dict[str, Path], asked: dict[str, Path], outcome: dict[str, Path], *, failed: bool
) -> dict[str, Any]:
    """Return the JSON-LD of a crate; each mapping is name in the crate -> file."""
    times = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in outcome.values()]
    begun, ended = (time.isoformat(timespec="seconds") for time in (min(times), max(times)))
    everything = {**code, **asked, **outcome}
    files = [_file(name, path) for name, path in everything.items()]
    files[0] |= {"@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"], "programmingLanguage": _of(LANGUAGE)}
    files[0] |= {"name": "lsalsa: learned sparse coding", "version": version("lsalsa")}
    run: Entity = {"@id": RUN, "@type": "CreateAction", "name": f"The study {study}", "instrument": _of(MAIN)}
    run |= {"object": [_of(name) for name in asked], "result": [_of(name) for name in outcome], "endTime": ended}
    status = "FailedActionStatus" if failed else "CompletedActionStatus"
    run |= {"agent": _of(AUTHORS), "actionStatus": f"http://schema.org/{status}"}
    root: Entity = {"@id": "./", "@type": "Dataset", "name": f"lsalsa, study {study}", "datePublished": ended}
    told = f"Tables and figures of the study {study}, made from {begun} on, and the workflow behind them."
    root |= {"description": told}
    root |= {"conformsTo": [_of(profile) for profile in PROFILES], "hasPart": [_of(name) for name in everything]}
    root |= {"mainEntity": _of(MAIN), "mentions": [_of(RUN)], "license": _of(LICENCE), "author": _of(AUTHORS)}
    return {"@context": CONTEXT, "@graph": [_descriptor(), root, *files, run, *_about()]}


def _descriptor() -> Entity:
    standard = [_of("https://w3id.org/ro/crate/1.1"), _of("https://w3id.org/workflowhub/workflow-ro-crate/1.0")]
    return {"@id": DESCRIPTOR, "@type": "CreativeWork", "about": _of("./"), "conformsTo": standard}


def _about() -> Iterable[Entity]:
    """Yield what the others refer to."""
    for profile, name in PROFILES.items():
        yield {"@id": profile, "@type": "CreativeWork", "name": name, "version": profile.rpartition("/")[2]}
    yield {"@id": LICENCE, "@type": "CreativeWork", "name": "BSD 3-Clause License"}
    yield {"@id": AUTHORS, "@type": "Organization", "name": "lsalsa developers"}
    language = {"@id": LANGUAGE, "@type": "ComputerLanguage", "name": "Snakemake", "version": version("snakemake")}
    yield language | {"url": {"@id": "https://snakemake.readthedocs.io"}}


def _file(name: str, path: Path) -> Entity:
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    facts = {"@id": name, "@type": "File", "name": path.name, "encodingFormat": kind}
    content = path.read_bytes()
    return facts | {"contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}


def _files(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]


def _of(name: str) -> Entity:
    return {"@id": name}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: the folder of a study and the files of its configuration."""
    parser = argparse.ArgumentParser(prog="python -m lsalsa.study.provenance.crate", description=__doc__)
    parser.add_argument("results", type=Path, help="folder of the study: results/<study>")
    parser.add_argument("configuration", type=Path, nargs="*", default=[Path("config.yaml")], help="its --configfile")
    asked = parser.parse_args(arguments)
    try:
        print(write_crate(asked.results, asked.configuration, Path.cwd()))
    except DataError as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
