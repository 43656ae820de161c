"""Further words for a command that submits: which of them would break what is relied on."""

from collections.abc import Mapping, Sequence

from stormtracks.errors import BadValue


def refuse(
    options: Sequence[str],
    long: Mapping[str, str],
    short: Mapping[str, str],
    alone: str,
    allowed: Sequence[str] = (),
    flags: Sequence[str] = (),
) -> None:
    """Refuse words that no command may be given here.

    Parameters
    ----------
    options : sequence of str
        Each ``--name``, ``--name=value``, ``-x``, ``-xvalue``, or a value after ``-x``. Any other word would be taken
        for the name of a script, which would then run in place of the worker.
    long, short : mapping of str to str
        Names that are refused (without dashes), and what to do instead.
    alone : str
        The letters of short options that take no value.
    allowed : sequence of str
        Long names which one of `long` begins with. They are options of their own.
    flags : sequence of str
        Long names that take no value. Any other without "=" may take the next word for its value.

    Raises
    ------
    BadValue
        Names 'options', the word and what to do.
    """
    valued, hungry = False, ""
    for word in options:
        if valued:
            valued = False
        elif word.startswith("--") and len(word) > 2:
            _refuse_long(word, long, allowed)
            hungry = "" if "=" in word or any(flag.startswith(word[2:]) for flag in flags) else word
            continue
        elif word.startswith("-") and len(word) > 1 and word[1] != "-":
            valued = _refuse_short(word, short, alone)
            if valued and hungry:
                raise BadValue(
                    f"'options': {hungry!r} may take {word!r} for its value, and what follows for the name of a "
                    f"script; write it as {hungry}=VALUE, or after {word!r} and its value"
                )
        else:
            raise BadValue(
                f"'options': {word!r} would be taken for the name of a script; write each option as one text, "
                "such as --name=value"
            )
        hungry = ""
    if valued:
        raise BadValue(f"'options': {options[-1]!r} has no value; write it after the option, as a text of its own")


def _refuse_long(word: str, long: Mapping[str, str], allowed: Sequence[str]) -> None:
    name = word[2:].partition("=")[0]
    if name in allowed:
        return
    # An option may be cut short as long as no other begins alike: --arr is --array.
    meant = name if name in long else next((other for other in long if other.startswith(name)), None)
    if meant is not None:
        raise BadValue(f"'options': {word!r} cannot be given here: {long[meant]}")


def _refuse_short(word: str, short: Mapping[str, str], alone: str) -> bool:
    """Whether a value has to follow in a word of its own."""
    for place, letter in enumerate(word[1:], 2):
        if letter in short:
            raise BadValue(f"'options': {word!r} cannot be given here: {short[letter]}")
        if letter not in alone:
            return place == len(word)
    return False
