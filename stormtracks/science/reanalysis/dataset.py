"""The description of files that do not fit the known layouts."""

import functools
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stormtracks import label, strict_dataclass
from stormtracks.errors import BadValue
from stormtracks.science.reanalysis import stated
from stormtracks.science.reanalysis.roles import FURTHER, ROLES, TRACKED
from stormtracks.science.reanalysis.stated import Stated

LARGEST_NUMBER = 999_999
"""Of a member in file names."""
FINEST, COARSEST = 0.05, 15.0
"""Degrees of a grid that cells are put on; a step of the finest takes 100 MB per field."""
_PLACEHOLDER = re.compile(r"\{(?:(year|member|lead)(?::0(\d)d)?|(start)(?::([^{}]+))?)\}|(\*)")


@dataclass(frozen=True)
class Dataset:
    """Where the winds (or the vorticity) and further fields are, in files that are not recognised by themselves.

    Attributes
    ----------
    files : dict of str
        ``{"u": ..., "v": ...}`` or ``{"vorticity": ...}``: paths below the data folder, in which ``{year}``,
        ``{member}``, ``{member:03d}`` and ``*`` may stand; ``{member}`` is a number or, where no file fits with one, a
        label such as ``r1i1p1f1``, ``LE2-1021.002`` or ``gep01``. Of forecasts ``{start}``, ``{start:%Y%m%d%H}`` and
        ``{lead}`` (whole hours) stand for what the names of their files say. Empty: files are found by what is inside.
        Further fields likewise, each by its role: ``{"pressure": "psl_{year}.nc"}``. Where the winds are given and
        such a role is not, it is looked for in the files of the winds alone.
    variables : dict of str
        Names inside the files, by the same keys; where a key is missing the variable is recognised.
    level : float or None
        hPa, where a file has several; none: the setting `level_hpa`.
    first_member : int or None
        What ``{member}`` is for the schedule's member 0; the numbers count up from there. None: the files that there
        are, in the order of their numbers or labels.
    member : str or None
        Name of the dimension of members inside the files, where it is not recognised.
    start : str or None
        When the forecast began that all files are of, ``2025-06-01T00``, where they do not say it.
    grid : float or None
        Degrees of the even grid that values of cells (reduced Gaussian, HEALPix, unstructured) are put on. None: of the
        usual ones the finest that is finer neither than the cells nor than 0.25 degrees. Other files are read on the
        grid that they have.
    """

    files: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    level: float | None = None
    first_member: int | None = None
    member: str | None = None
    start: str | None = None
    grid: float | None = None

    def __post_init__(self) -> None:
        for key in (*self.files, *self.variables):
            if key not in ROLES:
                raise BadValue(f"'files' and 'variables': {strict_dataclass.unknown(key, ROLES)}")
        tracked = self.only(TRACKED, self.files)
        if tracked and set(tracked) not in ({"u", "v"}, {"vorticity"}):
            raise BadValue(f"'files' must have u and v, or vorticity alone, not {', '.join(sorted(tracked))}")
        for template in self.files.values():
            pattern(template)
        self._refuse_shared_variables()
        if self.first_member is not None and not 0 <= self.first_member <= LARGEST_NUMBER:
            raise BadValue(f"'first_member' must be 0 to {LARGEST_NUMBER}, as in file names, not {self.first_member}")
        if self.start is not None:
            self._keep_start(self.start)
        if self.level is not None and not 0 < self.level < math.inf:
            raise BadValue(f"'level' must be a finite number of hPa above 0, not {self.level:g}")
        if self.grid is not None and not _goes_from_pole_to_pole(self.grid):
            raise BadValue(
                f"'grid' must be {FINEST:g} to {COARSEST:g} degrees of which 180 is a multiple (1, 0.5, 0.25), not "
                f"{self.grid:g}"
            )

    @property
    def naming(self) -> str:
        """What to do where no variable is recognised.

        Examples
        --------
        >>> from stormtracks.science.reanalysis.dataset import Dataset
        >>> Dataset(variables={"u": "east", "v": "north"}).naming
        "the dataset description names east, north: correct its 'variables'"
        """
        if self.variables:
            return f"the dataset description names {', '.join(self.variables.values())}: correct its 'variables'"
        return "name those to be read under 'variables' of a dataset description"

    def stated(self, path: Path) -> Stated:
        """What is said of the forecast that a file is of: by its name, where `files` has a place for that, or here.

        Examples
        --------
        >>> from pathlib import Path
        >>> from stormtracks.science.reanalysis import Dataset
        >>> described = Dataset(files={"vorticity": "gep{member}.{start:%Y%m%d%H}.f{lead}"})
        >>> described.stated(Path("data/gep01.2025060100.f006"))
        Stated(start='2025-06-01T00', lead=6.0)
        """
        for template in self.files.values():
            if "{start" in template or "{lead" in template:
                found = _below_any_folder(template).fullmatch(path.as_posix())
                said = Stated() if found is None else stated.of_name(found)
                if said != Stated():
                    return said if said.start else said._replace(start=self.start)
        return Stated(self.start)

    def _keep_start(self, start: str) -> None:
        """Keep the start as a label, whatever way it is written."""
        found = label.of(start)
        if not label.is_start(found):
            raise BadValue(f"'start' must be when a forecast began, such as 2025-06-01T00, not {start!r}")
        if any("{start" in template for template in self.files.values()):
            raise BadValue("'start' and {start} in 'files' both say when a forecast began; leave one of them out")
        object.__setattr__(self, "start", found)  # frozen

    @property
    def of_tracked(self) -> "Dataset":
        """The same description, its files those of the winds or of the vorticity alone."""
        return replace(self, files=self.only(TRACKED, self.files))

    @property
    def further_files(self) -> dict[str, str]:
        """The files that are given for further fields."""
        return self.only(FURTHER, self.files)

    @staticmethod
    def only(roles: Collection[str], by_role: Mapping[str, str]) -> dict[str, str]:
        """What is given for some roles."""
        return {role: given for role, given in by_role.items() if role in roles}

    def _refuse_shared_variables(self) -> None:
        """Refuse a variable that is given for several roles; heights may be levels of one variable."""
        by_name: dict[str, list[str]] = {}
        for role, name in self.variables.items():
            by_name.setdefault(name, []).append(role)
        for name, given in by_name.items():
            if len({ROLES[role].quantity for role in given}) > 1:
                raise BadValue(
                    f"'variables': {name!r} is given for {' and '.join(given)}, and each has a variable of its own; "
                    "correct one"
                )

    @classmethod
    def from_mapping(
        cls, mapping: "Dataset | Mapping[str, Any]", where: strict_dataclass.Where = "dataset"
    ) -> "Dataset":
        """A description from a mapping (the `dataset` of a YAML file); unknown keys and wrong types are refused."""
        return mapping if isinstance(mapping, cls) else strict_dataclass.build(cls, mapping, where)


