"""Records in which order calls enter the project's files, in every Python process that has this folder on its path.

A process that is started with RECORDED_PROJECT (a checkout) and RECORDED_CALLS (a folder) in its environment writes a
file into that folder. Each line is a JSON list: the time (ns of the machine's monotonic clock, the same for all
processes), the thread's name, and the files that the thread is in, from the outermost to the one that was just
entered. Of calls within the same file only the first is written. What runs because a module is imported is no call.
"""

import functools
import json
import os
import sys
import threading
import time

PROJECT = os.path.realpath(os.environ.get("RECORDED_PROJECT", "")) + os.sep
FOLDER = os.environ.get("RECORDED_CALLS")
CO_OPTIMIZED = 1  # the body of a function; those of modules and classes have it not


@functools.cache
def file_of(path):
    """A source's name within the project, such as stormtracks/disk.py; None: it is somebody else's."""
    name = os.path.realpath(path).removeprefix(PROJECT)
    ours = name.startswith("stormtracks/") or name in ("tasks.py", "fabfile.py")
    return name if ours else None


def files(frame):
    """Files of ours that the thread is in, outermost first; none where an import has led here."""
    found = []
    while frame is not None:
        code = frame.f_code
        is_program = frame.f_globals.get("__name__") == "__main__"
        if code.co_filename.startswith("<frozen importlib") or (code.co_name == "<module>" and not is_program):
            return []
        name = file_of(code.co_filename)
        if name and name != (found[-1] if found else None):
            found.append(name)
        frame = frame.f_back
    return found[::-1]


def recorder(out):
    """A profile function that writes to a file descriptor."""
    last = threading.local()

    def profile(frame, event, _):
        code = frame.f_code
        if event != "call" or not (code.co_flags & CO_OPTIMIZED or code.co_name == "<module>"):
            return
        if code.co_name == "__annotate__":  # Python 3.14 has a function for annotations, called when they are read
            return
        name = file_of(code.co_filename)
        if name is None or name == getattr(last, "name", None):
            return
        if entered := files(frame):
            last.name = name
            line = json.dumps([time.monotonic_ns(), threading.current_thread().name, entered])
            os.write(out, line.encode() + b"\n")  # at once, and as a whole: a slot's process is killed in the end

    return profile


if FOLDER:
    path = f"{FOLDER}/{os.getpid()}-{time.monotonic_ns()}"
    profile = recorder(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    threading.setprofile(profile)
    sys.setprofile(profile)
