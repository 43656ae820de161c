"""What becomes of a message: plain values, and exceptions of a list. No other object is ever made from the wire.

Pyro4 makes proxies (which connect, without TLS, to an address of the sender's choice), daemons, serializers and any
built-in exception (SystemExit too) out of a message that names them.
"""

from typing import Any, NoReturn

from Pyro4 import errors, util

from stormtracks.pyro_cluster.wire import literals

MAX_MESSAGE_BYTES = 2**18
_MOST_CHARACTERS = 2000  # of an exception's message
_BUILTINS = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, Exception, ImportError, IndexError, KeyError),
    *(LookupError, MemoryError, NameError, NotImplementedError, OverflowError, RecursionError, RuntimeError),
    *(TypeError, ValueError, ZeroDivisionError),
)
# Not OSError and not CommunicationError: here these mean that a connection has failed, which is nothing that the other
# side can say.
_EXCEPTIONS: dict[str, type[Exception]] = {
    **{f"builtins.{kind.__name__}": kind for kind in _BUILTINS},
    **{f"Pyro4.errors.{kind.__name__}": kind for kind in (errors.NamingError, errors.DaemonError, errors.PyroError)},
}


class NotPlain(errors.SerializeError):
    """A message that holds something else than plain values, or is none that serpent writes."""


class RemoteError(errors.ProtocolError):
    """The other side raised an exception of a kind that is not made here; the message names it."""


class PlainSerializer(util.SerpentSerializer):
    """Pyro4's serializer of the same number, which reads plain values and listed exceptions only."""

    def dumps(self, data: Any) -> bytes:
        """The message of a reply. One that is too large is an error that the caller is told; the connection stays."""
        message = super().dumps(data)
        if len(message) > MAX_MESSAGE_BYTES:
            raise ValueError(f"a reply of {len(message)} bytes is too large; at most {MAX_MESSAGE_BYTES} are accepted")
        return message

    def loads(self, data: bytes) -> Any:
        """The value, or exception, of a reply."""
        return _read(data, exceptions=True)

    def loadsCall(self, data: bytes) -> tuple[str, str, list[Any], dict[str, Any]]:  # noqa: N802 - Pyro's name
        """Object, method and arguments of a call."""
        call = _read(data, exceptions=False)
        if not isinstance(call, tuple) or tuple(map(type, call)) not in _CALLS or not all(map(_is_text, call[3])):
            raise NotPlain("this is not a call of a method")
        name, method, arguments, options = call
        return name, method, list(arguments), options

    @classmethod
    def dict_to_class(cls, data: Any) -> NoReturn:
        """Refuse: what Pyro4 would make of a dict that names a class."""
        raise NotPlain("no object is made from a message")


_CALLS = ((str, str, tuple, dict), (str, str, list, dict))


def install() -> None:
    """Put it in the place of Pyro4's own."""
    plain = PlainSerializer()
    util._serializers["serpent"] = plain
    util._serializers_by_id[plain.serializer_id] = plain


def _read(data: bytes, exceptions: bool) -> Any:
    def made_of(found: dict, outermost: bool) -> Any:
        return _made_of(found, exceptions and outermost)

    try:
        return literals.read(data, made_of)
    except literals.Unreadable as error:
        raise NotPlain(f"a message that is not plain: {error}") from None


def _made_of(found: dict, exceptions: bool) -> Any:
    """What stands for a dict that names a class."""
    name = found["__class__"]
    if name == "float" and found.get("value") == "nan":  # how serpent writes it
        return float("nan")
    if name == "Pyro4.core.URI":
        return _address(found.get("state"))
    if exceptions and found.get("__exception__") is True and _is_text(name):
        return _exception(name, found.get("args"))
    raise NotPlain(f"a message may not hold an object of the class {name!r:.100}")


def _address(state: Any) -> str:
    """A URI as its text: what a nameserver replies."""
    if isinstance(state, tuple) and tuple(map(type, state)) == (str, str, type(None), str, int):
        return f"{state[0]}:{state[1]}@{state[3]}:{state[4]}"
    raise NotPlain("a message holds an address that is none")


def _exception(name: str, arguments: Any) -> Exception:
    kind = _EXCEPTIONS.get(name)
    said = arguments if isinstance(arguments, (tuple, list)) else ()
    if kind is not None and len(said) <= 1 and all(map(_is_text, said)):
        return kind(*(text[:_MOST_CHARACTERS] for text in said))
    return RemoteError(f"the other side raised {name[:100]}: {', '.join(map(str, said))[:_MOST_CHARACTERS]}")


def _is_text(value: object) -> bool:
    return type(value) is str
