"""What a test needs of the machine: without it the test skips and names it; in CI it fails, or nobody would notice."""

import importlib
import os
import shutil
import subprocess

from stormtracks import extras

NAMESPACES = ("ip", "iptables", "nsenter", "unshare", "sshd", "ssh-keygen")
"""Programs that make this machine's network namespaces into hosts; it takes root too."""

SLURM = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol", "unshare", "nsenter", "setpriv")
"""Programs of a Slurm of one's own (Debian: slurm-wlm, munge), whose nodes are namespaces; it takes root too."""


def need(*programs, root=False):
    """Paths of programs, or the end of the test.

    Parameters
    ----------
    *programs : str
        Names, such as ``"git"``, or ``"chromium or google-chrome"`` where either will do.
    root : bool
        The user must be root too.

    Returns
    -------
    list of str
    """
    if lacking := missing(*programs, root=root):
        _end(lacking)
    return [path(name) for name in programs]


def need_module(name):
    """A module of the requirements for developers, or the end of the test; at the top of a file, of all its tests."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return _end([f"the module {name}"])


def need_extra(name):
    """The package of an extra, "grib" or "zarr", or the end of the test; at the top of a file, of all its tests."""
    try:
        return extras.load(name)
    except ModuleNotFoundError:
        return _end([f"the extra {name}"])


def need_library(compiler, name):
    """Path of a library that a compiler brings, such as ``"libasan.so"``, or the end of the test."""
    done = subprocess.run([compiler, f"-print-file-name={name}"], capture_output=True, text=True)
    found = done.stdout.strip()
    return found if "/" in found else _end([name])  # of what it does not bring it repeats the name


def lacks(feature):
    """The end of a test that needs what no package brings, such as groups of processes that the kernel lets us make."""
    import pytest

    pytest.skip(f"this kernel or container has no {feature}")


def missing(*programs, root=False):
    """Names of those programs that are not here, and "root" where it is asked for in vain."""
    lacking = ["root"] if root and os.geteuid() != 0 else []
    return lacking + [name for name in programs if not path(name)]


def path(name):
    """Path of a program, also of one for administrators, which a user's PATH does not list; None: it is not here."""
    folders = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
    return next(filter(None, (shutil.which(either, path=folders) for either in name.split(" or "))), None)


def _end(lacking):
    import pytest  # a soak asks `missing` too, and does without

    names = ", ".join(lacking)
    if os.environ.get("CI"):
        pytest.fail(f"CI must have {names}, which this test needs: let .ci/run install it", pytrace=False)
    pytest.skip(f"needs {names}", allow_module_level=True)
