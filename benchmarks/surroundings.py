"""What every benchmark prints first, the machine and the versions, and how it prints its figures."""

import os
import platform
import re
import statistics
import subprocess
import time
from importlib import metadata
from pathlib import Path

from stormtracks.science import kernel

CHECKOUT = Path(__file__).resolve().parents[1]
PACKAGES = ("numpy", "scipy", "netCDF4", "h5py", "deflate", "Pyro4")


def describe():
    """Machine, load, versions and commit, as lines of text."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return "\n".join([
        f"machine:  {cpu.group(1) if cpu else platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Linux {platform.release()}; load {load}",
        f"versions: Python {platform.python_version()}, {versions}",
        f"code:     {commit()}, kernel {kernel.in_use()}, {time.strftime('%Y-%m-%d %H:%M')} UTC",
    ])  # fmt: skip


def commit():
    """Short hash of this checkout's commit, with a mark if the package differs from it."""

    def git(*words):
        return subprocess.run(["git", "-C", CHECKOUT, *words], capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", "stormtracks")
    return (git("rev-parse", "--short", "HEAD") or "no git") + (" and changes" if changed else "")


def spread(values, scale=1.0, digits=2):
    """Median with lowest and highest, such as "1.23 (1.20-1.31)"."""
    middle, *ends = (f"{scale * one:.{digits}f}" for one in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({'-'.join(ends)})"


def table(head, rows):
    """Rows of text under a head, columns aligned: the first to the left, the others to the right."""
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def aligned(line):
        rest = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        return "  ".join([line[0].ljust(widths[0]), *rest]).rstrip()

    return "\n".join([aligned(lines[0]), "  ".join("-" * width for width in widths), *map(aligned, lines[1:])])
