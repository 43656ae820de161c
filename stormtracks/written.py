"""A value as somebody wrote it in a file: what it is, and its text where a text is wanted.

YAML 1.1 takes 022 for 18, 2:22 for 142, 1_000 for 1000, NO for false and 2005-06-01 for a date. People do not. A number
here is what a person reads as one; what YAML or a person could read otherwise is text, and is refused where a number is
wanted.
"""

import re

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_MOST_DIGITS = 30
_DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUE_OR_FALSE = {"true": True, "false": False}
_YES_OR_NO = {"yes": True, "on": True, "no": False, "off": False}

_DOUBTS = (
    (rf"[-+]?[0-9]{{{_MOST_DIGITS},}}", "no number here has so many digits; correct it"),
    (r"[-+]?0[0-9_]+", "with a leading 0 it is octal for some programs; write it without"),
    (r"[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[bB][01_]+|[-+]?0[oO][0-7_]+", "write its decimal digits"),
    (r"[-+]?[0-9.]+_[0-9_.]*([eE][-+]?[0-9]+)?", "write it without '_'"),
    (r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", "with ':' it counts sixties for some programs; write one number"),
    (r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+", "write its decimal digits"),
)


class Written(str):
    """A text that stands in a file without quotes and is a number, or true or false, where one is wanted.

    Attributes
    ----------
    value : object
        What it is where no text is wanted.
    doubt : str
        Why it is neither number nor text without doubt, and what to write; empty: it is clear.
    """

    value: object
    doubt: str

    def __new__(cls, text: str, value: object, doubt: str = "") -> "Written":
        """A text with its value."""
        made = super().__new__(cls, text)
        made.value = value
        made.doubt = doubt
        return made


def read(text: str) -> str | None:
    """What a text without quotes is: `Written` if it is more than a text, None for nothing.

    Examples
    --------
    >>> from stormtracks.written import read
    >>> read("22").value, read("2.5").value, read("NO"), read("~")
    (22, 2.5, 'NO', None)
    >>> read("022").doubt
    'with a leading 0 it is octal for some programs; write it without'
    """
    if text in _NOTHING:
        return None
    if _WHOLE.fullmatch(text) and len(text) <= _MOST_DIGITS:
        return Written(text, int(text))
    if _DECIMAL.fullmatch(text):
        return Written(text, float(re.sub(r"\.(?=[iInN])", "", text)))  # Python writes inf and nan without the point
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return Written(text, _TRUE_OR_FALSE[text.lower()])
    doubt = doubt_about(text)
    return Written(text, text, doubt) if doubt else text


def doubt_about(text: str) -> str:
    """Why a text is no whole number that everybody reads alike, and what to write; empty where it looks like none."""
    return next((doubt for pattern, doubt in _DOUBTS if re.fullmatch(pattern, text)), "")


def is_float(text: str) -> bool:
    """Whether a text is a number with an exponent, such as 5e-5: clear to everybody, but no whole number."""
    return re.fullmatch(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?[eE][-+]?[0-9]+", text) is not None


def truth(text: str) -> bool | None:
    """True or false where a text says so: true, yes, on, ...; None where it does not."""
    return (_TRUE_OR_FALSE | _YES_OR_NO).get(text.lower())
