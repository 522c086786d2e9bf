"""The hash of the code behind a job: what it reaches counts, what stands beside it does not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from studies import NOTHING, small

from lsalsa.errors import ConfigError
from lsalsa.study.config.rules import plugins_of, settings_of
from lsalsa.study.load import load_study
from lsalsa.study.provenance import code, source_hash
from lsalsa.study.provenance.code import Code, Codes

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted([*ROOT.glob("scripts/*.py"), *ROOT.glob("papers/*/scripts/*.py")])
CACHES = (source_hash._imports, source_hash._path_of, source_hash._code)

FILES = {
    "src/lsalsa/__init__.py": "from lsalsa.aside import x",
    "src/lsalsa/top.py": '"""Top."""\n\ndef f():\n    """Doc."""\n    from lsalsa.below import y\n    return y\n',
    "src/lsalsa/below.py": "import typing\nif typing.TYPE_CHECKING:\n    from lsalsa.aside import x\ny = 1\n",
    "src/lsalsa/aside.py": "x = 1\n",
    "src/lsalsa/plugins/__init__.py": "z = 1\n",
    "src/lsalsa/plugins/one.py": "from lsalsa.plugins.base import b\n",
    "src/lsalsa/plugins/two.py": "w = 2\n",
    "src/lsalsa/plugins/base.py": "b = 1\n",
    "papers/__init__.py": "",
    "papers/toy/__init__.py": "",
    "papers/toy/found.py": "from lsalsa.below import y\nfound = y\n",
    "papers/toy/other.py": "other = 1\n",
    "script.py": "from lsalsa.top import f\n",
    "page.py": "# %% [markdown]\n# # A page\n# %%\nfrom papers.toy import found\n",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small repository: a script that imports `top`, `top` imports `below`; two plug-ins; a paper; a notebook."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(source_hash, "ROOT", tmp_path)
    return tmp_path


def digest(root, *plugins, files=("script.py",)):
    forget()
    return source_hash.hash_of([root / name for name in files], plugins)


def forget():
    for function in CACHES:
        function.cache_clear()


def edited(root, name, old, new):
    assert old in (root / name).read_text()
    (root / name).write_text((root / name).read_text().replace(old, new))


@pytest.fixture(autouse=True)
def forgetful():
    yield
    forget()


def test_change_in_a_module_reached_through_another_changes_the_hash(tree):
    before = digest(tree)
    edited(tree, "src/lsalsa/below.py", "y = 1", "y = 2")
    assert digest(tree) != before


def test_change_beside_comments_docstrings_and_layout_do_not(tree):
    before = digest(tree)
    edited(tree, "src/lsalsa/aside.py", "x = 1", "x = 2")
    edited(tree, "src/lsalsa/top.py", "Top.", "A better docstring.")
    edited(tree, "src/lsalsa/top.py", "Doc.", "Another.")
    edited(tree, "src/lsalsa/below.py", "y = 1", "# why\ny = (1)")
    assert digest(tree) == before


def test_what_is_imported_for_type_checkers_alone_does_not_count_and_what_stands_after_it_does(tree):
    edited(tree, "src/lsalsa/below.py", "y = 1", "from lsalsa.plugins.two import w as y")
    before = digest(tree)
    edited(tree, "src/lsalsa/aside.py", "x = 1", "x = 2")
    assert digest(tree) == before
    edited(tree, "src/lsalsa/plugins/two.py", "w = 2", "w = 3")
    assert digest(tree) != before


def test_script_itself_counts(tree):
    before = digest(tree)
    (tree / "script.py").write_text("from lsalsa.top import f\n\nf()\n")
    assert digest(tree) != before


def test_plugin_counts_with_what_it_imports_and_its_neighbour_does_not(tree):
    before, without = digest(tree, "lsalsa.plugins.one"), digest(tree)
    assert before != without
    edited(tree, "src/lsalsa/plugins/two.py", "w = 2", "w = 3")
    assert digest(tree, "lsalsa.plugins.one") == before
    edited(tree, "src/lsalsa/plugins/base.py", "b = 1", "b = 2")
    assert digest(tree, "lsalsa.plugins.one") != before
    assert digest(tree) == without


def test_module_of_a_paper_counts_with_what_it_imports_of_the_library(tree):
    edited(tree, "script.py", "from lsalsa.top import f", "from papers.toy.found import found")
    before = digest(tree)
    edited(tree, "papers/toy/other.py", "other = 1", "other = 2")
    assert digest(tree) == before
    edited(tree, "papers/toy/found.py", "found = y", "found = -y")
    changed = digest(tree)
    edited(tree, "src/lsalsa/below.py", "y = 1", "y = 2")
    assert len({before, changed, digest(tree)}) == 3


def test_imports_of_a_notebook_count_and_its_own_words_do_not(tree):
    """What a notebook says is an input of its job."""
    files = ("script.py", "page.py")
    before = digest(tree, files=files)
    assert before != digest(tree)
    edited(tree, "page.py", "# # A page", "# # A better page")
    edited(tree, "page.py", "import found", "import found\nprint(found)")
    assert digest(tree, files=files) == before
    edited(tree, "papers/toy/found.py", "found = y", "found = -y")
    assert digest(tree, files=files) != before


def test_import_from_the_front_of_the_package_is_refused(tree):
    (tree / "script.py").write_text("from lsalsa import solve\n")
    with pytest.raises(ConfigError, match="imports solve from lsalsa; import it from its module"):
        digest(tree)


def test_file_that_is_no_python_is_refused_by_name_and_line(tree):
    edited(tree, "src/lsalsa/below.py", "y = 1", "y = (")
    with pytest.raises(ConfigError, match=r"below\.py is not valid Python: line 4"):
        digest(tree)


# --- what was read is kept --------------------------------------------------------------------------------------


def test_what_was_read_is_recalled_from_the_register_and_a_changed_file_is_read(tmp_path, monkeypatch):
    text = b"import a.b\nfrom a import c\nx = 1\n"
    codes = Codes(tmp_path / "register.json")
    first = codes.of(text)
    assert set(first.imports) == {("a.b", None), ("a", "c")}
    codes.keep()
    monkeypatch.setattr(code, "_parsed", lambda content: Code(f"parsed {len(content)}", ()))
    later = Codes(tmp_path / "register.json")
    assert later.of(text) == first
    assert later.of(text + b"\n") == Code(f"parsed {len(text) + 1}", ())


def test_another_reader_or_another_python_reads_again(tmp_path, monkeypatch):
    codes = Codes(tmp_path / "register.json")
    codes.of(b"x = 1\n")
    codes.keep()
    monkeypatch.setattr(code, "_parsed", lambda content: Code("parsed", ()))
    monkeypatch.setattr(code, "_reader", lambda: b"another")
    assert Codes(tmp_path / "register.json").of(b"x = 1\n").digest == "parsed"


@pytest.mark.parametrize("register", ["none/register.json", "damaged.json"])
def test_without_a_register_everything_is_read_and_no_folder_is_made(tmp_path, register):
    (tmp_path / "damaged.json").write_text("[damaged")
    codes = Codes(tmp_path / register)
    expected = codes.of(b"x = 1\n")
    codes.keep()
    assert not (tmp_path / "none").exists()
    assert Codes(tmp_path / register).of(b"x = (1)  # one\n").digest == expected.digest


def test_a_hash_is_the_same_with_what_was_kept_as_without(tree):
    (tree / ".snakemake").mkdir()
    program = "import sys\nfrom pathlib import Path\nfrom lsalsa.study.provenance import source_hash\n"
    program += "source_hash.ROOT = Path.cwd()\nprint(source_hash.hash_of([Path('script.py').absolute()]))"
    command = [sys.executable, "-c", program]
    first, second = (subprocess.run(command, cwd=tree, capture_output=True, check=True).stdout for _ in range(2))
    assert (tree / ".snakemake" / "lsalsa_code.json").is_file()
    assert first == second == f"{digest(tree)}\n".encode()


# --- the repository itself --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy_of_all(tmp_path_factory):
    """A copy of all code of the repository."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("src", "scripts", "papers"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture
