"""Look whether a worker could work here, and say what to do about each fault."""

import getpass
import os
import shutil
import sys
import tempfile
import time

from stormtracks import version
from stormtracks.on_host import bind, key, packages, processes, start
from stormtracks.on_host.worker_files import WorkerFiles, configured
from stormtracks.pyro_cluster import secret

LITTLE_GB = 1.0


def run(request):
    """Findings: what was looked at -> {"text", "fault": what is wrong and what to do, or None}."""
    findings = {}
    for name, look in _LOOKS.items():
        try:
            findings[name] = look(request)
        except (OSError, ValueError) as error:
            findings[name] = _found("-", f"{error}")
        except Exception as error:  # code or packages that are damaged raise anything; the other looks tell on
            findings[name] = _found("-", f"{type(error).__name__}: {error}")
    return {"findings": findings, "time": time.time()}


def _python(request):
    return _found(f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}")


def _packages(request):
    needed = packages.requirements(version.PACKAGE.parent / "requirements.txt")
    wrong = [text for name, bounds in needed.items() if (text := packages.fault(name, bounds))]
    brief = ", ".join(f"{name} {packages.installed(name) or '-'}" for name in ("Pyro4", "numpy"))
    return _found(brief, f"{', '.join(wrong)}: fab deploy, or install it into {sys.executable}" if wrong else None)


def _code(request):
    ours, theirs = version.code_version(), request["version"]
    return _found(ours, None if ours == theirs else f"the code is not the same as here ({theirs}): fab deploy")


def _data(request):
    from stormtracks.science import reanalysis  # numpy and netCDF4: what is told above must not need them

    folder = configured(request, "data")
    if not folder.is_dir():
        return _found("-", f"{folder} is no folder here: put the reanalysis there, or set 'data' in hosts.yaml")
    years = reanalysis.inventory(folder, request.get("dataset"))
    if not years:
        return _found("-", f"no year that can be read in {folder}: other files than expected? see 'dataset'")
    return _found(_span(years)) | {"years": {str(year): members for year, members in years.items()}}


def _best_tracks(request):
    path = configured(request, "best_tracks")
    if path is None:
        return _found("none")
    if not path.is_file() or not os.access(path, os.R_OK):
        return _found("-", f"{path} cannot be read here: inv download has it, or set 'best_tracks' in hosts.yaml")
    return _found(path.name)


def _results(request):
    return _room(configured(request, "results"), "results")


def _scratch(request):
    return _room(configured(request, "scratch"), "scratch") if request.get("scratch") else _found("with results")


def _binds(request):
    address = bind.address(request)
    alone = bind.is_loopback(address) and not bind.is_loopback(request["nameserver"]["host"])
    return _found(
        address, f"{address} cannot be reached from other machines: set 'bind' in hosts.yaml" if alone else None
    )


def _key(request):
    state = key.state(request["fingerprint"])
    cures = {"same": None, "missing": None, "other": "it is another cluster's: fab push-key replaces it"}
    return _found({"missing": "none yet"}.get(state, state.split(":")[0]), cures.get(state, state))


def _worker(request):
    worker = processes.holder(WorkerFiles.of(request).pid)
    if not worker:
        return _found("not running")
    other = " and ".join(start.changed(request, worker.pid))
    cure = f"it was started with another {other}: fab stop-workers, then fab start-workers" if other else None
    return _found(f"running, pid {worker.pid}", cure)


def _nameserver(request):
    """Not to run yet is no fault; to be another cluster's is one."""
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
    "data": _data,
    "best tracks": _best_tracks,
    "results": _results,
    "scratch": _scratch,
    "binds": _binds,
    "key": _key,
    "nameserver": _nameserver,
    "worker": _worker,
}


def _found(text, fault=None):
    return {"text": text, "fault": fault}


def _room(folder, what):
    """Whether a file can be written below a folder (the nearest that exists), and how much room there is."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0" * 4096)
    except OSError as error:
        who = getpass.getuser()
        return _found(
            "-", f"cannot write in {there} as {who} ({error.strerror}): chown it, or set '{what}' in hosts.yaml"
        )
    free = shutil.disk_usage(there).free / 1e9
    return _found(f"{free:,.1f} GB free", f"{there} is nearly full: {free:.2f} GB left" if free < LITTLE_GB else None)


def _span(years):
    """Years and members in words: "1987-2012 x 56", a part for each run of years with as many members."""
    parts = []
    for year, members in sorted(years.items()):
        if parts and parts[-1][1] == year - 1 and parts[-1][2] == members:
            parts[-1][1] = year
        else:
            parts.append([year, year, members])
    return ", ".join(f"{a if a == b else f'{a}-{b}'} x {members}" for a, b, members in parts)
