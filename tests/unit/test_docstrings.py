"""The check of docstrings: what it finds in small modules, and that numpydoc's own validation says the same."""

import ast
import warnings
from pathlib import Path
from textwrap import dedent

import docstrings
import pytest
from numpydoc.hooks.validate_docstrings import DocstringVisitor

MODULE = Path("module.py")


def faults(text):
    """What is found in a module, without the place."""
    return [fault.partition(" ")[2] for fault in docstrings.faults_of({MODULE: dedent(text)})]


def function(signature, *documented, title="Parameters"):
    """A function whose docstring documents some names."""
    entries = "".join(f"\n    {name} : int" for name in documented)
    section = f"\n\n    {title}\n    {'-' * len(title)}{entries}\n    " if documented else ""
    return f'def function({signature}):\n    """Do it.{section}"""\n'


# --- functions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sound",
    [
        function("a, b, c", "a", "b", "c"),
        function("a, /, b, *c, d=1, **e", "a", "b", "*c", "d", "**e"),
        function("a, b, c", "a, b", "c"),
        function("a, b"),
        function("a, b", "a", "b"),
        function("a, b, c").replace("function", "_function"),
        "def outer():\n    def inner(a, b, c):\n        return a\n    return inner\n",
    ],
    ids=["named", "every kind", "in one line", "two need none", "two may", "private", "nested"],
)
def test_a_sound_function_passes(sound):
    assert faults(sound) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (function("a, b, c"), "Parameters lacks a, b, c"),
        ("def function(a, b, c):\n    return a\n", "Parameters lacks a, b, c"),
        (function("a, b, c", "a", "c"), "Parameters lacks b"),
        (function("a", "a", "b"), "Parameters names what is none: b"),
        (function("a, b, c", "b", "a", "c"), "Parameters must stand in the order a, b, c"),
        (function("a", "a", title="Settings"), "no section of numpydoc: Settings"),
    ],
    ids=["no section", "no docstring", "one missing", "one too many", "order", "title"],
)
def test_a_fault_is_named_with_its_function(text, fault):
    assert faults(text) == [f"function: {fault}"]


def test_a_class_documents_the_settings_that_it_inherits():
    base = 'class _Base:\n    defaults: dict = {"a": 1, "b": 2, "c": 3}\n\n\n'
    assert docstrings.faults_of({MODULE: base + "class Child(_Base):\n    pass\n"}) == [
        "module.py:5 Child: Parameters lacks a, b, c"
    ]


def test_a_fault_says_file_and_line():
    (fault,) = docstrings.faults_of({MODULE: "\n\n" + function("a, b, c")})
    assert fault == "module.py:3 function: Parameters lacks a, b, c"


def test_sections_in_another_order_than_numpydoc_s_are_a_fault():
    text = '''
        def function(a):
            """Do it.

            Returns
            -------
            int

            Parameters
            ----------
            a : int
            """
    '''
    assert faults(text) == ["function: sections must stand in the order Parameters, Returns"]


# --- classes ------------------------------------------------------------------------------------------------


def method(documented, base=""):
    section = "\n\n        Parameters\n        ----------\n        a, b, c : int\n        " if documented else ""
    return f'class Of{base or "None"}({base}):\n    def run(self, a, b, c):\n        """Run.{section}"""\n'


def test_self_is_no_parameter_of_a_method():
    assert faults(method(documented=True)) == []
    assert faults(method(documented=False)) == ["OfNone.run: Parameters lacks a, b, c"]


def test_a_method_may_leave_its_parameters_to_the_base_that_documents_them():
    class_between = "class Between(OfNone):\n    pass\n\n"
    own = method(documented=False, base="Between")
    assert faults(method(documented=True) + class_between + own) == []
    assert "OfBetween.run: Parameters lacks a, b, c" in faults(method(documented=False) + class_between + own)


def implementing(signature, contract="lsalsa.contract"):
    """Faults of a function in a module that implements another, which documents `a, b, c`."""
    texts = {
        Path("src/lsalsa/contract.py"): function("a, b, c", "a", "b", "c"),
        Path("src/lsalsa/twin.py"): f'"""A twin. Implements `{contract}`."""\n{function(signature)}',
    }
    return [fault.partition(" ")[2] for fault in docstrings.faults_of(texts)]


