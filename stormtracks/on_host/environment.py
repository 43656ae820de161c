"""Create the virtual environment below the code folder: sent to the host's own Python, so it imports nothing of ours.

The request, a line of JSON on standard input, has the ``folder``, whether packages come from its ``.wheels`` only, and
the files of requirements of the host's ``extras``.
Nothing is done where the same requirements have been installed before. Standard library, Python 3.6 or later.
"""

import hashlib
import json
import subprocess
import sys
import traceback
from pathlib import Path

OLDEST_PYTHON = (3, 11)
MARK = "\x1estormtracks "
LAST_LINES = 8
NO_VENV = (
    "this Python cannot create virtual environments: install python3-venv (Debian, Ubuntu), or set 'python' in "
    "hosts.yaml"
)
NO_PACKAGES = "packages could not be installed; if the host has no internet, run fab deploy --wheels DIR"

NOT_REMOVED = "pip and setuptools could not be removed from the environment, see below"


class Refused(Exception):
    """What cannot be done; the message says what to do."""


def main() -> None:
    """Answer the one request."""
    request = json.loads(sys.stdin.readline())
    try:
        answer = make(Path(request["folder"]), request["wheels"], request.get("extras", ()))
    except (OSError, Refused) as error:
        answer = {"error": str(error)}
    except Exception as error:
        answer = {"bug": type(error).__name__ + ": " + str(error), "traceback": traceback.format_exc()}
    sys.stdout.write(MARK + json.dumps(answer) + "\n")


def make(folder: Path, wheels: bool, extras: tuple = ()) -> dict:
    """Create the environment, or leave it as it is."""
    if sys.version_info < OLDEST_PYTHON:
        here, least = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        cure = "set 'base_python' in hosts.yaml"
        raise Refused("this is Python " + here + ", but " + least + " or later is required: " + cure)
    environment = folder / ".venv"
    needed = [folder / name for name in ("requirements.txt", *extras)]
    stamp = environment / "stormtracks-installed"
    wanted = mark_of(needed)
    if stamp.exists() and stamp.read_text() == wanted:
        return {"environment": "unchanged"}
    python = environment / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", "--without-pip", str(environment)], NO_VENV)
    if not list(environment.glob("lib/python*/site-packages/pip")):
        run([str(python), "-m", "ensurepip"], NO_VENV)  # from this Python's own files, without the internet
    offline = ["--no-index", "--find-links", str(folder / ".wheels")] if wheels else []
    run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            *offline,
            *[word for path in needed for word in ("-r", str(path))],
        ],
        NO_PACKAGES,
    )
    # Both are as old as this Python, and nothing of ours needs them: what is not there cannot be abused.
    run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "wheel", "pip"], NOT_REMOVED)
    stamp.write_text(wanted)  # last: an environment that was not finished is done again
    return {"environment": "created"}


def mark_of(requirements: list) -> str:
    """How a finished environment is recognised: this Python, these requirements, and no pip left."""
    return (
        "without pip "
        + sys.version.split()[0]
        + " "
        + hashlib.sha256(b"".join(path.read_bytes() for path in requirements)).hexdigest()
    )


def run(command: list, advice: str) -> None:
    """Run a command; the last lines that it wrote are in the message when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        lines = done.stdout.decode(errors="replace").strip().splitlines()[-LAST_LINES:]
        raise Refused(advice + "\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
