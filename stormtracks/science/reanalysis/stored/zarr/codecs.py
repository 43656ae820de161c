"""Codecs of chunks: which of them tensorstore reads, and as it takes them."""

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.zarr.documents import Json

_COMPRESSORS = {  # of version 2: those that the library reads, with the settings that it knows
    "blosc": ("cname", "clevel", "shuffle", "blocksize"), "zlib": ("level",), "gzip": ("level",), "bz2": ("level",),
    "zstd": ("level",),
}  # fmt: skip


class Unread(InputError):
    """What is not read of an array, or why its metadata are damaged; whoever asks for it puts its name in front."""


def compressor(given: object) -> Json | None:
    """The compressor of version 2 as the library takes it; other settings, as of later versions, are left out.

    Raises
    ------
    Unread
        The library does not read it.
    """
    if not isinstance(given, dict):
        return None
    known = _COMPRESSORS.get(str(given.get("id")))
    if known is None:
        raise Unread(f"its compressor {given.get('id')} is not read; save it again with zstd or blosc")
    found = {"id": given["id"], **{key: given[key] for key in known if key in given}}
    if found["id"] == "blosc" and found.get("shuffle") not in (-1, 0, 1, 2, None):
        del found["shuffle"]
    return found


def refuse_filters(given: object) -> None:
    """Refuse filters of version 2, of which the library reads none.

    Raises
    ------
    Unread
        There are some.
    """
    if isinstance(given, list) and given:
        names = ", ".join(str(one.get("id")) if isinstance(one, dict) else str(one) for one in given)
        raise Unread(f"its filter {names} is not read; save it again without filters")


def unit(chain: object, outer: tuple[int, ...]) -> tuple[int, ...]:
    """The part of a chunk of version 3 that is decoded at a time: of a shard, one of the chunks in it.

    Raises
    ------
    Unread
        The codecs are damaged.
    """
    if not isinstance(chain, list) or not all(isinstance(one, dict | str) for one in chain):
        raise Unread("its codecs are not a list; its metadata are damaged, copy the store again")
    for one in chain:
        name, settings = named(one)
        if name == "transpose" and sorted(settings.get("order") or ()) != list(range(len(outer))):
            raise Unread("its codec transpose has no order of its dimensions; its metadata are damaged")
        if name != "sharding_indexed":
            continue
        inner = settings.get("chunk_shape")
        if not isinstance(inner, list) or not _divides(inner, outer):
            raise Unread("its shards are not of whole chunks; its metadata are damaged, copy the store again")
        return unit(settings.get("codecs"), tuple(inner))
    return outer


def _divides(inner: list, outer: tuple[int, ...]) -> bool:
    """Whether the chunks in a shard fill it."""
    if len(inner) != len(outer) or not all(type(size) is int and size > 0 for size in inner):
        return False
    return all(whole % size == 0 for size, whole in zip(inner, outer, strict=True))


def named(codec: object) -> tuple[str, Json]:
    """Name and settings of a codec or type of version 3."""
    if not isinstance(codec, dict):
        return str(codec), {}
    settings = codec.get("configuration")
    return str(codec.get("name")), settings if isinstance(settings, dict) else {}
