"""Make the virtual environment below the code folder: sent to the host's own Python, so it stands alone.

The request, a line of JSON on standard input, has the ``folder`` and whether packages come from its ``.wheels`` only.
Nothing is done where the same requirements have been installed before. Standard library, Python 3.6 or later.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
MARK = "\x1estormtracks "
LAST_LINES = 8
NO_VENV = "this python cannot make environments: install python3-venv (Debian, Ubuntu), or set 'python' in hosts.yaml"
NO_PACKAGES = "packages could not be installed; without the internet: fab deploy --wheels DIR"


def main():
    """Answer the one request."""
    request = json.loads(sys.stdin.readline())
    try:
        answer = make(Path(request["folder"]), request["wheels"])
    except (OSError, ValueError) as error:
        answer = {"error": str(error)}
    sys.stdout.write(MARK + json.dumps(answer) + "\n")


def make(folder, wheels):
    """Make the environment, or leave it as it is."""
    if sys.version_info < OLDEST_PYTHON:
        here, least = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        raise ValueError("python is " + here + ", needed is " + least + " or later: set 'base_python' in hosts.yaml")
    environment, needed = folder / ".venv", folder / "requirements.txt"
    stamp, wanted = environment / "stormtracks-installed", wish(needed)
    if stamp.exists() and stamp.read_text() == wanted:
        return {"environment": "unchanged"}
    python = environment / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(environment)], NO_VENV)
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
            "-r",
            str(needed),
        ],
        NO_PACKAGES,
    )
    stamp.write_text(wanted)
    return {"environment": "made"}


def wish(requirements):
    """What a finished environment is known by: this Python and these requirements."""
    return sys.version.split()[0] + " " + hashlib.sha256(requirements.read_bytes()).hexdigest()


def run(command, advice):
    """Run a command; what it last wrote is in the message when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        lines = done.stdout.decode(errors="replace").strip().splitlines()[-LAST_LINES:]
        raise ValueError(advice + "\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