def test_a_function_may_leave_its_parameters_to_the_module_that_its_own_implements():
    assert implementing("a, b, c") == []
    assert implementing("a, b, other") == [
        "function: Parameters lacks other",
        "function: Parameters names what is none: c",
    ]
    assert implementing("a, b, c", contract="lsalsa.missing") == ["function: Parameters lacks a, b, c"]


def described(title, *names):
    entries = "".join(f"    {name} : int\n" for name in names)
    return f'    """A thing.\n\n    {title}\n    {"-" * len(title)}\n{entries}    """\n'


INIT = "    def __init__(self, a, b, c):\n        self.a = a\n"
FIELDS = "    a: int\n    b: int\n    c: int = 0\n    shared: ClassVar[int] = 1\n"
DEFAULTS = '    defaults: ClassVar[dict[str, int]] = {"a": 1, "b": 2}\n'


@pytest.mark.parametrize(
    ("head", "title", "body"),
    [
        ("class Thing:\n", "Parameters", INIT),
        ("@dataclass(frozen=True)\nclass Thing:\n", "Attributes", FIELDS),
        ("@dataclass\nclass Thing:\n", "Parameters", FIELDS),
        ("class Thing(NamedTuple):\n", "Attributes", FIELDS),
    ],
    ids=["init", "frozen dataclass", "dataclass", "named tuple"],
)
def test_a_class_documents_what_it_is_made_from(head, title, body):
    assert faults(head + described(title, "a", "b", "c") + body) == []
    assert faults(head + described(title, "a", "c") + body) == ["Thing: Parameters lacks b"]
    assert faults(head + body) == ["Thing: Parameters lacks a, b, c"]


def test_an_encoder_documents_its_settings_as_parameters():
    assert faults("class Plugin(Base):\n" + described("Parameters", "a", "b") + DEFAULTS) == []
    assert faults("class Plugin(Base):\n" + described("Parameters", "a") + DEFAULTS) == ["Plugin: Parameters lacks b"]


# --- the repository -----------------------------------------------------------------------------------------


def numpydoc_says(path, functions):
    """Names of functions of a module whose parameters numpydoc's own validation finds wrongly documented."""
    codes = {"PR01", "PR02", "PR03"}
    visitor = DocstringVisitor(str(path), {"checks": codes, "overrides": {}, "exclude": None})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        visitor.visit(ast.Module(functions, []))
    return {name.partition(".")[2] for _, name, _, _ in visitor.findings}


def is_asked(node):
    """True for a public function that has three parameters or a section that lists them, and is no command."""
    taken = [name for name in ast.walk(node.args) if isinstance(name, ast.arg)]
    if docstrings.is_command(node):
        return False
    return not node.name.startswith("_") and (len(taken) >= 3 or "Parameters\n" in ast.get_docstring(node))


def test_numpydoc_s_own_validation_says_the_same_of_every_function_with_a_docstring():
    for path, text in docstrings.sources().items():
        functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        functions = [node for node in functions if ast.get_docstring(node) and is_asked(node)]
        asked = {node.name for node in functions}
        found = {fault.split(" ")[1][:-1] for fault in docstrings.faults_of({MODULE: text}) if ": Parameters" in fault}
        assert found & asked == numpydoc_says(path, functions) & asked, path


def test_hidden_modules_and_scripts_are_not_public_but_their_classes_are_known():
    hidden, public = Path("src/lsalsa/_base.py"), Path("src/lsalsa/plugin.py")
    base, derived = method(documented=True), method(documented=False, base="OfNone")
    assert docstrings.faults_of({hidden: method(documented=False)}) == []
    assert docstrings.faults_of({Path("papers/some/scripts/run.py"): method(documented=False)}) == []
    assert docstrings.faults_of({hidden: base, public: derived}) == []


def test_the_repository_is_read():
    assert {Path("src/lsalsa/metrics/codes.py"), Path("src/lsalsa/solvers/__init__.py")} <= set(docstrings.sources())
