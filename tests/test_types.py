"""Everything public is annotated, so that an editor and mypy know what a notebook is given."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "stormtracks"
MODULES = sorted(PACKAGE.rglob("*.py"))


def functions(body, inside=""):
    """(name, node) of each public function, and of the public and special methods of each public class."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from functions(node.body, f"{node.name}.")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            special = node.name.startswith("__") and node.name.endswith("__")
            if special or not node.name.startswith("_"):
                yield f"{inside}{node.name}", node


def unannotated(name, node):
    """What of a function has no annotation: its parameters but the first of a method, and what it returns."""
    given = node.args
    arguments = [*given.posonlyargs, *given.args]
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    if "." in name and not static:
        arguments = arguments[1:]
    arguments += [*given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    found = [argument.arg for argument in arguments if argument.annotation is None]
    return found + ([] if node.returns is not None else ["return"])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_public_is_annotated(path):
    missing = {name: unannotated(name, node) for name, node in functions(ast.parse(path.read_text()).body)}
    assert {name: what for name, what in missing.items() if what} == {}


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("def f(a, *, b: int): ...", ["a", "return"]),
        ("def f(a: int, *b, **c) -> None: ...", ["b", "c"]),
        ("class A:\n    def f(self, a): ...", ["a", "return"]),
        ("class A:\n    @staticmethod\n    def f(a) -> int: ...", ["a"]),
        ("class A:\n    def __init__(self): ...", ["return"]),
    ],
)
def test_what_is_not_annotated_is_seen(source, missing):
    assert [unannotated(*found) for found in functions(ast.parse(source).body)] == [missing]


def test_what_is_private_is_left_out():
    source = "def _f(a): ...\nclass _A:\n    def f(self, a): ...\nclass B:\n    def _f(self, a): ..."
    assert list(functions(ast.parse(source).body)) == []
