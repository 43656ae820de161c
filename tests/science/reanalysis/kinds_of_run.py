"""Files of one season that are of different models or runs, and files of one run that differ otherwise."""

# ruff: noqa: E501 (a case a line)

import numpy as np

from tests.science.reanalysis.cases import HOURS, Case, Draft


def draft(hours=HOURS, **said):
    """Winds at 850 hPa whose file says something."""
    return Draft(hours=hours).level(850.0, "hPa").file_says(**said)


def apart(one, other):
    """u in one file and v in another; what each file says."""
    return lambda folder: [
        draft(**said)(folder, f"{wind}.nc", only=[wind]) for wind, said in zip("uv", (one, other), strict=True)
    ]


def joined(*each):
    """A file after another in time; what each says."""
    parts = np.array_split(HOURS, len(each))
    return lambda folder: [
        draft(hours, **said)(folder, f"uv_part{number}.nc")
        for number, (hours, said) in enumerate(zip(parts, each, strict=True))
    ]


def members(folder):
    """A file of each member, which says which one it is."""
    for member in ("r1i1p1f1", "r2i1p1f1"):
        draft(source_id="MPI", variant_label=member, realization_index=int(member[1]))(folder, f"uv_{member}.nc")


MPI, HADGEM = {"source_id": "MPI-ESM1-2-LR"}, {"source_id": "HadGEM3-GC31-LL"}
HISTORICAL = {"source_id": "MPI-ESM1-2-LR", "experiment_id": "historical", "variant_label": "r1i1p1f1"}
SCENARIO = HISTORICAL | {"experiment_id": "ssp585"}
DIFFERENT = {
    "source_id": ("MPI-ESM1-2-LR", "HadGEM3-GC31-LL"), "institution_id": ("MPI-M", "MOHC"), "experiment_id": ("historical", "ssp585"), "variant_label": ("r1i1p1f1", "r2i1p1f1"),
    "grid_label": ("gn", "gr1"), "model": ("CAM5", "CAM6"), "source": ("MPI-ESM1.2-LR (2017): atmos ECHAM6.3", "HadGEM3-GC31-LL (2016): atmos MetUM"),
    "model_id": ("CCSM4", "NorESM1-M"), "realization": (1, 2), "GRIB_centre": ("ecmf", "kwbc"),
}  # fmt: skip
ALIKE = {
    "history": ("made yesterday", "made today"), "creation_date": ("2019-09-04", "2020-01-01"), "tracking_id": ("hdl:1", "hdl:2"), "table_info": ("Creation Date:(09 May 2019)", "Creation Date:(24 July 2020)"),
    "source_id": ("MPI-ESM1-2-LR", "mpi-esm1-2-lr "), "source": ("GFS analyses (f000), 850 hPa u wind", "GFS analyses (f000), 850 hPa v wind"), "expver": ("0001", "0005"), "title": ("u of 2005", "v of 2005"),
    "GRIB_centreDescription": ("ECMWF 2005-08-01", "ECMWF 2005-08-02"), "data_specs_version": ("01.00.30", "01.00.31"),
}  # fmt: skip

