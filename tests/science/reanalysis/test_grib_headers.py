"""What a scan of a GRIB file finds, and that nothing damaged passes for something else."""

import os
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import need_extra

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.stored.grib import catalogue, library
from stormtracks.science.reanalysis.stored.grib.scan import edition2, headers
from stormtracks.science.reanalysis.stored.grib.source import Source
from stormtracks.science.reanalysis.stored.source import open_source
from tests.science.reanalysis.grib_messages import mars, message, values, winds
from tests.science.reanalysis.test_grib_values import by_eccodes, packed

need_extra("grib")

HOUR = 3600
TWO = {edition: winds(0, edition=edition) for edition in (1, 2)}
FLIPPED = [packed(1, "grid_simple"), packed(2, "grid_simple", lacking=9), packed(2, "grid_ccsds"),
           packed(2, "grid_complex_spatial_differencing")]  # fmt: skip


def scanned(folder, data):
    path = folder / "x.grib"
    path.write_bytes(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = headers.scan(path, descriptor)
    finally:
        os.close(descriptor)
    return found, [found.product(place) for place in found.fields["product"]]


def only(folder, data):
    (product,) = scanned(folder, data)[1]
    return product


@pytest.mark.parametrize("edition", [1, 2])
def test_a_field_says_what_it_is_of(tmp_path, edition):
    found, (product,) = scanned(tmp_path, message("u", 6, member=7, lead=18, edition=edition))
    assert (product.number, product.lead, product.level_type, product.level) == (7, 18 * HOUR, 100, 85000.0)
    assert product.parameter == ("128/131" if edition == 1 else "0/2/2")
    assert np.datetime64(int(found.fields["start"][0]), "s") == np.datetime64("2005-08-24T12")


@pytest.mark.parametrize(("edition", "definition"), [(1, 1), (1, 15), (1, 30), (1, 36), (2, None)])
def test_the_number_of_a_member_by_what_each_says(tmp_path, edition, definition):
    before = mars("pf", localDefinitionNumber=definition) if edition == 1 else None
    assert only(tmp_path, message("u", 0, member=33, edition=edition, before=before)).number == 33


@pytest.mark.parametrize(("kind", "number"), [("an", -1), ("fc", -1), ("cf", 0)])
def test_a_single_forecast_has_no_number_and_the_control_has_0(tmp_path, kind, number):
    assert only(tmp_path, message("u", 0, edition=1, before=mars(kind))).number == number


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize(("unit", "count", "seconds"), [("m", 90, 5400), ("h", 30, 30 * HOUR), ("D", 10, 240 * HOUR),
                                                        ("6h", 6, 36 * HOUR), ("12h", 12, 144 * HOUR)])  # fmt: skip
def test_leads_in_any_unit_of_time(tmp_path, edition, unit, count, seconds):
    units = {"m": 0, "h": 1, "D": 2, "6h": 11, "12h": 12}
    data = bytearray(message("u", 0, edition=edition))
    if edition == 1:
        data[8 + 17 : 8 + 19] = bytes([units[unit], count])
    else:
        at = data.index(b"\x00\x00\x00\x22\x04") + 17
        data[at : at + 5] = bytes([units[unit]]) + count.to_bytes(4, "big")
    assert only(tmp_path, bytes(data)).lead == seconds


def test_leads_of_unequal_length_are_left_out_and_said(tmp_path):
    data = bytearray(message("u", 0, edition=1))
    data[8 + 17 : 8 + 19] = bytes([3, 1])  # a month
    path = tmp_path / "x.grib"
    path.write_bytes(bytes(data) + winds(0))
    source = Source(path)
    said = source.root.attributes["GRIB_remark"]
    source.close()
    assert said.startswith("1 field was left out: lead is counted in units of table 4, number 3")


def test_winds_of_a_product_that_is_not_known_are_named(tmp_path):
    data = bytearray(message("u", 0))
    at = data.index(b"\x00\x00\x00\x22\x04") + 7
    data[at : at + 2] = (254).to_bytes(2, "big")
    (tmp_path / "x.grib").write_bytes(bytes(data) + message("t", 0))
    said = r"x.grib has t; 1 field was left out: product definition template 4.254 is not known"
    with pytest.raises(InputError, match=said):
        open_season(tmp_path, 2005)


def test_without_eccodes_the_line_to_install_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "eccodes", None)
    library.eccodes.cache_clear()
    monkeypatch.setattr(catalogue, "_names", {})
    (tmp_path / "x.grib").write_bytes(TWO[1])
    with pytest.raises(InputError, match="GRIB needs the package eccodes, which is not installed; install it: "):
        Source(tmp_path / "x.grib")


