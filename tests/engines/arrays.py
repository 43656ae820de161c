"""Results beside results: every variable of every file, byte for byte."""

import netCDF4
import numpy as np


def of(folder):
    """What is in the results of a folder.

    Returns
    -------
    dict
        (task, year, file) -> {path of a variable or attribute that is no provenance: its type, dimensions and bytes}.
    """
    return {path.relative_to(folder).parts: _of_file(path) for path in sorted(folder.glob("*/*/member_*.nc"))}


def differences(results, others):
    """What is not the same in two results of `of`: texts, none where all is."""
    lacking = [f"{'/'.join(key)} is in one only" for key in sorted(set(results) ^ set(others))]
    both = sorted(set(results) & set(others))
    return lacking + [f"{'/'.join(key)}: {name}" for key in both for name in _differ(results[key], others[key])]


def _differ(one, other):
    return sorted(name for name in set(one) | set(other) if one.get(name) != other.get(name))


def _of_file(path):
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        return dict(_of_group(file))


def _of_group(group):
    for name, variable in group.variables.items():
        values = np.ascontiguousarray(variable[...])
        whole = values.tobytes() if values.dtype != object else tuple(map(str, values.ravel()))
        yield f"{group.path}:{name}", (str(variable.dtype), variable.dimensions, values.shape, whole)
    for part in group.groups.values():
        yield from _of_group(part)
