"""How an action answers: a line of JSON behind a mark that no login message has, and perhaps a stream after it."""

import json
import sys

MARK = b"\x1estormtracks "
"""What a login shell's start-up files print comes before it and is nobody's answer."""


def reply(answer):
    """Write an answer; what an action streams (a log, files) follows its first answer."""
    sys.stdout.buffer.write(MARK + json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()
