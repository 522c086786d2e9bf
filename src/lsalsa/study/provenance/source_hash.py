"""Hash the code of a result: the modules that a script reaches, without comments and docstrings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from lsalsa.errors import ConfigError
from lsalsa.study.provenance.code import Code, Codes

ROOT = Path(__file__).resolve().parents[4]
FOLDERS = {"lsalsa": "src", "papers": ""}
"""Package of this repository -> its folder."""


def hash_of(files: Sequence[Path], plugins: Iterable[str] = ()) -> str:
    """Hash the first of some files, and all modules of the repository that the files import, directly or indirectly.

    Parameters
    ----------
    files : sequence of path
        The script of a rule, and files whose imports count as well. One of these is a notebook: its own text is an
        input.
    plugins : iterable of str
        Modules that are found by their folder and that no import statement names: `lsalsa.encoders.lista`. They are
        only those that the job uses, so a new file beside them changes nothing.

    Returns
    -------
    hash : str
        16 hexadecimal digits.

    Raises
    ------
    ConfigError
        A file cannot be parsed, or imports names from the package itself, which hides their modules.
    """
    modules: set[str] = set()
    pending = [*(module for path in files for module in _imports(path)), *plugins]
    while pending:
        module = pending.pop()
        if module not in modules:
            modules.add(module)
            pending += _imports(path) if (path := _path_of(module)) else ()
    found = {module: _path_of(module) for module in sorted(modules)}
    parts = [_code(files[0]).digest, *(f"{module} {_code(path).digest}" for module, path in found.items() if path)]
    _codes().keep()
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _codes() -> Codes:
    return Codes()


@cache
def _code(path: Path) -> Code:
    try:
        return _codes().of(path.read_bytes())
    except SyntaxError as error:
        raise ConfigError(f"{path} is not valid Python: line {error.lineno}: {error.msg}") from error


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Return the modules of the repository that a file imports anywhere, with their parents."""
    found: set[str] = set()
    for module, name in _code(path).imports:
        if module.partition(".")[0] in FOLDERS:
            found |= set(_with_parents(_imported(module, name, path)))
    return tuple(sorted(found))


def _imported(module: str, name: str | None, path: Path) -> str:
    """Return the module that an import statement means: what it takes from a package can be one itself."""
    inner = f"{module}.{name}"
    if name is not None and _path_of(inner) is not None:
        return inner
    if name is not None and module in FOLDERS:
        raise ConfigError(f"{path} imports {name} from {module}; import it from its module")
    return module


def _with_parents(module: str) -> Iterator[str]:
    """Yield a module and the packages that its import runs; the root is left out, because it only forwards names."""
    parts = module.split(".")
    for length in range(2, len(parts) + 1):
        yield ".".join(parts[:length])


@cache
def _path_of(module: str) -> Path | None:
    """Return the file of a module, None if there is no such module."""
    base = ROOT.joinpath(FOLDERS[module.partition(".")[0]], *module.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)
