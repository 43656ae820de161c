"""Values of GRIB fields against eccodes' own, bit for bit, and in the right rows and columns."""

import numpy as np
import pytest
from needs import need_extra

from stormtracks.science.reanalysis.stored.grib import library
from stormtracks.science.reanalysis.stored.grib.source import Source
from stormtracks.science.reanalysis.stored.grib.values import decode
from tests.science.reanalysis.grib_messages import LAT, LON, message, values

eccodes = need_extra("grib")

PACKINGS = [
    *[(edition, "grid_simple", bits) for edition in (1, 2) for bits in (5, 8, 12, 16, 24, 32)],
    *[(1, packing, 16) for packing in ("grid_ieee", "grid_second_order", "grid_second_order_no_SPD")],
    *[(2, packing, 16) for packing in ("grid_ccsds", "grid_complex", "grid_complex_spatial_differencing", "grid_jpeg",
                                       "grid_ieee", "grid_second_order", "grid_simple_log_preprocessing")],
]  # fmt: skip
FIELD = values("u", 0) + 0.3


def packed(edition, packing, bits=16, lacking=0, field=FIELD, **keys):
    """A message of one field; the first values are missing."""
    handle = eccodes.codes_new_from_message(message("u", 0, edition=edition))
    field = field.ravel().copy()
    field[:lacking] = 9999.0
    for key, value in {"bitsPerValue": bits, "missingValue": 9999.0, "bitmapPresent": int(lacking > 0), **keys}.items():
        eccodes.codes_set(handle, key, value)
    eccodes.codes_set_values(handle, field)
    if packing != "grid_simple":
        eccodes.codes_set(handle, "packingType", packing)
    assert eccodes.codes_get(handle, "packingType") == packing
    data = eccodes.codes_get_message(handle)
    eccodes.codes_release(handle)
    return data


def by_eccodes(data):
    """The values of a message as eccodes gives them, in single precision; missing ones NaN."""
    handle = eccodes.codes_new_from_message(data)
    eccodes.codes_set(handle, "missingValue", 1e34)
    found = eccodes.codes_get_values(handle).copy()
    eccodes.codes_release(handle)
    found[found == 1e34] = np.nan
    return found.astype(np.float32)


def stored(folder, data, name="u"):
    """What is read of the only field of a file."""
    path = folder / "x.grib"
    path.write_bytes(data)
    source = Source(path)
    try:
        found = source.root.variables[name].stored()
    finally:
        source.close()
    return found.reshape(found.shape[-2:])


@pytest.mark.parametrize("lacking", [0, 77])
@pytest.mark.parametrize(("edition", "packing", "bits"), PACKINGS)
def test_every_packing_is_read_as_eccodes_reads_it(tmp_path, edition, packing, bits, lacking):
    data = packed(edition, packing, bits, lacking)
    found = stored(tmp_path, data)
    np.testing.assert_array_equal(found.ravel(), by_eccodes(data))
    assert np.isnan(found).sum() == lacking


def test_a_first_value_of_grib_1_in_ieee_is_no_mark_of_a_matrix(tmp_path):
    """It lies where simple packing has the flags of a matrix of values at each point."""
    field = FIELD.copy()
    field.flat[0] = 32.0
    data = packed(1, "grid_ieee", field=field)
    np.testing.assert_array_equal(stored(tmp_path, data).ravel(), by_eccodes(data))


@pytest.mark.parametrize("decimal", [-2, 0, 3])
@pytest.mark.parametrize("edition", [1, 2])
def test_decimal_scales_are_rounded_alike(tmp_path, edition, decimal):
    data = packed(edition, "grid_simple", field=FIELD * 100, decimalScaleFactor=decimal)
    np.testing.assert_array_equal(stored(tmp_path, data).ravel(), by_eccodes(data))


@pytest.mark.parametrize("lacking", [0, 5])
@pytest.mark.parametrize(
    ("edition", "packing"), [(1, "grid_simple"), (2, "grid_simple"), (2, "grid_ccsds"), (2, "grid_complex")]
)
def test_a_constant_field_has_its_value_everywhere(tmp_path, packing, edition, lacking):
    data = packed(edition, packing, lacking=lacking, field=np.full(FIELD.shape, 7.25))
    found = stored(tmp_path, data)
    assert np.isnan(found).sum() == lacking
    assert set(found[~np.isnan(found)].tolist()) == {7.25}


@pytest.mark.parametrize("edition", [1, 2])
def test_sixteen_bits_are_unpacked_without_eccodes(tmp_path, monkeypatch, edition):
    data = packed(edition, "grid_simple")
    path = tmp_path / "x.grib"
    path.write_bytes(data)
    source = Source(path)
    monkeypatch.setattr(library, "opened", None)
    found = source.root.variables["u"].stored()
    source.close()
    np.testing.assert_array_equal(found.ravel(), by_eccodes(data))


def in_order(field, scanning):
    """Values of rows from N to S, columns from W to E, one after another as WMO's flags say."""
    rows = range(len(LAT))[:: -1 if scanning & 64 else 1]
    columns = range(len(LON))[:: -1 if scanning & 128 else 1]
    lines, along = (columns, rows) if scanning & 32 else (rows, columns)
    found = []
    for number, line in enumerate(lines):
        turned = scanning & 16 and number % 2
        for place in along[::-1] if turned else along:
            found.append(field[place, line] if scanning & 32 else field[line, place])
    return np.array(found)


