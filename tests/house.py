"""The house as its imports show it: modules, rooms, the arrows between them, floors and circles.

    python -m tests.house [CHECKOUT]

prints what docs/architecture.md states, of this checkout or of another one.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLUSTER = "stormtracks.pyro_cluster"
Graph = dict[str, set[str]]
"""Name -> names that it imports."""


def sources(root: Path = ROOT) -> dict[str, Path]:
    """Every module of the package, and the two files of commands, by its dotted name."""
    files = [*(root / "stormtracks").rglob("*.py"), root / "tasks.py", root / "fabfile.py"]
    named = {path: ".".join(path.relative_to(root).with_suffix("").parts) for path in files}
    return {name.removesuffix(".__init__"): path for path, name in sorted(named.items())}


def imported(path: Path, name: str) -> set[str]:
    """Dotted names that a source imports, wherever in it, for types as well; ``from a import b`` is a.b."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = name.split(".")[: len(name.split(".")) + (path.name == "__init__.py") - node.level]
            module = [*(above if node.level else []), *(node.module.split(".") if node.module else [])]
            found |= {".".join([*module, alias.name]) for alias in node.names}
    return found


def graph(root: Path = ROOT) -> Graph:
    """Module -> modules of ours that it imports.

    An arrow leads to the module that is really meant: ``from a.b import c`` to a.b.c where that is a module, else to
    a.b. That Python also runs a.b then makes no circle: what is named there is not used.
    """
    modules = sources(root)
    return {
        name: {meant for one in imported(path, name) if (meant := _module(one, modules)) and meant != name}
        for name, path in modules.items()
    }


def circles(arrows: Graph) -> list[list[str]]:
    """Groups of modules that import each other, directly or through others."""
    return [sorted(group) for group in _strong(arrows) if len(group) > 1]


def grouped(arrows: Graph, room_of: dict[str, str]) -> Graph:
    """The arrows between rooms, from those between modules; modules without a room are left out."""
    made: Graph = {room: set() for room in room_of.values()}
    for name, others in arrows.items():
        if name in room_of:
            made[room_of[name]] |= {room_of[other] for other in others if other in room_of} - {room_of[name]}
    return made


def rooms(arrows: Graph, folder: str = CLUSTER) -> dict[str, str]:
    """Module -> the file or folder in which somebody finds it who opens a package's folder."""
    inside = [name for name in arrows if name.startswith(folder + ".")]
    return {name: name.removeprefix(folder + ".").split(".")[0] for name in inside}


def upward(arrows: Graph) -> set[tuple[str, str]]:
    """Arrows that lead back to what is above: without them there is no circle."""
    back: set[tuple[str, str]] = set()
    finished: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        for other in sorted(arrows[name]):
            if other in (*above, name):
                back.add((name, other))
            elif other not in finished:
                walk(other, (*above, name))
        finished.add(name)

    used = set().union(*arrows.values())
    for name in sorted(arrows, key=lambda name: (name in used, name)):  # from those that nobody imports
        if name not in finished:
            walk(name, ())
    return back


def floors(arrows: Graph) -> dict[str, int]:
    """Name -> its floor: 0 for what imports nothing, else one above the highest that it imports; upward ones aside."""
    back = upward(arrows)
    found: dict[str, int] = {}

    def floor(name: str) -> int:
        if name not in found:
            below = [other for other in arrows[name] if (name, other) not in back]
            found[name] = 1 + max(map(floor, below), default=-1)
        return found[name]

    return {name: floor(name) for name in arrows}


def counts(root: Path = ROOT) -> dict[str, object]:
    """What docs/architecture.md states of the cluster's room and of the whole package."""
    arrows = graph(root)
    cluster = rooms(arrows)
    between = grouped(arrows, cluster)
    inside = {name: others & set(cluster) for name, others in arrows.items() if name in cluster}
    return {
        "rooms seen on opening pyro_cluster": len(between),
        "files": len([name for name in sources(root) if name == CLUSTER or name in cluster]),
        "floors": 1 + max(floors(between).values()),
        "arrows between rooms": sum(map(len, between.values())),
        "upward arrows": len(upward(between)),
        "circles in pyro_cluster": len(circles(inside)),
        "modules of the package": len(arrows),
        "circles of the package": len(circles(arrows)),
    }


def main() -> None:
    """Print the counts, and what stands on each floor."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    for what, number in counts(root).items():
        print(f"{number:5}  {what}")
    arrows = graph(root)
    for circle in circles(arrows):
        print("circle:", ", ".join(circle))
    floor_of = floors(grouped(arrows, rooms(arrows)))
    for floor in range(max(floor_of.values()), -1, -1):
        print(f"floor {floor}:", ", ".join(sorted(room for room in floor_of if floor_of[room] == floor)))


def _module(name: str, modules: Iterable[str]) -> str | None:
    """The module that a dotted name belongs to, one of ours; None: somebody else's."""
    parts = name.split(".")
    starts = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((start for start in starts if start in modules), None)


def _strong(arrows: Graph) -> Iterator[set[str]]:
    """Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> Iterator[set[str]]:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(arrows[name]):
            if other not in index:
                yield from visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            yield {name, *iter(stack.pop, name)}

    for name in sorted(arrows):
        if name not in index:
            yield from visit(name)


if __name__ == "__main__":
    main()
