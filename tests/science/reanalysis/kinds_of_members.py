"""Folders in which members have files of their own, and what may be taken for that."""

# ruff: noqa: E501 (a case a line)

import numpy as np

from tests.science.reanalysis.cases import HOURS, Case, Draft

LENS2 = "b.e21.BHISTcmip6.f09_g17.LE2-{}.cam.h2.{}850.2005080100-2005083100.nc"
LENS2_MEMBERS = [f"{1001 + 20 * number}.{number + 1:03d}" for number in range(9)] + ["1231.010"]
CMIP6 = "{}a_6hrPlevPt_MPI-ESM1-2-LR_historical_{}_gn_200501010000-200512311800.nc"


def draft(hours=HOURS, **said):
    """Winds at 850 hPa whose file says something."""
    return Draft(hours=hours).level(850.0, "hPa").file_says(**said)


def each(name, members=("1", "2", "3"), **said):
    """A file per member with u and v; what each says, `{}` for the member."""
    return lambda folder: [
        draft(**{key: value.format(one) for key, value in said.items()})(folder, name.format(one)) for one in members
    ]


def apart(name, members, **said):
    """A file per member and wind."""
    return lambda folder: [
        draft(**{key: value.format(one) for key, value in said.items()})(folder, name(wind, one), only=[wind])
        for one in members
        for wind in "uv"
    ]


def large(said):
    """CESM2-LENS: a file per wind and member, without leap days."""

    def write(folder):
        for one in LENS2_MEMBERS:
            made = draft(
                **({"case": f"b.e21.BHISTcmip6.f09_g17.LE2-{one}", "source": "CAM"} if said else {"source": "CAM"})
            )
            made.says("time", calendar="noleap").without("level").rename(u="U850", v="V850").winds_say(
                long_name="wind at 850 mbar pressure surface"
            )
            for wind in "UV":
                made(folder, LENS2.format(one, wind), only=[f"{wind}850"])

    return write


def scalar(folder):
    """A file per member with a scalar coordinate."""
    for number in (0, 1, 10, 2):
        draft().coordinate("realization", (), number, standard_name="realization")(folder, f"uv{7 * number}.nc")


def control_and_perturbed(folder):
    """S2S: the control in one file, the others in another."""
    draft().coordinate("number", (), 0, standard_name="realization")(folder, "cf.nc")
    draft().members([1, 2, 3], "number", standard_name="realization")(folder, "pf.nc")


def in_time(members):
    """Two files after another for each member."""

    def write(folder):
        for one in members:
            for part, hours in enumerate(np.split(HOURS, 2)):
                draft(hours, variant_label=one)(folder / one, f"uv_{part}.nc")

    return write


def with_mean(folder):
    """Members, and the mean of them."""
    each("ge{}.t00z.f006.nc", ("p01", "p02"))(folder)
    draft().winds_say(cell_methods="realization: mean")(folder, "geavg.t00z.f006.nc")


CASES = [
    Case("a mean beside its members", with_mean, members=2, remark=r"geavg.t00z.f006.nc was left out: is a mean over members, which are there too .*told apart by their names"),
    Case("CESM2-LENS, which says its case", large(True), members=10, remark=r"^10 members with files of their own \(LE2-1001.001, LE2-1021.002, LE2-1041.003, ... LE2-1231.010\), told apart by case inside$"),
    Case("CESM2-LENS, by its names", large(False), members=10, remark=r"\(LE2-1001.001, LE2-1021.002, LE2-1041.003, ... LE2-1231.010\), told apart by their names$"),
    Case("CESM1-LENS", each("b.e11.B20TRC5CNBDRD.f09_g16.{}.cam.h2.UV850.1990.nc", ("001", "002", "101")), members=3, remark=r"\(001, 002, 101\), told apart by their names"),
    Case("CMIP6, which says its variant", apart(lambda wind, one: CMIP6.format(wind, one), ("r10i1p1f1", "r2i1p1f1"), variant_label="{}", source_id="MPI-ESM1-2-LR"), members=2, remark=r"\(r2i1p1f1, r10i1p1f1\), told apart by variant_label inside"),
    Case("CMIP6, by its names", apart(lambda wind, one: CMIP6.format(wind, one), ("r1i1p1f1", "r1i1p1f2")), members=2, remark=r"\(r1i1p1f1, r1i1p1f2\), told apart by their names"),
    Case("a scalar coordinate of the member", scalar, members=4, remark=r"\(0, 1, 2, 10\), told apart by the members inside"),
    Case("a folder per member", each("member_{}/uv.nc"), members=3, remark=r"\(1, 2, 3\), told apart by their names"),
    Case("a folder per member that no name calls one", each("{}/uv.nc"), refused=r'both contain .*write this dataset description: files: {u: "{member}/uv.nc", v: "{member}/uv.nc"}'),
    Case("GEFS as netCDF", each("ge{}.t00z.pgrb2a.0p50.f006.nc", ("c00", "p01", "p02")), members=3, remark=r"\(gec00, gep01, gep02\), told apart by their names"),
    Case("a control beside perturbed members", control_and_perturbed, members=4, remark=r"4 members with files of their own \(0, 1, 2, 3\), told apart by the members inside"),
    Case("several files in time of each member", in_time(("r1i1p1f1", "r2i1p1f1")), members=2, remark="told apart by variant_label inside"),
    Case("CMIP5's three numbers", lambda folder: [draft(realization=one, initialization_method=1, physics_version=1)(folder, f"{one}.nc") for one in (1, 2)], members=2, remark=r"\(r1i1p1, r2i1p1\), told apart by realization inside"),
    Case("numbers that are nothing's", each("wind_{}.nc"), refused=r'wind_1.nc and .*wind_2.nc both contain .*; remove one of them, .*write this dataset description: files: {u: "wind_{member}.nc", v: "wind_{member}.nc"}'),
    Case("the description that was named", each("wind_{}.nc"), members=3, dataset={"files": dict.fromkeys("uv", "wind_{member}.nc")}),
    Case("members of two models", lambda folder: [draft(variant_label=label, source_id=model)(folder, f"uv_{model}_{label}.nc") for model, label in (("MPI", "r1i1p1f1"), ("CESM2", "r2i1p1f1"))], refused="are of different runs: they say source_id"),
    Case("cases of two forcings", lambda folder: [draft(case=f"b.e21.{one}")(folder, f"uv_{one}.nc") for one in ("BHISTcmip6.LE2-1001.001", "BHISTsmbb.LE2-1011.002")], refused="both contain"),
    Case("names that say members, files that all say the same one", each("uv_mem{}.nc", variant_label="r1i1p1f1"), refused=r'both contain .*write this dataset description: files: {u: "uv_{member}.nc", v: "uv_{member}.nc"}'),
    Case("members one after another in time", lambda folder: [draft(hours, variant_label=label)(folder, f"uv_{label}.nc") for hours, label in zip(np.split(HOURS, 2), ("r1i1p1f1", "r2i1p1f1"), strict=True)], refused="are of different runs: they say variant_label"),
]  # fmt: skip
