"""The import rules of docs/architecture.md, read from the sources."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "stormtracks"
SCIENCE = sorted((PACKAGE / "science").rglob("*.py"))
CLUSTER = sorted((PACKAGE / "pyro_cluster").rglob("*.py"))
STAGES = ("reanalysis", "vorticity", "maxima", "passes", "linking", "best_tracks", "matching", "results")
FILE_MODULES = ("track_files", "reanalysis", "best_tracks", "results", "synthetic", "export")

# The package's own ground, which every room stands on.
GROUND = ("errors", "paths", "disk", "readable", "address", "process", "detached", "version", "garbage")
GROUND += (
    "written",
    "strict_dataclass",
    "terminal_text",
    "private",
    "sealed",
    "lineage",
    "label",
    "starts",
    "web_path",
    "table",
)
# The parts of pyro_cluster, and what each may import of the others.
MEMBERS = {
    "faces": ("pyro_manager", "pyro_worker", "pyro_nameserver"),
    "pyro_task": ("pyro_task",),
    "ground": ("bounds", "leases", "pidfile", "plain", "secret", "service"),
    "manager": ("manager",),
    "worker": ("worker",),
    "journal": ("journal",),
    "wire": ("wire",),
}
PART_OF = {room: part for part, rooms in MEMBERS.items() for room in rooms}
ALLOWED = {
    "faces": {"manager", "worker", "journal", "wire", "pyro_task", "ground"},
    "manager": {"journal", "wire", "pyro_task", "ground"},  # never the worker
    "worker": {"wire", "ground"},  # never the manager, its journal or its tasks
    "journal": {"pyro_task", "ground"},
    "wire": {"ground"},
    "pyro_task": set(),
    "ground": set(),
}

# What each file or wing of science.reanalysis may import of the others; the story stands above the wings.
WINGS = {
    "roles": set(),
    "stored": set(),
    "stated": set(),
    "dataset": {"roles", "stated"},
    "dimensions": {"stored", "stated"},
    "period": {"dimensions"},
    "fields": {"dimensions", "stored", "dataset", "stated", "roles"},
    "folder": {"fields", "dimensions", "stored", "dataset", "stated", "period", "roles"},
    "joined": {"fields", "dimensions", "stored", "dataset", "roles"},
}
STORY = {
    "coverage",
    "members",
    "season",
    "further_field",
    "further",
    "inventory",
    "inspected_year",
    "inspected_files",
    "inspection",
}


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


def test_fields_are_read_by_the_wing_of_their_format_alone():
    stored = PACKAGE / "science/reanalysis/stored"
    for path in (PACKAGE / "science/reanalysis").rglob("*.py"):
        assert stored / "netcdf" in path.parents or under(imports(path), "netCDF4", "h5py") == [], path
        for wing in ("grib", "zarr"):
            assert stored / wing in path.parents or f'libraries.load("{wing}")' not in path.read_text(), path


def test_libraries_of_extras_are_loaded_in_one_way():
    """`extras.load` keeps apart what eccodes brings along, and says how to install what is lacking."""
    for path in PACKAGE.rglob("*.py"):
        assert under(imports(path), "eccodes", "gribapi", "tensorstore", "distributed", "dask") == [], path
        assert "extras.load(" not in path.read_text() or path.name in ("extras.py", "libraries.py", "library.py"), path


def test_yaml_only_in_lined_yaml_and_matplotlib_only_in_plots():
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        assert name == "lined_yaml.py" or under(imports(path), "yaml") == [], name
        assert name.startswith("science/plots") or under(imports(path), "matplotlib", "cartopy") == [], name


@pytest.mark.parametrize(
    "module",
    [
        "stormtracks.config",
        "stormtracks.commands",
        "stormtracks.pyro_cluster.pyro_task",
        "stormtracks.pyro_cluster.journal.journal",
        "stormtracks.on_host.check",
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


@pytest.fixture(scope="module")
def arrows():
    """Module -> the modules of ours that it imports, function-level imports included."""
    return house.graph()


def test_nothing_in_the_package_is_circular(arrows):
    assert {"tasks", "fabfile", "stormtracks.science.pipeline"} <= set(arrows)
    assert house.circles(arrows) == []


def test_the_parts_of_the_cluster_import_each_other_only_as_the_table_allows(arrows):
    rooms = house.rooms(arrows)
    assert set(rooms.values()) == set(PART_OF), "a room that no part of the table has, or the other way"
    found = house.grouped(arrows, {name: PART_OF[room] for name, room in rooms.items()})
    assert {part: others - ALLOWED[part] for part, others in found.items()} == {part: set() for part in ALLOWED}


def test_the_table_has_four_floors_and_no_room_stands_above_its_own(arrows):
    floor_of = house.floors(ALLOWED)
    assert house.upward(ALLOWED) == set()
    by_floor = [{part for part in floor_of if floor_of[part] == floor} for floor in range(4)]
    assert by_floor == [{"ground", "pyro_task"}, {"journal", "wire"}, {"manager", "worker"}, {"faces"}]
    between = house.grouped(arrows, house.rooms(arrows))
    assert house.upward(between) == set()
    assert all(floor <= floor_of[PART_OF[room]] for room, floor in house.floors(between).items())


def test_the_wings_of_the_reanalysis_know_nothing_of_what_is_above_them(arrows):
    found = house.grouped(arrows, house.rooms(arrows, "stormtracks.science.reanalysis"))
    assert set(found) == {*WINGS, *STORY}
    assert {wing: found[wing] - WINGS[wing] for wing in WINGS} == {wing: set() for wing in WINGS}
    assert house.upward(found) == set()


def test_a_notebook_knows_the_science_only_and_its_wings_stand_below_what_it_is_handed(arrows):
    known = house.grouped(arrows, house.rooms(arrows, "stormtracks"))["notebook"]
    assert known - {"science", "extras", *GROUND} == set()
    found = house.grouped(arrows, house.rooms(arrows, "stormtracks.notebook"))
    below = {"chosen": {"progress"}, "tables": set(), "progress": set()}
    assert {wing: found[wing] - below[wing] for wing in below} == {wing: set() for wing in below}
    assert house.upward(found) == set()


def test_what_is_planted_knows_nothing_of_the_atmosphere_around_it_nor_that_of_files(arrows):
    found = house.grouped(arrows, house.rooms(arrows, "stormtracks.science.synthetic"))
    below = {"plan", "nature"}
    allowed = {"storms": below, "atmosphere": {*below, "storms"}, "layouts": {*below, "storms", "atmosphere"}}
    assert {wing: found[wing] - allowed[wing] for wing in allowed} == {wing: set() for wing in allowed}
    assert house.upward(found) == set()


@pytest.mark.parametrize("name", GROUND)
def test_the_ground_knows_no_room(arrows, name):
    below = {f"stormtracks.{other}" for other in GROUND} | {"stormtracks"}
    assert arrows[f"stormtracks.{name}"] - below == set()


def test_the_graph_knows_relative_imports_members_of_packages_and_imports_in_functions(tmp_path):
    package = tmp_path / "stormtracks" / "room"
    package.mkdir(parents=True)
    for path in (tmp_path / "tasks.py", tmp_path / "fabfile.py", package.parent / "__init__.py"):
        path.touch()
    (package / "__init__.py").write_text("from .a import name\n")
    (package / "a.py").write_text("from stormtracks.room import b, name\nimport os.path\n")
    (package / "b.py").write_text("def late():\n    from . import a\n    import stormtracks.room.c as c\n")
    (package / "c.py").write_text("from .. import room\nfrom numpy import array\n")
    room = "stormtracks.room"
    graph = house.graph(tmp_path)
    assert {name: others for name, others in graph.items() if others} == {
        room: {f"{room}.a"},
        f"{room}.a": {f"{room}.b", room},
        f"{room}.b": {f"{room}.a", f"{room}.c"},
        f"{room}.c": {room},
    }
    assert house.circles(graph) == [[room, f"{room}.a", f"{room}.b", f"{room}.c"]]


def test_floors_and_upward_arrows():
    arrows = {"top": {"left", "right"}, "left": {"low"}, "right": {"left"}, "low": {"left"}}
    assert house.upward(arrows) == {("low", "left")}
    assert house.floors(arrows) == {"top": 3, "right": 2, "left": 1, "low": 0}


def test_both_rooms_know_the_same_tasks():
    from stormtracks.pyro_cluster import pyro_task
    from stormtracks.science import pipeline

    assert list(pipeline.TASKS) == list(pyro_task.TASKS)
