"""Look whether a worker could work here, and say what to do about each fault."""

import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any

from stormtracks import extras, label, private, version, web_path
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.on_host import bind, key, packages, processes, start
from stormtracks.on_host.answers import CheckAnswer, Finding
from stormtracks.on_host.worker_files import WorkerFiles, optional_path_of, path_of
from stormtracks.pyro_cluster import secret

LITTLE_GB = 1.0
_OWN_SCRATCH = "or set 'scratch' in hosts.yaml to a folder of your own, such as /tmp/stormtracks-$USER"
MOST_NOTES = 10
"""Notes on data that one host sends: there may be one for each of many years."""
_NEVER: Any = "2200-01-01"
"""A day with no observed storm."""


def run(request: Mapping[str, Any]) -> CheckAnswer:
    """What was found in each respect. A look that fails is a finding too, and does not stop the others."""
    return {"findings": {name: _finding(look, request) for name, look in _LOOKS.items()}, "time": time.time()}


def _finding(look: Callable[[Mapping[str, Any]], Finding], request: Mapping[str, Any]) -> Finding:
    try:
        return look(request)
    except (StormtracksError, OSError, ImportError) as error:  # a package that is missing or damaged: see `_packages`
        return _found("-", f"{error}")
    except Exception as error:
        fault = f"a bug in stormtracks: {type(error).__name__}: {error}"
        return Finding(text="-", fault=fault, traceback=traceback.format_exc())


def _python(request: Mapping[str, Any]) -> Finding:
    return _found(f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}")


def _packages(request: Mapping[str, Any]) -> Finding:
    wrong = [
        text
        for name, bounds in packages.needed(request.get("extras", ())).items()
        if (text := packages.fault(name, bounds))
    ]
    brief = ", ".join(f"{name} {packages.installed(name) or '-'}" for name in ("Pyro4", "numpy"))
    return _found(brief, f"{', '.join(wrong)}: {_installing(request)}" if wrong else None)


def _installing(request: Mapping[str, Any]) -> str:
    """What installs what is lacking; to this machine nothing is deployed."""
    lacking = [name for name in request.get("extras", ()) if packages.lacking(name)]
    if request.get("local") and lacking:
        return f"run ./inv extras {','.join(lacking)}"
    return f"run fab deploy, or install what is missing for {sys.executable}"


def _code(request: Mapping[str, Any]) -> Finding:
    found = version.code_version()
    wanted = request["version"]
    return _found(
        found, None if found == wanted else f"the code differs from the operator's ({wanted}): run fab deploy"
    )


def _kernel(request: Mapping[str, Any]) -> Finding:
    """Whether maxima are found by the compiled kernel; by NumPy they are the same, so that this is no fault."""
    from stormtracks.science import kernel

    return _found(kernel.in_use())


def _data(request: Mapping[str, Any]) -> Finding:
    from stormtracks.science import reanalysis  # numpy and netCDF4, without which the looks above must work

    folder = path_of(request, "data")
    if not (web_path.is_address(folder) or folder.is_dir()):
        return _found(
            "-", f"{folder} is not a folder on this host: put the reanalysis there, or set 'data' in hosts.yaml"
        )
    there = reanalysis.inspect(folder, request.get("dataset"))
    lacking = _lacking_extras({one.format for one in there.files}, bool(request.get("local")))
    if not there.is_usable:
        why = there.why_nothing.removeprefix(f"{folder}: ")
        return _found("-", "; ".join(lacking) or f"no year can be read in {folder}: {why}")
    finding = _found(_span(there.members))
    finding["years"] = {str(one): members for one, members in there.members.items() if not label.is_start(one)}
    if starts := {str(one): members for one, members in there.members.items() if label.is_start(one)}:
        finding["starts"] = starts
    refusals = (f"{year}: {why}" for year, why in there.refusals.items())
    finding["notes"] = [*lacking, *there.further, *there.remarks, *refusals][:MOST_NOTES]
    return finding


def _lacking_extras(formats: Container[str], local: bool) -> list[str]:
    """What is said of formats that are there and whose extra is not installed."""
    return [
        f"there are {format_} data, and {', '.join(wrong)}: "
        + (f"run ./inv extras {name}" if local else f"write 'extras: [{name}]' in hosts.yaml and run fab deploy")
        for name, format_ in extras.EXTRAS.items()
        if format_ in formats and (wrong := packages.lacking(name))
    ]


def _best_tracks(request: Mapping[str, Any]) -> Finding:
    path = optional_path_of(request, "best_tracks")
    if path is None:
        return _found("none")
    if not path.exists() or not os.access(path, os.R_OK):  # a folder of b-decks is right too
        cure = "fetch it with inv download --dataset ibtracs, or set 'best_tracks' in hosts.yaml"
        return _found("-", f"{path} cannot be read on this host: {cure}")
    from stormtracks.science import ibtracs  # numpy and netCDF4, without which the looks above must work

    ibtracs.load(path, _NEVER, _NEVER)  # as a task reads it; of no storm, which is quick
    return _found(path.name)


