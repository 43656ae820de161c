"""What later Pythons remove is not used: held from the sources, since the tests run on one Python at a time.

The names up to 3.15 are those that the standard libraries of 3.11 and 3.15.2 differ by, compared name by name.
"""

import ast
import pkgutil
import sys
import threading
import warnings
from pathlib import Path

import Pyro4
import pytest
import serpent

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("stormtracks", "tests", "benchmarks", "docs", ".ci")
OURS = [*ROOT.glob("*.py"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))]
PYRO = Path(Pyro4.__file__).parent
THEIRS = [*PYRO.rglob("*.py"), Path(serpent.__file__)]

MODULES = {
    (3, 12): "asynchat asyncore distutils imp smtpd",
    (3, 13): "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr "
    "spwd sunau telnetlib uu xdrlib",
    (3, 15): "sre_compile sre_constants sre_parse",
}
NAMES = {
    (3, 12): "configparser.SafeConfigParser importlib.find_loader importlib.util.module_for_loader "
    "importlib.util.set_loader importlib.util.set_package locale.format pkgutil.ImpImporter pkgutil.ImpLoader "
    "sqlite3.enable_shared_cache ssl.RAND_pseudo_bytes ssl.match_hostname ssl.wrap_socket",
    (3, 13): "configparser.LegacyInterpolation locale.resetlocale re.TEMPLATE re.template typing.io typing.re "
    "unittest.findTestCases unittest.makeSuite",
    (3, 14): "ast.Bytes ast.Ellipsis ast.NameConstant ast.Num ast.Str asyncio.AbstractChildWatcher "
    "asyncio.FastChildWatcher asyncio.MultiLoopChildWatcher asyncio.PidfdChildWatcher asyncio.SafeChildWatcher "
    "asyncio.ThreadedChildWatcher asyncio.get_child_watcher asyncio.set_child_watcher importlib.abc.ResourceReader "
    "importlib.abc.Traversable importlib.abc.TraversableResources pkgutil.find_loader pkgutil.get_loader "
    "pty.master_open pty.slave_open shutil.ExecError sqlite3.version sqlite3.version_info "
    "urllib.request.FancyURLopener urllib.request.URLopener",
    (3, 15): "ctypes.SetPointerType glob.glob0 glob.glob1 http.server.CGIHTTPRequestHandler platform.java_ver "
    "typing.ByteString typing.no_type_check_decorator",
    (3, 99): "abc.abstractclassmethod abc.abstractproperty abc.abstractstaticmethod asyncio.get_event_loop_policy "
    "asyncio.iscoroutinefunction asyncio.set_event_loop_policy collections.abc.ByteString "
    "datetime.datetime.utcfromtimestamp datetime.datetime.utcnow locale.getdefaultlocale threading.activeCount "
    "threading.currentThread",  # removal is announced
}
METHODS = {"isDaemon", "isSet", "is_reserved", "link_to", "load_module", "notifyAll", "readfp", "setDaemon", "setName"}
"""Methods that are gone or will be, of whatever object: what it is cannot be read from the source."""

IMPLICIT_START = {f"multiprocessing.{name}" for name in ("Process", "Pool", "Queue", "Manager")}
"""Of multiprocessing without a context, which forks up to 3.13 and asks a server from 3.14 on."""

PYRO_MODULES = {"httpgateway.py": {"cgi"}}
"""What Pyro4 4.82 imports although it is gone: in a program that nothing here imports or starts."""

PYRO_METHODS = {"isSet": threading.Event, "setDaemon": threading.Thread}
"""What Pyro4 4.82 calls although its removal is announced."""


@pytest.mark.slow
def test_nothing_of_ours_is_removed_later():
    assert found(OURS) == {}


def test_nothing_of_pyro4_and_serpent_is_that_we_use():
    of_pyro = {name: modules for name, modules in found(THEIRS).items() if modules - PYRO_METHODS.keys()}
    assert of_pyro == PYRO_MODULES


def test_what_pyro4_calls_is_still_there():
    assert [name for name, cls in PYRO_METHODS.items() if not hasattr(cls, name)] == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import distutils.util", "distutils"),
        ("from imp import reload", "imp"),
        ("import sqlite3 as sql\nsql.version", "sqlite3.version"),
        ("from urllib import request\nrequest.URLopener()", "urllib.request.URLopener"),
        ("from datetime import datetime as d\nd.utcnow()", "datetime.datetime.utcnow"),
        ("import threading\nthreading.Event().isSet()", "isSet"),
        ("import multiprocessing\nmultiprocessing.Process()", "multiprocessing.Process"),
    ],
)
def test_what_is_removed_is_noticed(source, name, tmp_path):
    (tmp_path / "source.py").write_text(source)
    assert found([tmp_path / "source.py"]) == {"source.py": {name}}


def test_the_names_are_spelt_right():
    """What this Python has not removed yet exists in it."""
    later = [
        {since: names for since, names in table.items() if since > sys.version_info[:2]} for table in (MODULES, NAMES)
    ]
    assert listed(later[0]) - sys.stdlib_module_names == set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [name for name in listed(later[1]) if not exists(name)] == []


@pytest.mark.slow
def test_no_syntax_draws_a_warning():
    """Neither an invalid escape (3.12), which every Python tells, nor a `finally` that is left (3.14)."""
    leaves = (ast.Return, ast.Break, ast.Continue)
    for path in OURS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(path.read_text(), str(path))
        final = [line for node in ast.walk(tree) if isinstance(node, ast.Try) for line in node.finalbody]
        assert [inner.lineno for line in final for inner in ast.walk(line) if isinstance(inner, leaves)] == [], path


def found(paths):
    """File -> the names in it that are removed sometime, of the files that have any."""
    return {path.name: names for path in paths if (names := removed(*used(path)))}


def removed(names, attributes):
    modules = {name.split(".")[0] for name in names} & listed(MODULES)
    qualified = names & (listed(NAMES) | IMPLICIT_START)
    return modules | qualified | ((attributes & METHODS) - {name.rpartition(".")[2] for name in qualified})


def used(path):
    """Dotted names of what a source imports and of what it takes from that; the names of all attributes."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    meant, names = {}, set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
            meant |= {alias.asname: alias.name for alias in node.names if alias.asname}
            meant |= {(top := alias.name.split(".")[0]): top for alias in node.names if not alias.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
            meant |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    return names | {dotted(node, meant) for node in attributes}, {node.attr for node in attributes}


def dotted(node, meant):
    """The name that an attribute of something imported has; else an empty text."""
    if isinstance(node, ast.Name):
        return meant.get(node.id, "")
    above = dotted(node.value, meant) if isinstance(node, ast.Attribute) else ""
    return above and f"{above}.{node.attr}"


def exists(name):
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def listed(table):
    return {name for names in table.values() for name in names.split()}