def test_statistics_say_their_method(tmp_path):
    path = tmp_path / "x.grib"
    mean = {"productDefinitionTemplateNumber": 8, "typeOfStatisticalProcessing": 0}
    path.write_bytes(message("u", 6, before=mean, after={"stepRange": "0-6"}) + message("v", 6, lead=6))
    source = Source(path)
    named = source.root.variables
    assert named["avg_u"].attributes["cell_methods"] == "time: mean"
    assert "cell_methods" not in named["v"].attributes
    source.close()


@pytest.mark.parametrize("between", [b"", bytes(300), b"\r\r\n001\r\r\nHUXE85 ECMF 250000\r\r\n", bytes(5000)])
def test_what_may_lie_between_messages(tmp_path, between):
    u, v = message("u", 0), message("v", 0, edition=1)
    found, products = scanned(tmp_path, between[:900] + u + between + v + between)
    assert found.fields["offset"].tolist() == [len(between[:900]), len(between[:900] + u + between)]
    assert [product.edition for product in products] == [2, 1]


def test_both_editions_in_a_file_are_one_series(tmp_path):
    path = tmp_path / "ERA5"
    path.write_bytes(b"".join(message("u", 6 * n, edition=n + 1, before=mars("an")) for n in (0, 1)))
    source = open_source(path)
    found = source.root.variables["u"].stored()
    source.close()
    np.testing.assert_array_equal(found[:, 0], [values("u", 0), values("u", 6)])


@pytest.mark.parametrize("edition", [1, 2])
@given(at=st.integers(1, len(TWO[1]) - 1))
@settings(max_examples=60)
def test_a_file_cut_at_any_byte_is_refused(tmp_path_factory, edition, at):
    whole = TWO[edition]
    if at == len(whole) // 2:  # between the messages: what is there is whole
        return
    with pytest.raises(InputError, match=rf"x.grib: message {1 + at * 2 // len(whole)} is damaged at byte \d+: "):
        scanned(tmp_path_factory.getbasetemp(), whole[:at])


