"""What `inv` and `fab` say of themselves: help with types and defaults, and errors that name their command.

Invoke has no place for this, so that six of its methods are replaced here: how it prints help and lists, and the help
of a command, how it refuses what it does not know, and what it takes for a positional argument, an option and a value.
`inv`, `./inv` and `python -m invoke` then say the same, and so does Fabric.
"""

import difflib
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Any, NoReturn

import invoke
from invoke.exceptions import Exit, ParseError
from invoke.parser import Argument, ParserContext
from invoke.parser.parser import ParseMachine

from stormtracks.console.option_values import value_of
from stormtracks.terminal_text import clean

WRONG = 2
"""Exit status where a value, an option or a command is refused."""
WIDTH = 100
"""Of help, where the terminal is wider."""
MAY_BE_EMPTY = ("title",)
"""Options that an empty value means something for: no title."""
INSTEAD: dict[str, tuple[str, ...]] = {"bench": ("--all", "--quick")}
"""Options with which a command does not need what stands after its name."""
_POSITIONAL = re.compile(r"did not receive required positional arguments: (?P<names>.+)")
_UNKNOWN = re.compile(r"No idea what (?P<token>.+) is!", re.DOTALL)
_program = ""


class Refused(ParseError, Exit):
    """A line that is refused as it was typed: Invoke prints it, and ends with the status of a wrong value."""

    def __init__(self, text: str, context: ParserContext | None = None) -> None:
        super().__init__(text, context)
        self.args = (text,)  # what `str` gives
        self.message = None  # it is printed as a ParseError
        self._code = WRONG


class Wrong(Exception):
    """A value that a command refuses before it begins; the command adds where its options are explained."""


