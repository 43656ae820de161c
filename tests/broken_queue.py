"""Commands called like a queue's, real executables on the PATH: they answer what a test says, and count their calls."""

import stat

NAMES = ("sbatch", "squeue", "scancel", "sinfo", "scontrol")
SCRIPT = """\
#!/bin/sh
name=${0##*/}
here=${0%/*}
printf '%s\\n' "$name $*" >> "$here/calls"
test "$name" = sbatch && cat > "$here/script"
test -f "$here/$name.sleep" && sleep "$(cat "$here/$name.sleep")"
test -f "$here/$name.after" && . "$here/$name.after"
cat "$here/$name.errors" >&2
cat "$here/$name.output"
exit "$(cat "$here/$name.status")"
"""
COUNTER = """\
#!/bin/sh
printf '%s\\n' "${0##*/} $*" >> "${0%/*}/calls"
exec PROGRAM "$@"
"""
BETWEEN = "\x1f"


class BrokenQueue:
    """A folder of such commands.

    Parameters
    ----------
    folder : Path
        To be put first on the PATH.
    """

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        for name in NAMES:
            _executable(folder / name, SCRIPT)
            self.says(name)

    def says(self, name, output="", errors="", status=0, seconds=0, after=None):
        """Let a command write this, and end with a status; after some seconds, and having run some lines for sh."""
        (self.folder / f"{name}.output").write_text(output)
        (self.folder / f"{name}.errors").write_text(errors)
        (self.folder / f"{name}.status").write_text(str(status))
        for what, value in (("sleep", seconds), ("after", after)):
            (self.folder / f"{name}.{what}").unlink(missing_ok=True)
            if value:
                (self.folder / f"{name}.{what}").write_text(str(value))

    def lists(self, mark, *jobs):
        """Let squeue list jobs: (id, state) or (id, state, reason)."""
        self.says("squeue", "".join(line(mark, *job) for job in jobs))

    @property
    def calls(self):
        """The command lines so far."""
        return calls(self.folder)

    @property
    def script(self):
        """What was submitted last."""
        return (self.folder / "script").read_text()


def line(mark, job, state, reason="None", start="100", end="200", host="n1"):
    """What squeue writes of a job in the format that it is asked for."""
    where = "" if state == "PENDING" else host
    return BETWEEN.join((job, state, start, end, where, mark, reason)) + "\n"


def counted(folder, programs):
    """Put commands into a folder that count their calls and are then the real ones: {name: path}."""
    folder.mkdir()
    for name, program in programs.items():
        _executable(folder / name, COUNTER.replace("PROGRAM", str(program)))


def calls(folder):
    """The command lines so far."""
    path = folder / "calls"
    return path.read_text().splitlines() if path.exists() else []


def _executable(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
