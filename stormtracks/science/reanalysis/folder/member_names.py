"""Names of files that are alike but for one part, and whether that part is the label of a member."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stormtracks.science.reanalysis.fields.contents import Looks

_WORD = re.compile(r"[A-Za-z0-9]+")
_MEMBER = re.compile(
    r"(?:.*[^A-Za-z0-9])?(?:(?:mem|member|ens|ensemble|realization|realisation|real|lkm)[_.-]?\d+"
    r"|r\d+i\d+p\d+(?:f\d+)?|ge[cp]\d+|LE2-\d{4}\.\d{3})",
    re.IGNORECASE,
)
"""The end of a path that names a member: what is before it, and the label."""
_OF_CAM = re.compile(r"\.(?:cam|eam|cice|clm2|pop)\.")
"""What follows the case, which ends in the member, in the names of CESM's files."""
_LARGE = re.compile(r"LE2-(?:\d{4}\.)?$")
_DATE = re.compile(r"(?:1[5-9]|2\d)\d{2}\d{0,10}")


@dataclass(frozen=True)
class Names:
    """Paths that are alike but for a part which differs between files of the same times.

    Attributes
    ----------
    paths : list of str
        Below the folder of data.
    spans : list of tuple of int
        Of that part in each.
    """

    paths: list[str]
    spans: list[tuple[int, int]]

    @classmethod
    def of(cls, folder: Path, paths: Sequence[Path], looks: Looks) -> "Names | None":
        """The names of files; None where they do not differ in one part."""
        names = [(path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix() for path in paths]
        words = [[found.span() for found in _WORD.finditer(name)] for name in names]
        texts = [[name[first:last] for first, last in spans] for name, spans in zip(names, words, strict=True)]
        alike: dict[tuple[object, ...], list[list[str]]] = {}
        for path, text in zip(paths, texts, strict=True):
            times = looks.at(path).times
            alike.setdefault((len(times), *times[[0, -1]].tolist()) if len(times) else (), []).append(text)
        if len({len(text) for text in texts}) > 1:
            return None
        places = {place for group in alike.values() for place in _differing(group)}
        if not places or len(places) != max(places) - min(places) + 1:
            return None
        return cls(names, [(spans[min(places)][0], spans[max(places)][1]) for spans in words])

    @property
    def labels(self) -> list[str]:
        """The part of each that differs, with what names it a member of a large ensemble of CESM."""
        before = [_LARGE.search(path[:first]) for path, (first, _) in zip(self.paths, self.spans, strict=True)]
        parts = [path[first:last] for path, (first, last) in zip(self.paths, self.spans, strict=True)]
        return [f"{large[0]}{part}" if large else part for part, large in zip(parts, before, strict=True)]

    @property
    def say_members(self) -> bool:
        """Whether all names say that this part is that of the member."""
        return all(
            _MEMBER.fullmatch(path[:last])
            or (
                re.fullmatch(r"\d{3}", path[first:last])
                and path[first - 1 : first] == "."
                and _OF_CAM.match(path, last)
            )
            for path, (first, last) in zip(self.paths, self.spans, strict=True)
        )

    @property
    def template(self) -> str:
        """The paths, ``{member}`` in place of that part and ``*`` in place of what differs besides, and of dates."""
        before, after = (
            [part(path, span) for path, span in zip(self.paths, self.spans, strict=True)] for part in _SIDES
        )
        return _common(before) + "{member}" + _common(after)


_SIDES: tuple[Callable[[str, tuple[int, int]], str], ...] = (
    lambda path, span: path[: span[0]],
    lambda path, span: path[span[1] :],
)
"""What is before and after the part that differs."""


def _differing(texts: list[list[str]]) -> set[int]:
    """The places of words that differ between names of as many words."""
    return {place for place, words in enumerate(zip(*texts, strict=False)) if len(set(words)) > 1}


def _common(texts: list[str]) -> str:
    """A text in which ``*`` stands for words that differ and for dates."""
    found = [_WORD.findall(text) for text in texts]
    others = _differing(found)
    words = iter(enumerate(found[0]))

    def stands_for(word: re.Match[str]) -> str:
        place, text = next(words)
        return "*" if place in others or _DATE.fullmatch(text) else word[0]

    return re.sub(r"\*(?:-\*)+", "*", _WORD.sub(stands_for, texts[0]))