def copied(copy_of_all, monkeypatch):
    """The copy; who edits it takes the edit back."""
    monkeypatch.setattr(source_hash, "ROOT", copy_of_all)
    return copy_of_all


@pytest.fixture
def another_encoder(copied):
    """Lays a new encoder into the copy, for one test."""
    path = copied / "src/lsalsa/encoders/another.py"
    yield lambda: path.write_text("x = 1\n")
    path.unlink()


@pytest.fixture
def lengthened(copied):
    """Adds a line to a module of the copy, for one test."""
    before = {}

    def lengthen(module):
        before[module] = (copied / module).read_text()
        (copied / module).write_text(f"{before[module]}\nONE_MORE = 1\n")

    yield lengthen
    for module, text in before.items():
        (copied / module).write_text(text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_has_a_hash_that_a_new_encoder_does_not_change(path, copied, another_encoder):
    files = [path.relative_to(ROOT)]
    before = digest(copied, "lsalsa.encoders.lista", files=files)
    another_encoder()
    assert digest(copied, "lsalsa.encoders.lista", files=files) == before


@pytest.mark.parametrize(
    ("module", "counts"),
    [
        ("src/lsalsa/study/claims/orderings.py", True),
        ("src/lsalsa/study/claims/curves.py", True),
        ("src/lsalsa/study/claims/others.py", True),
        ("papers/lsalsa/claims.py", True),
        ("papers/sc2net/claims.py", True),
        ("src/lsalsa/study/tables/claims.py", True),
        ("src/lsalsa/study/tables/rmse.py", False),
        ("papers/sc2net/tables/depth.py", False),
    ],
)
def test_every_module_that_judges_claims_counts_for_their_table_and_for_no_other(copied, lengthened, module, counts):
    study = load_study(small(lsalsa=NOTHING | {"claims": True}))

    def hashes():
        for table in ("claims", "table_digits"):
            plugins = plugins_of("make_table", settings_of(study, "make_table", table=table))
            yield digest(copied, *plugins, files=["scripts/make_table.py"])

    claims, other = hashes()
    lengthened(module)
    claims_after, other_after = hashes()
    assert (claims != claims_after, other != other_after) == (counts, False)