def _same_storms(request: Mapping[str, Any]) -> Finding:
    """A small season is tracked here, which gives the same storms on every processor: one that disagrees is named."""
    from stormtracks.science import self_check  # numpy, without which the other looks must work

    found = self_check.fingerprint()
    if found == self_check.EXPECTED:
        return _found("as everywhere")
    numpy = packages.installed("numpy") or "unknown"
    return _found(
        found,
        f"it computes other storms than the others (fingerprint {found}, NumPy {numpy}): update NumPy; do not mix this "
        "host's results with the others'",
    )


def _results(request: Mapping[str, Any]) -> Finding:
    return _room(path_of(request, "results"), "results")


def _scratch(request: Mapping[str, Any]) -> Finding:
    folder = optional_path_of(request, "scratch")
    if folder:
        private.check_folder(folder, _OWN_SCRATCH, common=True)
    # As a task does: it keeps its passes there; see science.passes.
    private.check_folder((folder or path_of(request, "results")) / "passes", _OWN_SCRATCH)
    return _room(folder, "scratch") if folder else _found("with results")


def _binds(request: Mapping[str, Any]) -> Finding:
    bound = bind.address(request)
    hidden = bind.is_out_of_reach(bound, request["nameserver"]["host"])
    fault = f"{bound} cannot be reached from other machines: set 'bind' in hosts.yaml" if hidden else None
    return _found(bound, fault)


def _key(request: Mapping[str, Any]) -> Finding:
    state = key.state(request["fingerprint"])
    cures = {
        "same": None,
        "missing": None,
        "other": "this key belongs to another cluster: run fab push-key to replace it",
    }
    return _found({"missing": "none yet"}.get(state, state.split(":")[0]), cures.get(state, state))


def _worker(request: Mapping[str, Any]) -> Finding:
    files = WorkerFiles.of(request)
    for folder in (files.folder.parent, files.folder):
        private.check_folder(folder, private.STATE_REMEDY)
    worker = processes.holder(files.pid)
    if not worker:
        return _found("not running", _unwritable(files.folder, "set STORMTRACKS_HOME"))
    other = " and ".join(start.changed(request, worker.pid))
    fault = (
        f"it was started with another {other}: run fab stop-workers, then fab start-workers; or, if it works for "
        "another project, give the worker another 'name' in hosts.yaml"
    )
    return _found(f"running, pid {worker.pid}", fault if other else None)


def _nameserver(request: Mapping[str, Any]) -> Finding:
    """That it does not run yet is not a fault; that it is another cluster's is one."""
    from stormtracks.pyro_cluster import wire

    try:
        with wire.nameserver(request["nameserver"]["host"], request["nameserver"]["port"]):
            return _found("answers")
    except wire.NoNameserver:
        return _found("not there")
    except (wire.CommunicationError, secret.SecretError) as error:
        return _found("-", None if key.state(request["fingerprint"]) == "missing" else str(error))


_LOOKS = {
    "python": _python,
    "packages": _packages,
    "code": _code,
    "kernel": _kernel,
    "data": _data,
    "best tracks": _best_tracks,
    "same storms": _same_storms,
    "results": _results,
    "scratch": _scratch,
    "binds": _binds,
    "key": _key,
    "nameserver": _nameserver,
    "worker": _worker,
}


def _found(text: str, fault: str | None = None) -> Finding:
    return {"text": text, "fault": fault}


def _room(folder: Path, key: str) -> Finding:
    """Whether a file can be written below a folder (the nearest that exists), and how much room there is."""
    fault = _unwritable(folder, f"set '{key}' in hosts.yaml")
    if fault:
        return _found("-", fault)
    there = _nearest(folder)
    free = shutil.disk_usage(there).free / 1e9
    fault = f"{there} is nearly full, {free:.2f} GB left: free some space, or set '{key}' in hosts.yaml"
    return _found(f"{free:,.1f} GB free", fault if free < LITTLE_GB else None)


def _unwritable(folder: Path, remedy: str) -> str | None:
    """Why nothing can be written below a folder; None: it can."""
    there = _nearest(folder)
    try:
        private.check_room(there)
    except OSError as error:
        fault = f"cannot write in {there} as {private.account(os.geteuid())} ({error.strerror})"
        return f"{fault}: fix its permissions or free some space, or {remedy}"
    return None


def _nearest(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _span(years: Mapping[Label, int]) -> str:
    """Years (or starts) and members: "1987-2012 x 56", a part for each run of years with as many members."""
    parts: list[list[Label]] = []
    for year, members in ((one, years[one]) for one in label.in_order(years)):
        if parts and parts[-1][2] == members and _follows(parts[-1][1], year):
            parts[-1][1] = year
        else:
            parts.append([year, year, members])
    return ", ".join(f"{a}{'' if a == b else f' to {b}' if label.is_start(a) else f'-{b}'} x {n}" for a, b, n in parts)


def _follows(one: Label, other: Label) -> bool:
    """Whether a year is the next one; starts are as far apart as they are."""
    return isinstance(one, str) == isinstance(other, str) and (isinstance(other, str) or one == other - 1)
