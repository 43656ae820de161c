"""Reading Zarr stores, against tensorstore alone: CPU milliseconds of a step, medians of processes' turns in one run.

    python -m benchmarks.zarr [--turns 5] [--store FOLDER]

Stores are written anew, of smooth winds with noise in 16 bits of their mantissas, which packs as reanalyses do; or
`--store` adds a real one. tensorstore reads each chunk once, whole; the package reads step by step and in whole
blocks (a chunk's steps, at least 16), with all its checks of values. Both begin with opened stores,
nothing in caches, and files in the page cache.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorstore

from benchmarks.surroundings import describe, spread, table
from stormtracks.science.reanalysis import open_season

HEAD = ("store", "steps", "tensorstore alone", "whole blocks", "ratio", "step by step", "opening, ms")
BLOSC = {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
BLOSC_3 = {
    "name": "blosc",
    "configuration": BLOSC | {"cname": "zstd", "clevel": 3, "shuffle": "shuffle", "typesize": 4},
}
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
ROUNDS = 5
"""Times that a store is opened and read in a turn."""
FEWEST = 16
"""Steps of a block."""
CASES = {  # version, degrees, steps, chunk, shard, names
    "vorticity 2.5 deg, Zarr 2, 90 steps in tiles": (2, 2.5, 360, (90, 19, 72), None, ["vo"]),
    "u, v 1 deg, Zarr 2, a step in a chunk": (2, 1.0, 80, (1, 181, 360), None, ["u", "v"]),
    "u, v 1 deg, Zarr 3, a step in a chunk": (3, 1.0, 80, (1, 181, 360), None, ["u", "v"]),
    "u, v 1 deg, Zarr 3, 40 steps in a chunk": (3, 1.0, 80, (40, 181, 360), None, ["u", "v"]),
    "u, v 1 deg, Zarr 3, shards of tiles of 40 steps": (3, 1.0, 80, (40, 32, 32), (40, 192, 384), ["u", "v"]),
}
STANDARD = {"u": "eastward_wind", "v": "northward_wind", "vo": "atmosphere_relative_vorticity"}


def main(arguments=None):
    """Print a row for each store."""
    options = _options(arguments)
    about = describe()
    with tempfile.TemporaryDirectory() as folder:
        stores = {
            name: made(Path(folder) / f"{number}.zarr", *case) for number, (name, case) in enumerate(CASES.items())
        }
        if options.store:
            stores[f"{options.store.name}"] = options.store, options.names
        rows = [row(name, *store, options.turns) for name, store in stores.items()]
    shown = f"CPU ms of a step of all variables; medians of {options.turns} in turn (lowest-highest)\n" + table(
        HEAD, rows
    )
    print(f"{about}\n\n{shown}")


def row(name, store, names, turns):
    """The figures of a store."""
    alone, blocks, steps, opening = [], [], [], []
    for turn in range(turns + 1):
        found = [
            np.mean([one(store, at) for _ in range(ROUNDS)], axis=0)
            for one, at in ((library, names), (package, FEWEST), (package, 1))
        ]
        if turn:  # the first brings the files into the page cache
            count = int(found[1][2])
            alone.append(1000 * found[0] / count)
            blocks.append(1000 * found[1][1] / count)
            steps.append(1000 * found[2][1] / count)
            opening.append(1000 * found[1][0])
    ratio = statistics.median(blocks) / statistics.median(alone)
    return (
        name,
        count,
        spread(alone),
        spread(blocks),
        f"{ratio:.2f}",
        spread(steps),
        f"{statistics.median(opening):.0f}",
    )


def library(store, names):
    """CPU seconds of tensorstore for all values of some arrays."""
    version = 3 if (store / "zarr.json").exists() else 2
    context = tensorstore.Context({"data_copy_concurrency": {"limit": 1}})
    arrays = []
    for name in names:
        spec = {
            "driver": "zarr3" if version == 3 else "zarr",
            "kvstore": {"driver": "file", "path": f"{store / name}/"},
        }
        arrays.append(tensorstore.open(spec, context=context, open=True).result())
    begin = time.process_time()
    for array in arrays:
        for first in range(0, array.shape[0], array.chunk_layout.read_chunk.shape[0]):
            array[first : first + array.chunk_layout.read_chunk.shape[0]].read().result()
    return time.process_time() - begin


def package(store, at_a_time):
    """CPU seconds of opening a store as a season and of reading all of it, and how many steps that are."""
    begin = time.process_time()
    year, season = (2005, None) if (store / "made").exists() else (2025, ("12-01", "02-28"))
    with open_season(store, year, season=season) as season:
        opened = time.process_time()
        if at_a_time > 1:
            at_a_time = max(at_a_time, season.files.first.field.block.steps)
        for first in range(0, len(season.axis), at_a_time):
            season.read(first, min(first + at_a_time, len(season.axis)), [0])
        return opened - begin, time.process_time() - opened, len(season.axis)


def made(store, version, degrees, steps, chunk, shard, names):
    """Write a store; its folder and its fields."""
    lat, lon = np.arange(90, -90.1, -degrees), np.arange(0, 360, degrees)
    store.mkdir()
    (store / "made").touch()
    hours = {"units": "hours since 2005-01-01"}
    array(store, version, "time", np.arange(steps) * 6.0, ["time"], hours, (steps,), None)
    array(store, version, "latitude", lat, ["latitude"], {"units": "degrees_north"}, lat.shape, None)
    array(store, version, "longitude", lon, ["longitude"], {"units": "degrees_east"}, lon.shape, None)
    for number, name in enumerate(names):
        scale, units = (5e-5, "s-1") if name == "vo" else (10.0, "m s-1")
        said = {"standard_name": STANDARD[name], "units": units}
        values = fields(steps, lat, lon, number) * np.float32(scale)
        array(store, version, name, values, ["time", "latitude", "longitude"], said, chunk, shard)
    if version == 3:
        (store / "zarr.json").write_text(json.dumps({"zarr_format": 3, "node_type": "group", "attributes": {}}))
    else:
        (store / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
    return store, names


def fields(steps, lat, lon, seed):
    """Smooth waves with noise, 16 bits of each value."""
    rng = np.random.default_rng(seed)
    waves = np.cos(np.radians(lat))[:, np.newaxis] * np.sin(np.radians(lon) * 6)
    turned = np.stack([np.roll(waves, 3 * step, axis=1) for step in range(steps)])
    noisy = (turned + rng.normal(0, 0.02, turned.shape)).astype(np.float32)
    return np.round(noisy * 16384) / np.float32(16384)


def array(store, version, name, values, dimensions, attributes, chunk, shard):
    """Write an array of a store."""
    metadata = {"shape": list(values.shape), "fill_value": "NaN"}
    if version == 2:
        kind = {"dtype": values.dtype.str, "chunks": list(chunk), "compressor": {"id": "blosc", **BLOSC}}
    else:
        codecs = [LITTLE, BLOSC_3]
        if shard:
            inner = {"chunk_shape": list(chunk), "codecs": codecs}
            codecs = [{"name": "sharding_indexed", "configuration": inner}]
        grid = {"name": "regular", "configuration": {"chunk_shape": list(shard or chunk)}}
        kind = {"data_type": values.dtype.name, "chunk_grid": grid, "codecs": codecs, "dimension_names": dimensions}
        kind["attributes"] = attributes
    spec = {"driver": "zarr" if version == 2 else "zarr3", "kvstore": {"driver": "file", "path": f"{store / name}/"}}
    tensorstore.open(spec | {"metadata": metadata | kind}, create=True).result().write(values).result()
    if version == 2:
        (store / name / ".zattrs").write_text(json.dumps({"_ARRAY_DIMENSIONS": dimensions, **attributes}))


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--store", type=Path, help="a further store, of 2025")
    parser.add_argument("--names", nargs="+", default=["vo"], help="its fields [%(default)s]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
