"""The import rule of docs/architecture.md, read from the sources."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "stormtracks"
SCIENCE = sorted((PACKAGE / "science").rglob("*.py"))
CLUSTER = sorted((PACKAGE / "pyro_cluster").rglob("*.py"))
STAGES = ("reanalysis", "vorticity", "maxima", "passes", "linking", "ibtracs", "matching", "results")
FILE_MODULES = ("reanalysis", "ibtracs", "results", "synthetic", "export")


def imports(path):
    """Names of all modules that a source imports, wherever in it, `from a import b` as both a and a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parent.parts
            above = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (above, node.module) if part)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def under(modules, *roots):
    return sorted(m for m in modules if any(m == root or m.startswith(root + ".") for root in roots))


@pytest.mark.parametrize("path", SCIENCE, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_science_knows_nothing_of_clusters(path):
    forbidden = (
        "stormtracks.pyro_cluster",
        "stormtracks.config",
        "stormtracks.commands",
        "Pyro4",
        "fabric",
        "invoke",
        "yaml",
    )
    assert under(imports(path), *forbidden) == []


@pytest.mark.parametrize("path", CLUSTER, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_cluster_knows_nothing_of_storms(path):
    assert under(imports(path), "stormtracks.science", "numpy", "netCDF4", "scipy") == []


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_import_each_other(stage):
    sources = [p for p in SCIENCE if p.relative_to(PACKAGE / "science").parts[0] in (stage, f"{stage}.py")]
    assert sources
    others = [f"stormtracks.science.{other}" for other in STAGES if other != stage]
    assert [under(imports(path), *others) for path in sources] == [[]] * len(sources)


def test_netcdf_only_where_files_are_read_or_written():
    for path in SCIENCE:
        if path.relative_to(PACKAGE / "science").parts[0].removesuffix(".py") not in FILE_MODULES:
            assert under(imports(path), "netCDF4", "h5py") == [], path


def test_yaml_only_in_config_and_matplotlib_only_in_plots():
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        assert name == "config.py" or under(imports(path), "yaml") == [], name
        assert name.startswith("science/plots") or under(imports(path), "matplotlib", "cartopy") == [], name


@pytest.mark.parametrize(
    "module",
    [
        "stormtracks.config",
        "stormtracks.commands",
        "stormtracks.pyro_cluster.pyro_task",
        "stormtracks.pyro_cluster.journal.journal",
        "tasks",
        "fabfile",
    ],
)
def test_what_an_operator_types_loads_neither_numpy_nor_pyro(module):
    code = f"import sys, {module}; print([m for m in ('numpy', 'Pyro4', 'netCDF4', 'scipy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_both_rooms_know_the_same_tasks():
    from stormtracks.pyro_cluster import pyro_task
    from stormtracks.science import pipeline

    assert set(pyro_task.TASKS) == set(pipeline.TASKS)