class Command(invoke.Task):
    """A command of `inv`: what it finds wrong with its options is one line, which names the command."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        try:
            return super().__call__(*args, **kwargs)
        except Wrong as wrong:
            raise Exit(f"error: {wrong}; see inv {self.name.replace('_', '-')} --help", code=WRONG) from None


def command(*args: Any, **options: Any) -> Any:
    """Make a function a command of `inv`, as Invoke's `task` does, but without options of one letter.

    Invoke would take the first letter that is left, so that ``-e`` would be a member here and a region there.
    """
    return invoke.task(*args, klass=Command, auto_shortflags=False, **options)


def speak(program: str) -> None:
    """Have Invoke speak as `inv` or as `fab` from now on."""
    global _program
    _program = program
    invoke.Program.parse_cleanup = _explain  # type: ignore[method-assign]  # that is the purpose of this module
    invoke.Program.print_task_help = _print_help  # type: ignore[method-assign]
    ParseMachine.error = _refuse  # type: ignore[method-assign]
    ParseMachine.see_positional_arg = _see_positional_arg  # type: ignore[method-assign]
    ParseMachine.switch_to_flag = _switch_to_flag  # type: ignore[method-assign]
    ParseMachine.see_value = _see_value  # type: ignore[method-assign]


def option_rows(context: ParserContext) -> list[tuple[str, str]]:
    """Each option of a command as it is typed, with the type of its value; and its help, in order of their names."""
    arguments = sorted(context.args.values(), key=lambda one: one.name)
    unique = {id(one): one for one in arguments}
    return [(_typed(context.name or "", one), one.help or "") for one in unique.values()]


def usage(context: ParserContext) -> str:
    """How a command is typed."""
    name = context.name or ""
    words = [value_of(name, one.name or "") for one in context.positional_args]
    return " ".join([_program, name, *words, *(["[options]"] if len(context.args) > len(words) else [])])


def _typed(command_name: str, argument: Argument) -> str:
    names = [_flag(name) for name in argument.names]
    value = "" if argument.kind is bool else f" {value_of(command_name, argument.name or '')}"
    return ", ".join(f"{name}{value}" for name in sorted(names, key=len, reverse=True))


def _flag(name: str) -> str:
    return f"-{name}" if len(name) == 1 else f"--{name.strip('_').replace('_', '-')}"


def _explain(self: invoke.Program, _explain: Any = invoke.Program.parse_cleanup) -> None:
    """Around `Program.parse_cleanup`, which prints help and lists: of them `| head` reads the beginning only."""
    try:
        try:
            _explain(self)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        from stormtracks.console import refusing  # loaded only where it is needed: help and lists come at once

        refusing.end_unread()


def _print_help(self: invoke.Program, name: str) -> None:
    """In place of `invoke.Program.print_task_help`."""
    context = self.parser.contexts[name]
    width = min(shutil.get_terminal_size().columns, WIDTH)
    print(f"Usage: {usage(context)}\n")
    for paragraph in (getdoc(self.collection[name]) or "").split("\n\n"):
        print(textwrap.fill(" ".join(paragraph.split()), width, break_on_hyphens=False) + "\n")
    rows = option_rows(context)
    print("Options:" if rows else "It has no options.")
    for line in _columns(rows, width):
        print(line)


def _columns(rows: Sequence[tuple[str, str]], width: int) -> Iterable[str]:
    """Options, and beside them what they mean; below them where the terminal is too narrow for that."""
    beside = max((len(typed) for typed, _ in rows), default=0) + 4
    if beside > width // 2:
        for typed, text in rows:
            yield f"  {typed}"
            yield from textwrap.wrap(text, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
        return
    for typed, text in rows:
        first, *rest = textwrap.wrap(text, width - beside, break_on_hyphens=False) or [""]
        yield f"  {typed:{beside - 2}}{first}".rstrip()
        yield from (" " * beside + line for line in rest)


def _see_positional_arg(self: ParseMachine, value: str, _see: Any = ParseMachine.see_positional_arg) -> None:
    """Before `ParseMachine.see_positional_arg`: what asks for help is not the value of an argument."""
    if value not in ("--help", "-h"):
        _refuse_empty(self, self.context.missing_positional_args[0], value)
        _see(self, value)
        return
    self.initial.flags["--help"].value = self.context.name
    for argument in self.context.missing_positional_args:
        argument.value = ""


def _switch_to_flag(
    self: ParseMachine, flag: str, inverse: bool = False, _switch: Any = ParseMachine.switch_to_flag
) -> None:
    """Before `ParseMachine.switch_to_flag`: an option with a value that is given again is not one word too many."""
    argument = self.context.flags.get(flag) if self.context else None
    if argument and argument.takes_value and argument.kind is not list and argument.raw_value is not None:
        self.error(f"{_flag(argument.name)} is given twice; give it once")
    _switch(self, flag, inverse)
    if self.context and flag in INSTEAD.get(self.context.name or "", ()):
        for missing in self.context.missing_positional_args:
            missing.value = ""


def _see_value(self: ParseMachine, value: str, _see: Any = ParseMachine.see_value) -> None:
    """Before `ParseMachine.see_value`: a variable of a shell that is empty does not ask for everything."""
    _refuse_empty(self, self.flag, value)
    _see(self, value)


def _refuse_empty(machine: ParseMachine, argument: Argument | None, value: str) -> None:
    if not argument or value.strip() or argument.name in MAY_BE_EMPTY:
        return
    name = argument.name or ""
    if argument.positional:
        machine.error(f"{value_of(machine.context.name or '', name)} is empty; give a value")
    machine.error(f"{_flag(name)} is empty; give a value, or leave it out")


def _refuse(self: ParseMachine, msg: str) -> NoReturn:
    """In place of `invoke.parser.parser.ParseMachine.error`."""
    raise Refused(clean(f"error: {_in_our_words(self, msg)}"), self.context)


def _in_our_words(machine: ParseMachine, message: str) -> str:
    context = machine.context
    name = context.name if context else None
    line = f"{_program} {name}" if name else _program
    if machine.flag and "needed value" in message:
        return f"{line}: {_flag(machine.flag.name)} needs a value; see {line} --help"
    if found := _POSITIONAL.search(message):
        needed = [value_of(name or "", one.strip("' ")) for one in found["names"].split(",")]
        return f"{line} needs {' and '.join(needed)}; see {line} --help"
    if not (found := _UNKNOWN.match(message)):
        return f"{line}: {message}; see {line} --help"
    token = found["token"].strip("'\"")
    if not name:
        return _no_command(token, machine.contexts)
    if token.startswith("-"):
        near = _near(token.partition("=")[0], [_flag(one) for arg in context.args.values() for one in arg.names])
        return f"{line} has no option {token!r}{near} see {line} --help"
    return (
        f"{line} cannot take {token!r}: options begin with --, and a value with spaces needs quotes; see {line} --help"
    )


def _no_command(token: str, known: Iterable[str]) -> str:
    if token.startswith("-"):
        return f"{token!r} stands before a command; write it behind: {_program} COMMAND {token}"
    return f"there is no command {token!r}{_near(token, known)} {_program} --list shows all"


def _near(token: str, known: Iterable[str]) -> str:
    """What was perhaps meant: alike, or longer by a word."""
    names = list(known)
    bare = token.strip("-")
    longer = [name for name in names if len(bare) > 2 and bare in name.strip("-").split("-")]
    found = difflib.get_close_matches(token, names, 1) or longer[:1]
    return f"; did you mean {found[0]!r}?" if found else ";"
