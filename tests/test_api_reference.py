"""The API reference: each entry can be imported as it is written there, says what it is, and has its units."""

import importlib
import inspect

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


def test_no_entry_stands_twice():
    assert len(NAMES) == len(set(NAMES))