@given(which=st.sampled_from(FLIPPED), place=st.integers(0, 9999), by=st.integers(1, 255))
@settings(max_examples=150)
def test_a_changed_byte_is_refused_or_read_as_eccodes_reads_it(tmp_path_factory, which, place, by):
    data = bytearray(which)
    data[place * len(data) // 10000] ^= by
    path = tmp_path_factory.getbasetemp() / "flipped.grib"
    path.write_bytes(data)
    try:
        source = Source(path)
    except InputError as error:
        assert "flipped.grib" in str(error)
        return
    try:
        for variable in source.root.variables.values():
            if len(variable.dimensions) > 2 and "GRIB_fault" not in variable.attributes:
                found = np.sort(variable.stored().ravel())
                assert any(np.array_equal(found, one, equal_nan=True) for one in _meant(bytes(data), which))
    except (OSError, RuntimeError, IndexError) as error:
        assert isinstance(source.refusal("u", error), InputError)
    finally:
        source.close()


def _meant(data, before):
    """What eccodes reads of it; of a change that only it cannot bear, what was there before."""
    from gribapi.errors import GribInternalError

    yield np.sort(by_eccodes(before))
    try:
        yield np.sort(by_eccodes(data))
    except GribInternalError:
        return


@pytest.mark.parametrize("edition", [1, 2])
def test_bytes_that_were_a_message_are_not_passed_over(tmp_path, edition):
    u, v = message("u", 0, edition=edition), message("v", 0, edition=edition)
    with pytest.raises(InputError, match=rf"is damaged at byte {len(u)}: the {len(v)} bytes from there on are no"):
        scanned(tmp_path, u + b"GRAB" + v[4:] + u)


@pytest.mark.parametrize("edition", [0, 3, 9])
def test_other_editions_are_refused(tmp_path, edition):
    data = message("u", 0)
    path = tmp_path / "x.grb"
    path.write_bytes(data[:7] + bytes([edition]) + data[8:])
    with pytest.raises(InputError, match=f"message 1 is damaged at byte 7: its edition is {edition}, and must be 1 or"):
        open_source(path)


def test_a_date_that_does_not_exist_is_refused(tmp_path):
    data = bytearray(message("u", 0))
    data[16 + 14] = 13
    with pytest.raises(InputError, match="message 1 is damaged at byte 28: the date 2005-13-25 does not exist"):
        scanned(tmp_path, bytes(data))


def test_a_message_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "x.grib"
    path.write_bytes(message("u", 0) + message("v", 0))
    source = Source(path)
    before = path.stat()
    path.write_bytes(message("u", 6) + message("v", 6))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(RuntimeError, match=r"message 2 is damaged at byte \d+: .*the file was changed") as caught:
        source.root.variables["v"].stored()
    assert "x.grib" in str(source.refusal("v", caught.value))
    source.close()


@pytest.mark.parametrize("edition", [1, 2])
def test_offsets_beyond_four_gigabytes(tmp_path, edition):
    path = tmp_path / "x.grib"
    u, v = message("u", 0, edition=edition), message("v", 0, edition=edition)
    with path.open("wb") as file:
        file.write(u)
        file.seek(5 << 30)  # a hole, which takes no room
        file.write(v)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        walk = headers._Scan(headers.Window(descriptor, path.stat().st_size))
        walk._message(5 << 30)  # searching through the hole would take seconds
    finally:
        os.close(descriptor)
    assert np.frombuffer(bytes(walk.rows), headers.FIELD)["offset"].tolist() == [5 << 30]


@pytest.mark.parametrize("template", [0, 1, 2, 3, 4, 5, 8, 11, 61])
def test_a_product_that_is_cut_anywhere_is_a_fault_and_no_bug(template):
    section = bytes(7) + template.to_bytes(2, "big") + bytes(60)
    for size in range(9, len(section)):
        found = edition2.product(bytes(11) + section[:size])
        assert found.fault or size >= 34


def of_ncep(kind, number, product=1):
    """A message of GRIB 1 with what NCEP says of ensembles behind its section 1."""
    data = bytearray(message("u", 0, edition=1, before={"centre": 7}))
    size = int.from_bytes(data[8:11], "big")
    first = data[8 : 8 + size].ljust(40, b"\0") + bytes([1, kind, number, product, 255])
    rest = len(first).to_bytes(3, "big") + first[3:] + data[8 + size :]
    return b"GRIB" + (8 + len(rest)).to_bytes(3, "big") + b"\1" + rest


def test_members_of_ncep_in_grib_1(tmp_path):
    assert only(tmp_path, of_ncep(1, 2)).number == 0
    assert only(tmp_path, of_ncep(3, 7)).number == 7
    assert only(tmp_path, of_ncep(5, 1)).derived == "mean"
    assert only(tmp_path, of_ncep(5, 1, 11)).derived == "standard_deviation"
    assert "number is that of another member too" in only(tmp_path, of_ncep(2, 7)).fault