CASES = [
    *[Case(f"u and v of another {name}", apart({name: one}, {name: other}), refused=rf"u.nc and .*v.nc are of different runs: they say {name} '.*' and '.*'; use the files of one run") for name, (one, other) in DIFFERENT.items()],
    *[Case(f"joined, of another {name}", joined({name: one}, {name: other}), refused=rf"part0.nc and .*part1.nc are of different runs: they say {name} ") for name, (one, other) in DIFFERENT.items()],
    *[Case(f"u and v, {name} differs", apart({name: one}, {name: other})) for name, (one, other) in ALIKE.items()],
    *[Case(f"joined, {name} differs", joined({name: one}, {name: other})) for name, (one, other) in ALIKE.items()],
    Case("one model after another with silence between", joined(MPI, {}, HADGEM), refused="part0.nc and .*part2.nc are of different runs"),
    Case("only one file says a model", apart(MPI, {})),
    Case("two models at the same times", lambda folder: [draft(**said)(folder, f"uv_{number}.nc") for number, said in enumerate((MPI, HADGEM))], refused="are of different runs: they say source_id"),
    Case("ERA5 and its preliminary part", joined({"source": "ERA5"}, {"source": "ERA5T"})),
    Case("other versions of one model", joined({"model": "GFS v15.1"}, {"model": "GFS v16"}), remark="uv_part0.nc and uv_part1.nc say model 'GFS v15.1' and 'GFS v16'; taken to be of one run"),
    Case("an institution by another name", apart({"institution": "NOAA/ESRL PSD"}, {"institution": "NOAA PSL"}), remark="u.nc and v.nc say institution 'NOAA/ESRL PSD' and 'NOAA PSL'; taken to be of one run"),
    Case("a text of which an id says more", apart(MPI | {"source": "MPI-ESM1.2-LR (2017)"}, MPI | {"source": "ECHAM6"})),
    Case("a case that goes on as another", joined({"case": "b.e21.BHIST.001"}, {"case": "b.e21.BSSP370.001"}), remark="taken to be of one run"),
    Case("u and v of two cases", apart({"case": "b.e21.BHIST.001"}, {"case": "b.e21.BHIST.002"}), refused="are of different runs: they say case"),
    Case("a scenario after its historical run", joined(HISTORICAL, SCENARIO | {"parent_experiment_id": "historical"}), remark="say experiment_id 'historical' and 'ssp585'; one run continues the other"),
    Case("a scenario after the historical run of another member", joined(HISTORICAL, SCENARIO | {"parent_experiment_id": "historical", "variant_label": "r2i1p1f1"}), refused="variant_label"),
    Case("u of a scenario, v of its historical run", apart(HISTORICAL, SCENARIO | {"parent_experiment_id": "historical"}), refused="they say experiment_id"),
    Case("members that say which they are", members, members=2, dataset={"files": dict.fromkeys("uv", "uv_{member}.nc")}),
    Case("CMIP5, a scenario after its historical run", joined({"model_id": "MPI-ESM-LR", "experiment_id": "historical"}, {"model_id": "MPI-ESM-LR", "experiment_id": "rcp85"}), remark="one run continues the other"),
    Case("a scenario that names no parent", joined(HISTORICAL, SCENARIO), remark="one run continues the other"),
    Case("a scenario after another", joined(SCENARIO, SCENARIO | {"experiment_id": "ssp126"}), refused="they say experiment_id"),
    Case("a scenario of another model", joined(HISTORICAL, SCENARIO | HADGEM), refused="they say source_id"),
    Case("a scenario that another institute ran", joined(HISTORICAL | {"institution_id": "MPI-M"}, SCENARIO | {"institution_id": "DKRZ"}), remark="one run continues the other"),
    *[Case(f"source {one}, {other}", apart({"source": one}, {"source": other}), remark="taken to be of one run") for one, other in [("downloaded 2024-01-01 from CDS", "retrieved 2024-05-01 from CDS"), ("ECMWF", "Copernicus Climate Change Service"), ("Reanalysis", "ERA5"), ("u.nc", "v.nc"), ("JRA-55", "JRA55"), ("20CRv3", "20CRv3.MO"), ("CFSR", "CFSv2")]],
    *[Case(f"source {one}, {other}", apart({"source": one}, {"source": other}), refused="they say source") for one, other in [("ERA-Interim", "ERA5"), ("MERRA", "MERRA-2"), ("ECMWF ERA5 reanalysis", "JMA JRA-55 reanalysis"), ("20CRv2c", "20CRv3")]],
    Case("members that the description does not name", members, members=2, remark=r"told apart by variant_label inside"),
]  # fmt: skip
