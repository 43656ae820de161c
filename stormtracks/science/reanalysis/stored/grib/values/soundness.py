"""What must hold of packed values before eccodes is given them: on some damaged ones it ends the whole process.

Complex packing says how long and how wide each of its groups is (WMO templates 5.2, 5.3 and 7.2, 7.3); an image of JPEG
2000 (7.40) how large it is.
"""

import numpy as np

from stormtracks.science.arrays import Ints
from stormtracks.science.reanalysis.stored.grib.values.message import Message

_COMPLEX, _DIFFERENCES = 2, 3
_JPEG = (40, 40000)
_MOST_BITS = 32
_SIZE = b"\xff\x51"


def fault(message: Message, edition: int, count: int) -> str:
    """Why values cannot be decoded; "" where nothing is found.

    Parameters
    ----------
    message : Message
    edition : int
    count : int
        How many values there must be.
    """
    if edition == 1:
        return _fault1(message)
    at = message.packing
    template = int.from_bytes(message.data[at + 9 : at + 11], "big")
    if template in (_COMPLEX, _DIFFERENCES):
        section = message.data[at : message.bitmap if message.bitmap > at else message.values]
        return _groups(section, memoryview(message.data)[message.values + 5 : -4], count, template)
    return _image(message.data[message.values + 5 : -4], count) if template in _JPEG else ""


def _fault1(message: Message) -> str:
    """GRIB 1: a matrix at each point, or more bits than a number has."""
    data, at = message.data, message.values
    if data[at + 3] & 0xF0 == 0x10 and data[at + 13] & 0x40:  # with 0x20 they are IEEE's, and there lies a value
        return "it has a matrix of values at each point"
    return f"its numbers have {data[at + 10]} bits" if data[at + 10] > 2 * _MOST_BITS else ""


def _image(values: bytes, count: int) -> str:
    begin = values.find(_SIZE, 0, 64)
    if begin < 0:
        return "its image does not say how large it is"
    edges = [int.from_bytes(values[begin + 6 + 4 * n : begin + 10 + 4 * n], "big") for n in range(4)]
    width, height = edges[0] - edges[2], edges[1] - edges[3]
    return "" if width * height == count else f"its image of {width} x {height} points is not that of {count} values"


def _groups(section: bytes, values: memoryview, count: int, template: int) -> str:
    if len(section) < (47 if template == _COMPLEX else 49):
        return "its section 5 is too short"
    number = int.from_bytes(section[31:35], "big")
    bits, width_bits, length_bits = section[19], section[36], section[46]
    if not bits and not len(values):  # all points have one value, and no group is written
        return ""
    if max(bits, width_bits, length_bits) > _MOST_BITS or number > max(count, 1):
        return f"its {number} groups for {count} values, or their {bits} bits, cannot be"
    at = (section[47] + 1) * section[48] if template == _DIFFERENCES else 0
    at += -(-number * bits // 8)
    widths, at = _numbers(values, at, number, width_bits)
    lengths, at = _numbers(values, at, number, length_bits)
    if widths is None or lengths is None:
        return "its groups are longer than its section 7"
    widths = widths + section[35]
    lengths = lengths * section[41] + int.from_bytes(section[37:41], "big")
    if number:
        lengths[-1] = int.from_bytes(section[42:46], "big")
    if int(lengths.sum()) != count or (number and int(widths.max()) > _MOST_BITS):
        return f"its groups have {int(lengths.sum())} values, and must have {count}"
    needed = int((widths * lengths).sum())
    return "" if needed <= 8 * (len(values) - at) else "its section 7 is shorter than its groups"


def _numbers(values: memoryview, at: int, number: int, bits: int) -> tuple[Ints | None, int]:
    """Whole numbers of some bits, and where the next byte begins; None where there are not so many."""
    size = -(-number * bits // 8)
    if at + size > len(values):
        return None, at
    if not bits:
        return np.zeros(number, np.int64), at
    stored = b"".join([values[at : at + size], bytes(bits + 8)])
    rows = (-(-number // 8), bits)  # eight numbers fill as many bytes as each has bits
    eights = np.ndarray(rows, ">u8", stored, strides=(bits, 1))  # from every byte on, the next eight as one number
    first = np.arange(8) * bits
    found = eights[:, first >> 3] >> (64 - bits - (first & 7)).astype(np.uint64)
    return (found.ravel()[:number] & np.uint64((1 << bits) - 1)).astype(np.int64), at + size