@pytest.mark.parametrize("scanning", range(0, 256, 16))
def test_every_order_of_scanning(tmp_path, scanning):
    north, south = (-90, 90) if scanning & 64 else (90, -90)
    west, east = (350, 0) if scanning & 128 else (0, 350)
    keys = {"scanningMode": scanning, "latitudeOfFirstGridPointInDegrees": north,
            "latitudeOfLastGridPointInDegrees": south, "longitudeOfFirstGridPointInDegrees": west,
            "longitudeOfLastGridPointInDegrees": east}  # fmt: skip
    data = packed(2, "grid_simple", field=in_order(values("u", 0), scanning), **keys)
    path = tmp_path / "x.grib"
    path.write_bytes(data)
    source = Source(path)
    named = source.root.variables
    lat, lon = named["latitude"].stored(), named["longitude"].stored()
    found = named["u"].stored()[0, 0]
    source.close()
    rows, columns = [list(LAT).index(one) for one in lat], [list(LON).index(one) for one in lon]
    np.testing.assert_array_equal(found, values("u", 0)[np.ix_(rows, columns)])


def sections(data):
    """The sections of a message of GRIB 2 by number."""
    found, at = {}, 16
    while data[at : at + 4] != b"7777":
        size = int.from_bytes(data[at : at + 4], "big")
        found[data[at + 4]] = data[at : at + size]
        at += size
    return found


def joined(first, *others, repeated=(4, 5, 6, 7)):
    """Messages of GRIB 2 as one: of the others some sections only, as NCEP writes v into the message of u."""
    body = b"".join(sections(first).values())
    body += b"".join(sections(other)[number] for other in others for number in repeated)
    return first[:8] + (16 + len(body) + 4).to_bytes(8, "big") + body + b"7777"


@pytest.mark.parametrize("repeated", [(4, 5, 6, 7), (3, 4, 5, 6, 7)])
@pytest.mark.parametrize("packing", ["grid_simple", "grid_ccsds", "grid_complex_spatial_differencing"])
def test_all_fields_of_a_message_are_read(tmp_path, packing, repeated):
    u, v = packed(2, packing), packed(2, packing, field=values("v", 0), paramId=132)
    data = joined(u, v, repeated=repeated)
    np.testing.assert_array_equal(stored(tmp_path, data, "u").ravel(), by_eccodes(u))
    np.testing.assert_array_equal(stored(tmp_path, data, "v").ravel(), by_eccodes(v))


@pytest.mark.parametrize("packing", ["grid_complex", "grid_complex_spatial_differencing"])
def test_values_that_complex_packing_itself_marks_are_missing(tmp_path, packing):
    data = bytearray(packed(2, packing, bits=4))
    data[bytes(data).index(sections(data)[5]) + 22] = 1  # missing values: where all bits of a number are set
    wanted = by_eccodes(bytes(data))
    assert 0 < np.isnan(wanted).sum() < wanted.size
    np.testing.assert_array_equal(stored(tmp_path, bytes(data)).ravel(), wanted)


def test_a_bitmap_of_the_field_before_holds_again(tmp_path):
    u, v = packed(2, "grid_simple", lacking=40), packed(2, "grid_simple", lacking=40, paramId=132)
    parts = sections(v)
    same = b"\0\0\0\6\6\xfe"  # section 6: the bitmap that was defined before
    body = b"".join(sections(u).values()) + parts[4] + parts[5] + same + parts[7]
    data = u[:8] + (16 + len(body) + 4).to_bytes(8, "big") + body + b"7777"
    np.testing.assert_array_equal(stored(tmp_path, data, "v").ravel(), by_eccodes(v))


@pytest.mark.slow
def test_a_message_of_grib_1_beyond_eight_megabytes(tmp_path):
    size = {"Ni": 2880, "Nj": 1441, "iDirectionIncrement": 125, "jDirectionIncrement": 125}
    field = np.linspace(-30, 30, size["Ni"] * size["Nj"])
    data = packed(1, "grid_simple", bits=24, field=field, longitudeOfLastGridPointInDegrees=359.875, **size)
    assert len(data) > 1 << 23
    found = stored(tmp_path, data + message("v", 0, edition=1))
    np.testing.assert_array_equal(found.ravel(), by_eccodes(data))


def test_the_reader_gives_steps_and_members(tmp_path):
    path = tmp_path / "x.grib"
    path.write_bytes(b"".join(message("u", hour, member=one) for hour in (0, 6, 12) for one in (0, 1, 2)))
    source = Source(path)
    reader = source.reader(source.root.variables["u"], ("member", "time", "level", "lat", "lon"), 0, 200.0)
    found, sound, decoded = reader.read_chunks(1, 3, slice(1, 3))
    source.close()
    wanted = [[values("u", hour, one) for one in (1, 2)] for hour in (6, 12)]
    np.testing.assert_array_equal(found, np.array(wanted, np.float32))
    assert sound and decoded == 4


def test_a_missing_value_is_not_sound(tmp_path):
    path = tmp_path / "x.grib"
    path.write_bytes(packed(2, "grid_simple", lacking=3))
    source = Source(path)
    reader = source.reader(source.root.variables["u"], ("time", "level", "lat", "lon"), 0, 200.0)
    assert not reader.read_chunks(0, 1, slice(0, 1))[1]
    source.close()


def test_decode_is_asked_for_no_more_than_the_field(tmp_path, monkeypatch):
    asked = []
    field = decode.field
    monkeypatch.setattr(decode, "field", lambda *of: asked.append(1) or field(*of))
    path = tmp_path / "x.grib"
    path.write_bytes(message("u", 0) + message("u", 6) + message("v", 0) + message("v", 6))
    source = Source(path)
    source.root.variables["v"].stored((1, slice(0, 1), slice(2, 4), 5))
    source.close()
    assert len(asked) == 1
