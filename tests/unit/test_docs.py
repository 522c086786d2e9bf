"""The documentation names only what exists: files, results, targets, anchors, names of the library."""

import re
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from documents import ROOT, Document, documents

from lsalsa.study.files import declared_targets, intermediate_targets
from lsalsa.study.load import load_study

DOCUMENTS = documents()
STUDIES = [ROOT / "config.yaml", *sorted((ROOT / "workflow" / "presets").glob("*.yaml"))]
OURS = {"src", "docs", "tests", "workflow", "scripts", "papers", "envs", "benchmarks", "profiles"}
"""Folders of the repository; a path that begins with one of them is a file of it."""

SUFFIXES = {".py", ".md", ".yaml", ".toml", ".smk", ".lock", ".cff"}
"""Kinds of files that only the repository has; data files in the text may be the reader's."""

GENERATED = ("docs/site", "results/gpu_day")
PLACEHOLDER = re.compile(r"<[^>]*>|\{[^}]*\}|\*")
WORD = re.compile(r"[\w.<>{}*/-]+")
TARGET = re.compile(r"(table|figure|sc2net|theory|images|dictionary|frontier)_[\w*]+|0\d_\w+|[a-z_]+_<task>")
DOTTED = re.compile(r"(?<![\w./])(?:lsalsa|papers)(?:\.[A-Za-z_]\w*)+")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.path.relative_to(ROOT)))


# --- what exists --------------------------------------------------------------------------------------------


@cache
def targets_of(configuration):
    """Targets of the study in a file, and the files that each of them becomes."""
    study = load_study(yaml.safe_load(configuration.read_text()), root=ROOT)
    return declared_targets(study) | intermediate_targets(study)


@cache
def names_of_studies():
    return {yaml.safe_load(path.read_text())["study"] for path in STUDIES}


@cache
def every_target():
    return {name for path in STUDIES for name in targets_of(path)} | {"all"}


@cache
def documented_results():
    """Patterns of the files under results/<study>, as results/README.md lists them."""
    found = []
    for line in (ROOT / "results" / "README.md").read_text().splitlines():
        names = re.findall(r"`([^`]+)`", line.split("|")[1]) if line.startswith("| `") else []
        for name in names:
            whole = name if not name.startswith(".") else Path(names[0]).with_suffix(name).as_posix()
            found.append(PLACEHOLDER.sub("*", whole).replace("...", "*"))
    return found


def is_documented_result(path):
    """True for a path under results/<study>, or a folder there, that the list of results knows."""
    name = PLACEHOLDER.sub("x", path).replace("...", "x").rstrip("/")
    return any(fnmatch(name, pattern.rstrip("/")) or pattern.startswith(f"{name}/") for pattern in documented_results())


def is_file(path, document):
    """True where the repository or the document's folder has the path, whatever stands for its placeholders."""
    if path.startswith(GENERATED):
        return True
    pattern = PLACEHOLDER.sub("*", path.rstrip("/"))
    return any(next(folder.glob(pattern), None) for folder in (ROOT, document.path.parent))


def exists(path, document):
    """Whether a path in the text is a file of the repository or a result of a study."""
    parts = Path(path).parts
    if parts[0] == "results" and len(parts) > 1 and (parts[1] in names_of_studies() or PLACEHOLDER.match(parts[1])):
        return len(parts) == 2 or is_documented_result("/".join(parts[2:]))
    return is_file(path, document) or is_documented_result(path)


def is_ours(path):
    """Whether a word is a path that must exist: in one of our folders, among the results, or of our kind of file."""
    first = Path(path).parts[0] if "/" in path else ""
    folders = OURS | {"results"} | {pattern.split("/")[0] for pattern in documented_results() if "/" in pattern}
    return first in folders or ("/" in path and Path(path).suffix in SUFFIXES and not path.startswith(("/", ".")))


def has_file_of_name(name):
    """True for a file somewhere in the repository's own folders."""
    places = [ROOT.glob(name), *((ROOT / folder).rglob(name) for folder in OURS)]
    return any(next(place, None) for place in places)


# --- what the documents say ---------------------------------------------------------------------------------


def broken_links(document):
    """Relative links whose file or anchor does not exist."""
    for link in document.links:
        name, _, anchor = link.partition("#")
        if name.startswith("gallery/"):  # a page that the site makes of an example
            name = name.replace("gallery/index", "examples/README.txt")
            name = re.sub(r"gallery/(\w+)$", r"examples/\1.py", name)
        target = document.path.parent / name
        is_relative = not re.match(r"[a-z]+:", link)
        if is_relative and not (target.exists() and (not anchor or anchor in anchors_of(document, name))):
            yield link


def anchors_of(document, name):
    """Anchors of the document itself, or of one that stands relative to it."""
    return (Document(document.path.parent / name) if name else document).anchors


def broken_paths(document):
    """Paths in code that no file of the repository and no documented result has."""
    for word in {word for code in document.code for word in WORD.findall(code)}:
        word = word.rstrip(".")
        if "/" in word.rstrip("/"):
            if is_ours(word) and not exists(word, document):
                yield word
        elif Path(word).suffix in SUFFIXES and not PLACEHOLDER.search(word) and not has_file_of_name(word):
            yield word


