"""The exact shell lines that are sent to a host: pure strings, every word quoted.

What a host does with files and processes is in the package `on_host`, and its request travels on that program's
standard input. So the lines are few, and of hosts.yaml they have only the code folder and the python.

Each line works under any login shell (sh, bash, dash, zsh, csh, tcsh), because it is one call of ``sh -c``.
"""

import re
import shlex

NO_CODE, NO_PYTHON = 81, 82
"""Exit statuses of `on_host` when the code folder, or the python, is not there."""

NOT_SET = "is not set"
"""What sh says, behind a variable's name and a colon, of a variable that is not set or empty."""

BOOTSTRAP = "import sys; b = sys.stdin.buffer; exec(compile(b.read(int(b.readline())), 'stormtracks', 'exec'))"
"""Python that reads a program's length and text from standard input and runs it; what follows is its input."""

_HOME = re.compile(r"~([A-Za-z_][A-Za-z0-9_.-]*)?(/|\Z)", re.ASCII)


def on_host(action: str, code: str, python: str) -> str:
    """The line that runs an action of the package `on_host` (check, start, look, stop, ...) from the code on the host.

    Parameters
    ----------
    action : str
        Name of the action; its request follows on standard input as one line of JSON.
    code, python : str
        Folder of the code, and the python, relative to it or a name on the PATH; see `path`.
    """
    return wrapped(_on_host(action, code, python, f"exit {NO_CODE}", f"exit {NO_PYTHON}"))


def in_job(action: str, code: str, python: str) -> str:
    """The same line for the script of a queue's job, which nobody asks for its exit status: it says what is missing."""
    said = (
        f'echo no code in {path(code)} on "$(hostname)": run fab deploy, or check that nodes see that folder',
        f'echo no python {path(python)} on "$(hostname)": see setup, code and python in hosts.yaml',
    )
    statuses = (NO_CODE, NO_PYTHON)
    ends = [f"{{ {say} >&2; exit {status}; }}" for say, status in zip(said, statuses, strict=True)]
    return wrapped(_on_host(action, code, python, *ends))


def send_program(python: str) -> str:
    """The line that runs a program which follows on standard input (see `BOOTSTRAP`), for a host without our code."""
    return wrapped(
        f"command -v {path(python)} >/dev/null 2>&1 || exit {NO_PYTHON}; "
        f"exec {path(python)} -c {shlex.quote(BOOTSTRAP)}"
    )


def path(text: str) -> str:
    """A path as a word for sh, which means there what `paths.expand` makes of it here.

    A leading ``~`` or ``~USER`` and ``$NAME`` or ``${NAME}`` are the host's, all else is literal. A variable that the
    host does not have, or that is empty, ends the line with `NOT_SET`.
    """
    text = f"./{text}" if text.startswith("-") else text  # never an option
    home = ""
    if found := _HOME.match(text):
        # The shell expands the name of a user only where neither it nor the slash behind it is quoted.
        home = (f"~{found[1]}" if found[1] else '"$HOME"') + found[2]
        text = text[found.end() :]
    parts = re.split(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", text, flags=re.ASCII)
    words = [shlex.quote(parts[0]) if parts[0] else ""]
    for braced, plain, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        words.append(f'"${{{braced or plain}:?{NOT_SET}}}"' + (shlex.quote(literal) if literal else ""))
    return home + "".join(words) or "''"


def wrapped(script: str) -> str:
    """A line that runs a script for sh whatever the login shell is.

    csh and tcsh expand ``!`` and refuse a line break even between single quotes, so a script that has one is handed
    over without: printf restores it.
    """
    if "!" in script or "\n" in script:
        script = f"exec sh -c \"$(printf '%b' {shlex.quote(_octal(script))})\""
    return "exec sh -c " + shlex.quote(script)


def _on_host(action: str, code: str, python: str, no_code: str, no_python: str) -> str:
    return (
        f"c={path(code)}; case $c in /*) ;; *) c=./$c;; esac; "  # neither an option, nor looked up in CDPATH
        f'cd "$c" 2>/dev/null && test -f stormtracks/on_host/__main__.py || {no_code}; '
        f"command -v {path(python)} >/dev/null 2>&1 || {no_python}; "
        f"exec {path(python)} -m stormtracks.on_host {shlex.quote(action)}"
    )


def _octal(script: str) -> str:
    """The script with backslash, ``!`` and line break as printf's ``%b`` writes them."""
    return script.replace("\\", "\\0134").replace("!", "\\0041").replace("\n", "\\0012")
