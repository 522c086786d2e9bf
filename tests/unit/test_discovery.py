"""Plug-ins found by their folder, in packages written for each test."""

import importlib
import itertools
from pathlib import Path

import pytest

from lsalsa.discovery import class_in, modules_in, settings_for
from lsalsa.errors import ConfigError

PARENT = "class Parent: pass"
ONE = "from {package}.base import Parent\nclass {name}(Parent): pass"
numbers = itertools.count()


@pytest.fixture
def make_package(tmp_path, monkeypatch):
    """Writes the files of a package whose name no other test has, and gives that name."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(**files):
        package = f"plugins_{next(numbers)}"
        (tmp_path / package).mkdir()
        for name, text in {"__init__": "", "base": PARENT, **files}.items():
            (tmp_path / package / f"{name}.py").write_text(text.replace("{package}", package))
        importlib.invalidate_caches()
        return package

    return make


def found_in(package, name):
    return class_in(package, "toy", name, importlib.import_module(f"{package}.base").Parent)


def test_every_file_but_base_and_private_ones_is_a_plug_in_in_alphabetical_order(make_package):
    package = make_package(zebra="", ant="", _helper="", __hidden="", basement="", notes_="")
    assert list(modules_in(package)) == ["ant", "basement", "notes_", "zebra"]


def test_a_file_that_is_no_module_is_no_plug_in(make_package, tmp_path):
    package = make_package(ant="")
    (tmp_path / package / "readme.md").write_text("ant")
    (tmp_path / package / "data.json").write_text("{}")
    assert list(modules_in(package)) == ["ant"]


def test_looking_for_plug_ins_imports_none_of_them(make_package):
    assert list(modules_in(make_package(broken="raise RuntimeError('imported')"))) == ["broken"]


def test_a_plug_in_is_there_by_being_a_file(make_package):
    package = make_package(ant=ONE.replace("{name}", "Ant"), bee=ONE.replace("{name}", "Bee"))
    assert [found_in(package, name).__name__ for name in modules_in(package)] == ["Ant", "Bee"]


def test_classes_that_a_file_imports_are_not_its_own(make_package):
    """A plug-in may build on another one, and have classes beside that are no plug-ins."""
    bee = "from {package}.ant import Ant\nclass Wing: pass\nclass Bee(Ant): pass"
    package = make_package(ant=ONE.replace("{name}", "Ant"), bee=bee)
    assert found_in(package, "bee").__name__ == "Bee"
    assert issubclass(found_in(package, "bee"), found_in(package, "ant"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("from {package}.base import Parent", 0),
        ("class Stranger: pass", 0),
        ("from {package}.base import Parent\nclass One(Parent): pass\nclass Two(Parent): pass", 2),
    ],
    ids=("empty", "only imported", "of another family", "two"),
)
def test_a_file_without_exactly_one_class_of_the_family_is_refused_by_name(make_package, text, count):
    package = make_package(ant=text)
    with pytest.raises(ImportError, match=r"ant\.py must define exactly one Parent") as raised:
        found_in(package, "ant")
    assert str(raised.value).endswith(f"found {count}")


@pytest.mark.parametrize("name", ["base", "_helper", "__init__", "Ant", "ant.py", "../ant", ""])
def test_what_is_no_plug_in_cannot_be_asked_for(make_package, name):
    package = make_package(ant=ONE.replace("{name}", "Ant"), _helper="")
    with pytest.raises(ConfigError, match="is not a known toy"):
        found_in(package, name)


def test_an_unknown_name_is_answered_with_the_nearest_and_all_that_are_known(make_package):
    package = make_package(ant="", beetle="", butterfly="")
    with pytest.raises(ConfigError) as raised:
        found_in(package, "beatle")
    assert str(raised.value) == "'beatle' is not a known toy; did you mean beetle? known: ant, beetle, butterfly"


def test_a_name_unlike_any_is_answered_without_a_guess(make_package):
    with pytest.raises(ConfigError) as raised:
        found_in(make_package(ant=""), "xyzzy")
    assert str(raised.value) == "'xyzzy' is not a known toy; known: ant"


FAMILIES = {
    "encoders": (
        "encoder_class",
        {"LISTA", "LSALSA", "LFISTA", "AdaptiveISTA", "SLSTM", "CRsAE", "ExactCRsAE", "LCSC"},
    ),
    "solvers": ("solver_class", {"ISTA", "FISTA", "SALSA"}),
    "losses": ("loss_class", {"CodesLoss", "SourcesLoss", "TiedDecoderLoss", "ReconstructionLoss", "GammaPriorLoss"}),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_file_of_a_family_is_found_under_its_name_and_those_of_the_papers_are_among_them(family):
    package, (find, of_the_papers) = importlib.import_module(f"lsalsa.{family}"), FAMILIES[family]
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")}
    plug_ins = sorted(name for name in files if name != "base" and not name.startswith("_"))
    assert package.available() == plug_ins
    found = [getattr(package, find)(name) for name in plug_ins]
    assert [kind.__module__ for kind in found] == [f"lsalsa.{family}.{name}" for name in plug_ins]
    assert of_the_papers <= {kind.__name__ for kind in found}


def test_given_settings_take_the_place_of_the_known_ones_and_leave_them_alone():
    known = {"mu": 1.0, "depth": 5}
    assert settings_for("setting", "LSALSA", {"mu": 3.0}, known) == {"mu": 3.0, "depth": 5}
    assert known == {"mu": 1.0, "depth": 5}


def test_an_unknown_setting_is_refused_with_its_owner_and_the_nearest():
    with pytest.raises(ConfigError) as raised:
        settings_for("setting", "LSALSA", {"muu": 3.0}, {"mu": 1.0, "depth": 5})
    assert str(raised.value) == "'muu' is not a known setting of LSALSA; did you mean mu? known: depth, mu"