def broken_commands(document):
    """Targets and files of `make` and `snakemake` commands that do not exist."""
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for program, *words in document.commands:
        if program == "make":
            yield from (word for word in words if "=" not in word and word not in made)
        else:
            yield from broken_snakemake(words)


def broken_snakemake(words):
    """Faults of one command: a configuration that is no file, targets that the study of the command has not."""
    configuration = ROOT / "config.yaml"
    if "--configfile" in words:
        configuration = ROOT / words[words.index("--configfile") + 1]
    if not configuration.is_file():
        return [str(configuration.relative_to(ROOT))] if "..." not in configuration.name else []
    names = [word for word, before in zip(words, ["", *words], strict=False) if is_target(word, before)]
    return [name for name in names if name not in {*targets_of(configuration), "status"}]


def is_target(word, before):
    """A word that is neither an option, nor an option's value, nor a placeholder."""
    options_without_value = {"", "-n", "--unlock", "--use-conda", "--report"}
    after_option = before.startswith("-") and before not in options_without_value
    return re.fullmatch(r"\w+", word) and not after_option


def broken_names(document):
    """Names of targets, notebooks, modules and their contents that do not exist."""
    for code in document.code:
        if TARGET.fullmatch(code) and not any(fnmatch(target, PLACEHOLDER.sub("*", code)) for target in every_target()):
            yield code
        yield from (name for name in DOTTED.findall(code) if not is_name(name))


def is_name(dotted):
    """True for a module, or for what a module or a class in it has."""
    parts = dotted.split(".")
    found = import_module(parts[0])
    for place, part in enumerate(parts[1:], 2):
        if not hasattr(found, part):
            try:
                import_module(".".join(parts[:place]))
            except ModuleNotFoundError:
                return False
        found = getattr(found, part)
    return True


@each_document
@pytest.mark.parametrize("broken", [broken_links, broken_paths, broken_commands, broken_names])
def test_a_document_names_only_what_exists(document, broken):
    assert sorted(set(broken(document))) == []


def absent_tests(document):
    """Tests in code, `test_file.py::test_name`, that do not exist."""
    for name, test in (named for code in document.code for named in re.findall(r"(test_\w+\.py)::(test_\w+)", code)):
        files = [path for folder in ("tests", "papers") for path in (ROOT / folder).rglob(name)]
        if not any(f"\ndef {test}(" in path.read_text() for path in files):
            yield f"{name}::{test}"


@each_document
def test_a_document_names_tests_that_exist(document):
    assert list(absent_tests(document)) == []


@each_document
def test_a_document_names_no_line_of_a_file(document):
    assert [code for code in document.code if re.search(r"\.(py|md|yaml|smk):\d+", code)] == []


# --- what the code says of the documents --------------------------------------------------------------------


def test_a_section_that_the_sources_refer_to_exists():
    files = [path for folder in ("src", "papers", "scripts", "workflow") for path in (ROOT / folder).rglob("*.*")]
    texts = [path.read_text() for path in (*files, ROOT / "config.yaml") if path.suffix in (".py", ".smk", ".yaml")]
    referred = {found for text in texts for found in re.findall(r"(docs/\w+\.md), section (\d+)", text)}
    assert referred
    for name, number in referred:
        assert re.search(rf"^## {number}\. ", (ROOT / name).read_text(), re.MULTILINE), f"{name}, section {number}"


def test_every_result_of_a_rule_is_documented():
    rules = [*ROOT.glob("workflow/rules/*.smk"), *ROOT.glob("papers/*/rules.smk")]
    files = {file for path in rules for file in re.findall(r'"<results>/([^"]+)"', path.read_text())}
    assert {"tables/{table}.csv", "codes/{task}/test.npz"} <= files
    assert sorted(file for file in files if not is_documented_result(file)) == []


# --- the reading itself -------------------------------------------------------------------------------------

SAMPLE = """# On a *cluster*: `x`!

See [there](docs/gpu.md#to-try), ![a picture](no/such.png) and `make demo`, `table_99`.

| `src/lsalsa/gone.py` | `results/demo/tables/table_1.csv` |
|---|---|
| `lsalsa.solve`, `lsalsa.dissolve` | `cat/1.jpg` |
| `test_docs.py::test_the_documentation_is_read` | `test_docs.py::test_nothing` |

```
make setup && snakemake --cores 2 no_such_table -n   # a comment; make nothing
```
"""


def test_the_faults_of_a_sample_are_found():
    sample = Document(ROOT / "sample.md", SAMPLE)
    assert sample.anchors == {"on-a-cluster-x"}
    assert list(broken_links(sample)) == ["no/such.png"]
    assert list(broken_paths(sample)) == ["src/lsalsa/gone.py"]
    assert list(broken_commands(sample)) == ["no_such_table"]
    assert list(broken_names(sample)) == ["table_99", "lsalsa.dissolve"]
    assert list(absent_tests(sample)) == ["test_docs.py::test_nothing"]


def test_the_documentation_is_read():
    names = {document.path.relative_to(ROOT).as_posix() for document in DOCUMENTS}
    assert {"README.md", "CONTRIBUTING.md", "docs/method.md", "results/README.md"} <= names
