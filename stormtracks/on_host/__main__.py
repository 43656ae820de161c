"""Run one action and answer: ``python -m stormtracks.on_host ACTION``, the request on standard input.

Kept to what an old Python reads, so that it can say what is wrong with it.
"""

import importlib
import json
import os
import sys

ACTIONS = (
    *("bytecode", "check", "kernel", "key", "start", "look", "stop", "log", "outbox", "send"),
    *("queue.submit", "queue.jobs", "queue.keep", "queue.cancel", "queue.log", "queue.probe"),
    *("queue.pilot", "queue.node"),  # in jobs, on nodes
)
OLDEST_PYTHON = (3, 11)


def main() -> None:
    """Read the request, run the action, write its answer."""
    action = sys.argv[1] if len(sys.argv) > 1 else ""
    if action not in ACTIONS:
        sys.exit("unknown action %r; known: %s" % (action, ", ".join(ACTIONS)))  # noqa: UP031 - for an old Python
    request = json.loads(sys.stdin.readline())
    if sys.version_info < OLDEST_PYTHON:
        here, least = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        cure = "set 'python' in hosts.yaml, or run fab deploy"
        fault = "this is Python " + here + ", but " + least + " or later is required: " + cure
        sys.stdout.write("\x1estormtracks " + json.dumps({"error": fault}) + "\n")
        return
    os.environ.update({name: str(value) for name, value in request.get("env", {}).items()})
    answers = importlib.import_module("stormtracks.on_host.answers")
    answer = _run(action, request, answers)
    if answer is not None:  # else the action has answered by itself
        answers.reply(answer)


def _run(action, request, answers):
    """The answer of an action; what it refuses is an answer too, and so is a bug."""
    errors = importlib.import_module("stormtracks.errors")
    try:
        return importlib.import_module("stormtracks.on_host." + action).run(request)
    except (errors.StormtracksError, OSError) as error:
        return {"error": str(error)}
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("stormtracks"):
            return answers.bug(error)
        cure = "run fab deploy, or install it for " + sys.executable
        return {"error": "the package %s is missing: %s" % (error.name, cure)}  # noqa: UP031
    except Exception as error:
        return answers.bug(error)


if __name__ == "__main__":
    main()
