"""Run one action and answer: ``python -m stormtracks.on_host ACTION``, the request on standard input."""

import importlib
import json
import os
import sys

ACTIONS = ("bytecode", "check", "key", "start", "look", "stop", "log", "outbox", "send")
OLDEST_PYTHON = (3, 11)


def main():
    """Read the request, run the action, write its answer; what it refuses is an answer too."""
    action = sys.argv[1] if len(sys.argv) > 1 else ""
    if action not in ACTIONS:
        sys.exit("unknown action %r; known: %s" % (action, ", ".join(ACTIONS)))  # noqa: UP031 - for an old Python
    request = json.loads(sys.stdin.readline())
    if sys.version_info < OLDEST_PYTHON:
        here, least = (".".join(map(str, version[:2])) for version in (sys.version_info, OLDEST_PYTHON))
        fault = "python is " + here + ", needed is " + least + " or later: set 'python' in hosts.yaml, or fab deploy"
        sys.stdout.write("\x1estormtracks " + json.dumps({"error": fault}) + "\n")
        return
    os.environ.update({name: str(value) for name, value in request.get("env", {}).items()})
    answers = importlib.import_module("stormtracks.on_host.answers")
    try:
        answer = importlib.import_module("stormtracks.on_host." + action).run(request)
    except (OSError, ValueError) as error:
        answer = {"error": str(error)}
    if answer is not None:
        answers.reply(answer)


if __name__ == "__main__":
    main()