def _goes_from_pole_to_pole(step: float) -> bool:
    return FINEST <= step <= COARSEST and abs(round(180 / step) * step - 180) < 1e-6


def pattern(template: str, texts: bool = False) -> re.Pattern[str]:
    """The regular expression of relative paths that a template stands for, with groups of what is in braces.

    Parameters
    ----------
    template : str
    texts : bool
        Whether ``{member}`` stands for letters, digits, ``.``, ``+`` and ``-`` (``r1i1p1f1``, ``LE2-1021.002``), or for
        digits only.
    """
    if template.startswith("/") or ".." in template.split("/"):
        raise BadValue(f"'files' must be paths inside the data folder, not {template!r}")
    parts: list[str] = []
    seen: set[str] = set()
    end = 0
    for found in _PLACEHOLDER.finditer(template):
        parts += [re.escape(template[end : found.start()]), _group(found, seen, texts)]
        end = found.end()
    rest = template[end:]
    if re.search(r"[{}]", "".join(_PLACEHOLDER.split(template)[:: _PLACEHOLDER.groups + 1])):
        raise BadValue(
            f"'files' may contain {{year}}, {{member}}, {{member:03d}}, {{start}}, {{start:%Y%m%d%H}}, {{lead}} and *, "
            f"not {template!r}"
        )
    stated.refuse_part(template, seen)
    return re.compile("".join(parts) + re.escape(rest))


@functools.lru_cache(maxsize=64)
def _below_any_folder(template: str) -> re.Pattern[str]:
    """The expression of whole paths of files that a template stands for; members may be labels."""
    return re.compile(f"(?:.*/)?{pattern(template, texts=True).pattern}")


def _group(found: re.Match[str], seen: set[str], texts: bool) -> str:
    name, width, start, form, star = found.groups()
    if star:
        return "[^/]*"
    if start:
        return stated.group(form, seen)
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    if name == "member" and texts and not width:
        return r"(?P<member>[A-Za-z0-9][A-Za-z0-9.+-]*)"
    digits = r"\d{4}" if name == "year" else rf"\d{{{width},}}" if width else r"\d+"
    return f"(?P<{name}>{digits})"


def in_order(labels: Iterable[str]) -> list[str]:
    """Labels of members, each once, in the order that a person gives them: by the numbers in them, r2 before r10."""
    return sorted(set(labels), key=lambda label: [_of_part(part) for part in re.findall(r"\d+|\D+", label)])


def _of_part(part: str) -> tuple[int, int, str]:
    return (0, int(part), part) if part.isdigit() else (1, 0, part)
