"""The repository keeps its own promises: light import, documented names, downward arrows, pins that agree."""

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import lsalsa
from lsalsa.study.config.rules import known_rules
from lsalsa.study.papers import show_sources

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lsalsa"
PAPERS = ROOT / "papers"
SCRIPTS = sorted([*ROOT.glob("scripts/*.py"), *PAPERS.glob("*/scripts/*.py")])
RULE_FILES = [ROOT / "Snakefile", *sorted(ROOT.glob("workflow/rules/*.smk")), *sorted(PAPERS.glob("*/rules.smk"))]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))

# From the top to the bottom; names on one line do not depend on each other's order.
LAYERS = (
    {"cli"},
    {"study"},
    {"models", "estimators"},
    {"choosing", "spikes"},
    {"training"},
    {"encoders"},
    {"losses"},
    {"decoders", "dictionary"},
    {"solvers", "exact"},
    {"problem"},
    {"metrics", "convolution"},
    {"data", "streaming"},
    {"storage", "discovery"},
    {"arrays"},
    {"extras", "progress"},
    {"seeds", "errors"},
)
STUDY = LAYERS.index({"study"})
# The same of the engine; what is not named here says what a study is, and stands below them all.
ENGINE = (
    {"tables", "figures", "explorer"},
    {"load"},
    {"claims"},
    {"summaries", "scoring", "costs"},
    {"methods"},
    {"jobs", "pages"},
    {"provenance"},
)
HEAVY = ("numba", "sklearn", "skimage", "matplotlib", "snakemake", "pandas", "mlxtend", "cupy")


# --- import -------------------------------------------------------------------------------------------------


def test_import_of_the_package_pulls_nothing_heavy():
    code = f"import json, sys, lsalsa; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []


def test_unknown_name_of_the_package_is_refused():
    with pytest.raises(AttributeError, match="no_such_name"):
        lsalsa.no_such_name  # noqa: B018


# --- documentation of public names --------------------------------------------------------------------------


def section(docstring, title):
    """Text of one numpydoc section, or an empty string."""
    pattern = rf"^{title}\n-{{{len(title)}}}\n(.*?)(?=^\S[^\n]*\n-{{3,}}$|\Z)"
    found = re.search(pattern, docstring, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def documented_parameters(docstring):
    text = "".join(section(docstring, title) for title in ("Parameters", "Attributes", "Settings"))
    names = re.findall(r"^([*\w][\w, *]*?)(?:\s*:.*)?$", text, re.MULTILINE)
    return {name.strip(" *") for line in names for name in line.split(",")}


def taken_by(thing):
    """Names of what a function or class takes; of an encoder its settings, as `from_problem` takes them."""
    return set(getattr(thing, "defaults", inspect.signature(thing).parameters))


def returns_something(thing):
    annotation = inspect.signature(thing).return_annotation
    return not inspect.isclass(thing) and annotation not in (None, "None", inspect.Signature.empty)


def test_there_are_public_names():
    assert len(lsalsa.__all__) >= 10


@pytest.mark.parametrize("name", lsalsa.__all__)
def test_public_name_documents_what_it_takes_and_returns(name):
    thing = getattr(lsalsa, name)
    docstring = inspect.getdoc(thing) or ""
    assert docstring, "no docstring"
    if isinstance(thing, type) and issubclass(thing, Exception):
        return
    assert taken_by(thing) - documented_parameters(docstring) == set()
    if returns_something(thing):
        assert section(docstring, "Returns"), "no section Returns"


def test_example_of_the_readme_runs_as_it_stands(tmp_path):
    (example,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    done = subprocess.run([sys.executable, "-W", "error", "-c", example], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "encoder.npz").is_file()


# --- arrows point down --------------------------------------------------------------------------------------


def rank_in(layers, name):
    """Number of the layer that has a name, 0 at the top; below them all if none has."""
    return next((rank for rank, names in enumerate(layers) if name in names), len(layers))


def layer_of(module):
    """Number of a module's layer; `lsalsa` itself has none."""
    rank = rank_in(LAYERS, module.split(".")[1])
    assert rank < len(LAYERS), f"{module}: name its layer in LAYERS"
    return rank


def layer_of_engine(module):
    """Number of the layer of a module of the engine; what ENGINE does not name stands below."""
    return rank_in(ENGINE, module.split(".")[2])


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts).removeprefix("src.")


def is_module(name):
    path = (ROOT if name.startswith("papers") else PACKAGE.parent).joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported_modules(path):
    """Modules of the library and of papers that a file imports, anywhere in it; relative imports resolved."""
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in ("lsalsa", "papers"))
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base]).rstrip(".")
            if base.split(".")[0] in ("lsalsa", "papers"):
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield inner if is_module(inner) else base


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_name)
def test_imports_point_down(path):
    module = module_name(path)
    if module == "lsalsa":
        return
    own = layer_of(module)
    for imported in imported_modules(path):
        assert not imported.startswith("papers"), f"{module} imports {imported}; papers are found by their folder"
        if imported == "lsalsa":
            assert own <= STUDY, f"{module} imports the package's front; only cli and study may (for the version)"
        else:
            assert layer_of(imported) >= own, f"{module} imports {imported}, which stands above it"


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.glob("study/*/*.py")) + sorted(PACKAGE.glob("study/[!_]*.py")), ids=module_name
)
def test_imports_within_the_engine_point_down(path):
    own = layer_of_engine(module_name(path))
    for imported in imported_modules(path):
        if imported.startswith("lsalsa.study."):
            assert layer_of_engine(imported) >= own, f"{module_name(path)} imports {imported}, which stands above it"


