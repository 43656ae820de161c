"""The API reference: each entry can be imported as it is written there, says what it is, and has its units."""

import dataclasses
import importlib
import inspect
import re

import api_reference
import pytest

NAMES = [name for _, names in api_reference.SECTIONS.values() for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_there_and_documented(name):
    module, _, attribute = name.rpartition(".")
    found = getattr(importlib.import_module(module), attribute)
    assert inspect.getdoc(found)
    assert inspect.isclass(found) == (f"autoclass:: {name}\n" in api_reference.sections())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.rpartition(".")[2][0].isupper()])
def test_every_parameter_of_a_function_is_described(name):
    module, _, attribute = name.rpartition(".")
    function = getattr(importlib.import_module(module), attribute)
    described = inspect.getdoc(function).partition("Returns\n---")[0]
    missing = [parameter for parameter in inspect.signature(function).parameters if parameter not in described]
    assert not missing


@pytest.mark.parametrize("name", [name for name in NAMES if name.rpartition(".")[2][0].isupper()])
def test_every_field_and_every_parameter_of_a_class_is_described(name):
    module, _, attribute = name.rpartition(".")
    cls = getattr(importlib.import_module(module), attribute)
    about = " ".join(inspect.getdoc(one) or "" for one in cls.__mro__)
    missing = [field.name for field in _fields(cls) if not _is_described(field.name, about)]
    for method in (one for one in vars(cls).values() if inspect.isfunction(one) and one.__name__[0] != "_"):
        parameters = [one for one in inspect.signature(method).parameters if one != "self"]
        said = " ".join(inspect.getdoc(getattr(one, method.__name__, None)) or "" for one in cls.__mro__) + about
        if len(parameters) > 1 or "**" in str(inspect.signature(method)):  # a single one is what the sentence is about
            missing += [f"{method.__name__}({one})" for one in parameters if not _is_described(one, said)]
    assert not missing


def _fields(cls):
    """Those that have no meaning beside them in the code already, as settings have."""
    every = dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()
    return [field for field in every if not field.metadata.get("doc")]


def _is_described(name, text):
    return re.search(rf"\b{name}\b", text) is not None


def test_no_entry_stands_twice():
    assert len(NAMES) == len(set(NAMES))
