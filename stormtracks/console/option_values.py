"""What the value of an option is, by the option's name: a word in capitals, as help and docs show it.

A name means the same in every command; where it does not, the command's own word comes first.
"""

_OF_NAME = {
    "N": "at-once dpi end-year ensemble-member lines member minutes port retries seed start-year top",
    "X": "grid min-distance min-hours min-peak min-share noise patience share wait",
    "MM": "width",
    "FILE": "archives best-tracks hosts save settings",
    "FOLDER": "against data results to wheels",
    "YEAR": "year",
    "YEARS": "fit test years",
    "NAMES": "basin names only variables",
    "NAME": "by dataset engine format kind layout like list name projection run sample storm task wind",
    "TIME": "time",
    "DATE": "start stop",
    "STARTS": "starts",
    "ADDRESS": "scheduler",
    "KEY=VALUE": "set",
    "S,N,W,E": "region genesis-region",
    "MEMBERS": "members",
    "MONTHS": "months",
}
_OF_COMMAND = {
    ("compare", "first"): "A",
    ("compare", "dest"): "FILE",
    ("compare", "second"): "B",
    ("inspect", "dataset"): "FILE",
    ("track", "dataset"): "FILE",
    ("plant", "members"): "N",
    ("manage", "members"): "N",
    ("plant", "dest"): "FOLDER",
    ("download", "dest"): "FOLDER",
    ("docs", "dest"): "FOLDER",
    ("export", "dest"): "FILE",
    ("plot", "dest"): "FILE",
    ("report", "dest"): "FILE",
    ("report", "against"): "B",
}
_VALUE = {name: value for value, names in _OF_NAME.items() for name in names.split()}


def value_of(command: str, option: str) -> str:
    """The word for an option's value; TEXT where nothing better is known.

    Examples
    --------
    >>> from stormtracks.console.option_values import value_of
    >>> value_of("track", "hosts"), value_of("plot", "dest"), value_of("plant", "dest"), value_of("test", "select")
    ('FILE', 'FILE', 'FOLDER', 'TEXT')
    """
    name = option.strip("_").replace("_", "-")
    return _OF_COMMAND.get((command, name)) or _VALUE.get(name, "TEXT")