@pytest.mark.parametrize("path", sorted(PAPERS.rglob("*.py")), ids=module_name)
def test_a_paper_imports_the_library_and_itself(path):
    """From the modules of the library, whose front is for users and for tests."""
    own = f"papers.{path.relative_to(PAPERS).parts[0]}"
    for imported in imported_modules(path):
        front = imported == "lsalsa" and "tests" in path.parts
        allowed = front or imported.startswith(("lsalsa.", f"{own}.")) or imported == own
        assert allowed, f"{module_name(path)} imports {imported}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("scripts/*.py")), ids=lambda path: path.stem)
def test_a_script_of_the_engine_imports_no_paper(path):
    assert {name for name in imported_modules(path) if name.startswith("papers")} == set()


# --- dependencies and environments --------------------------------------------------------------------------


def locked(name="requirements.lock", python="3.11.9"):
    """Version of each package in a lock, for one Python."""
    place = {"python_version": python[:4], "python_full_version": python, "sys_platform": "linux"}
    lines = re.findall(r"^[a-z0-9][^\\\n]*==[^\\\n]*", (ROOT / name).read_text(), re.MULTILINE)
    requirements = [Requirement(line.strip()) for line in lines]
    return {r.name: str(r.specifier)[2:] for r in requirements if r.marker is None or r.marker.evaluate(place)}


def declared():
    """Requirements of pyproject.toml that the lock holds: the base ones and those of the extras `study` and `dev`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return [Requirement(text) for text in project["dependencies"] + extras["study"] + extras["dev"]]


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
@pytest.mark.parametrize("python", ["3.11.9", "3.12.4", "3.13.1"])
def test_lock_satisfies_each_dependency(requirement, python):
    version = locked(python=python)[requirement.name.replace("_", "-")]
    assert requirement.specifier.contains(version)


def test_each_dependency_says_why():
    lines = re.findall(r'^    "[\w-]+[<>=].*$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert len(lines) >= len(declared())
    assert [line for line in lines if "#" not in line] == []


def test_locks_name_no_index():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(), lock.name


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environment_asks_for_the_versions_of_the_project(path):
    """Ranges, so that it can be solved where one build is missing; whoever has a channel pins the exact builds."""
    asked = dict(re.split("[ =]", entry, maxsplit=1) for entry in yaml.safe_load(path.read_text())["dependencies"])
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = {one.name: one.specifier for one in [*declared(), *map(Requirement, extras["gpu"])]}
    wanted |= {"cupy": wanted["cupy-cuda12x"], "matplotlib-base": wanted["matplotlib"]}
    assert asked.pop("python") == "3.11"
    asked.pop("cuda-version", None)
    assert {name: SpecifierSet(versions) for name, versions in asked.items()} == {name: wanted[name] for name in asked}


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_environment_uses_the_open_channel_alone(path):
    assert yaml.safe_load(path.read_text())["channels"] == ["conda-forge", "nodefaults"]


# --- scripts and rules --------------------------------------------------------------------------------------


def rules():
    """Name of each rule -> its text."""
    found = {}
    for path in RULE_FILES:
        parts = re.split(r"^ *rule (\w+):", path.read_text(), flags=re.MULTILINE)
        found |= dict(zip(parts[1::2], parts[2::2], strict=True))
    return found


RULES_WITH_SCRIPTS = {name: text for name, text in rules().items() if "script:" in text}


def test_each_script_has_a_rule_of_its_name_and_each_rule_has_settings():
    assert SCRIPTS
    assert {path.stem for path in SCRIPTS} == set(RULES_WITH_SCRIPTS) == set(known_rules())


@pytest.mark.parametrize("name", RULES_WITH_SCRIPTS)
def test_settings_and_memory_of_a_rule_take_its_wildcards(name):
    output = RULES_WITH_SCRIPTS[name].partition("output:")[2].partition("log:")[0]
    wildcards = dict.fromkeys(set(re.findall(r"\{(\w+)\}", output)) - {"repetition"})
    rule = known_rules()[name]
    assert set(inspect.signature(rule.settings).parameters) == {"study", *wildcards}
    inspect.signature(rule.memory).bind("study", **wildcards)


@pytest.mark.parametrize("name", RULES_WITH_SCRIPTS)
def test_each_rule_asks_for_its_own_settings_memory_and_code(name):
    text = RULES_WITH_SCRIPTS[name]
    for wanted in (f'memory("{name}")', f'settings=settings("{name}")', f'source_hash("{name}"', f'scripts/{name}.py"'):
        assert wanted in text


@pytest.mark.parametrize("name", RULES_WITH_SCRIPTS)
def test_environment_of_a_rule_depends_on_a_gpu_only_if_the_rule_uses_one(name):
    """Otherwise a GPU that comes or goes, or a node without one, would make the results of every rule out of date."""
    text = RULES_WITH_SCRIPTS[name]
    (environment,) = re.findall(r"conda:\n +(.+)", text)
    assert environment == "ENVIRONMENT" if "gpu=GPU," in text else "gpu=0," in text and environment != "ENVIRONMENT"


def test_no_text_is_read_or_written_in_the_encoding_of_the_locale():
    for path in (
        path for folder in ("src", "scripts", "papers", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    ):
        if "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _opens_text(node):
                    keywords = {keyword.arg for keyword in node.keywords}
                    assert "encoding" in keywords, f"{path}, line {node.lineno}: give an encoding"


def _opens_text(call):
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in ("read_text", "write_text")
    modes = [one.value for one in [*call.args[1:2], *(k.value for k in call.keywords)] if isinstance(one, ast.Constant)]
    return isinstance(call.func, ast.Name) and call.func.id == "open" and not any("b" in str(mode) for mode in modes)


def test_the_workflow_says_where_the_code_lies_and_no_script_does():
    """Scripts run in processes of their own, where neither the library nor the papers need be installed."""
    assert "\nshow_sources()\n" in (ROOT / "workflow" / "rules" / "common.smk").read_text()
    assert [path.name for path in SCRIPTS if "sys.path" in path.read_text()] == []


def test_processes_that_are_started_find_the_library_and_the_papers(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    show_sources()
    code = "import lsalsa.study, papers.lsalsa, os; print(os.environ['PYTHONPATH'])"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.strip().split(":") == [str(ROOT / "src"), str(ROOT), "elsewhere"]


def test_each_file_that_a_rule_names_exists():
    named = re.compile(r'"((?:\.\./|scripts/)[^"{*]+\.\w+)"')
    for path in RULE_FILES:
        for target in named.findall(path.read_text()):
            assert (path.parent / target).is_file(), f"{path.name}: {target} does not exist"


def test_each_environment_is_used_by_a_rule():
    text = "".join(path.read_text() for path in RULE_FILES)
    assert [path.name for path in ENVIRONMENTS if f"/envs/{path.name}" not in text] == []


# --- citation -----------------------------------------------------------------------------------------------


def test_citation_names_the_three_papers():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    first_authors = [reference["authors"][0]["family-names"] for reference in citation["references"]]
    assert first_authors == ["Cowen", "Zhou", "Tolooshams"]
    assert all({"title", "year", "type"} <= set(reference) for reference in citation["references"])


def test_the_replication_names_the_papers_of_the_citation():
    """Fields of ReScience's metadata.yaml; the same papers by the same identifiers."""
    replication = yaml.safe_load((ROOT / "replication.yaml").read_text())
    fields = {"title", "authors", "affiliations", "abstract", "keywords", "code", "data", "contributors", "language"}
    assert fields | {"domain", "type", "bibliography", "replication", "dates"} == set(replication)
    references = yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]
    assert len(references) == len(replication["replication"])
    for paper, reference in zip(replication["replication"], references, strict=True):
        assert reference["title"].lower() in paper["cite"].lower()
        assert paper["doi"] == reference.get("doi", "")
        ids = [one["value"] for one in reference.get("identifiers", [])] + [reference.get("doi")]
        assert any(str(one).removeprefix("arXiv:") in paper["url"] for one in ids)


def test_the_workflow_catalog_finds_what_it_asks_for():
    """Standardised usage: this main file, rules, instructions on the configuration, and a way to deploy software."""
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    deployment = usage["software-stack-deployment"]
    assert deployment["conda"] and deployment["apptainer"] and usage["report"]
    assert (ROOT / "workflow" / "Snakefile").read_text().endswith('\ninclude: "../Snakefile"\n')
    assert list((ROOT / "workflow" / "rules").glob("*.smk"))
    assert (ROOT / "config" / "README.md").is_file()
    assert {"snakemake", "workflow"} <= set(re.findall(r"\w+", (ROOT / "README.md").read_text().lower()))


def test_the_image_holds_the_packages_of_the_lock():
    image = (ROOT / "envs" / "lsalsa.def").read_text()
    assert "--require-hashes --no-deps --requirement /opt/requirements.lock" in image
    (source, _), *others = re.findall(r"^    (\S+) (/opt/\S+)$", image, re.MULTILINE)
    assert source == "requirements.lock" and not others
    assert re.search(r"^From: python:3\.11-", image, re.MULTILINE)
