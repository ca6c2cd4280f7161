"""The glyphs of a bundled font that a file uses, as a font of its own (OpenType, with TrueType outlines).

Reading order: Font, which takes the tables of a font apart; subset, which makes the small one. Hints are left
out: PDF and browsers smooth large text anyway.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from core.base.resources import resource

# of the flags of a glyph that is composed of others: how its numbers are stored, whether more follow
WORDS, SCALE, MORE, TWO_SCALES, MATRIX, HINTED = 0x1, 0x8, 0x20, 0x40, 0x80, 0x100
CHECKSUM = 0xB1B0AFBA


class Font:
    """A font file of TrueType outlines; glyphs are known by their index in it."""

    def __init__(self, name: str):
        data = resource("fonts", name).read_bytes()
        (count,) = struct.unpack_from(">H", data, 4)
        entries = [struct.unpack_from(">4sLLL", data, 12 + 16 * number) for number in range(count)]
        self.tables = {tag.decode(): data[start : start + length] for tag, _, start, length in entries}
        self.units: int = struct.unpack_from(">H", self.tables["head"], 18)[0]
        self.box: tuple[int, ...] = struct.unpack_from(">4h", self.tables["head"], 36)
        self.ascent, self.descent = struct.unpack_from(">hh", self.tables["hhea"], 4)
        self._long = struct.unpack_from(">h", self.tables["head"], 50)[0]
        self._metrics = struct.unpack_from(">H", self.tables["hhea"], 34)[0]

    def outline(self, glyph: int) -> bytes:
        """A glyph's entry in the table `glyf`."""
        if self._long:
            start, end = struct.unpack_from(">2L", self.tables["loca"], 4 * glyph)
        else:
            start, end = (2 * place for place in struct.unpack_from(">2H", self.tables["loca"], 2 * glyph))
        return self.tables["glyf"][start:end]

    def metrics(self, glyph: int) -> tuple[int, int]:
        """The advance of a glyph, and where its ink begins."""
        last = self._metrics - 1
        advance, bearing = struct.unpack_from(">Hh", self.tables["hmtx"], 4 * min(glyph, last))
        if glyph > last:
            (bearing,) = struct.unpack_from(">h", self.tables["hmtx"], 4 * last + 2 * (glyph - last) + 2)
        return advance, bearing


@lru_cache(4)
def font(name: str) -> Font:
    """A bundled font by the name of its file."""
    return Font(name)


def subset(name: str, glyphs: Sequence[int], characters: Mapping[int, int] | None = None) -> bytes:
    """A font of some glyphs of a bundled one.

    Args:
        name: the file of the bundled font.
        glyphs: their indices there; in the new font the first is 1, the second 2 and so on, and 0 is what
            stands for a character that the font lacks.
        characters: the code of each character with its index in the new font, and so the tables by which a
            browser finds its way; a PDF does without.
    """
    source, kept = font(name), [0, *glyphs]
    outlines = []
    for glyph in kept:  # which grows by the parts of composed glyphs
        outlines.append(_unhinted(source.outline(glyph), kept))
    metrics = [source.metrics(glyph) for glyph in kept]
    ends = [0]
    for outline in outlines:
        ends.append(ends[-1] + len(outline))
    head, hhea, maxp = (bytearray(source.tables[tag]) for tag in ("head", "hhea", "maxp"))
    struct.pack_into(">L", head, 8, 0)
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">H", hhea, 34, len(kept))
    struct.pack_into(">H", maxp, 4, len(kept))
    struct.pack_into(">H", maxp, 26, 0)  # no instructions in glyphs
    tables = {
        "glyf": b"".join(outlines),
        "head": bytes(head),
        "hhea": bytes(hhea),
        "hmtx": b"".join(struct.pack(">Hh", *pair) for pair in metrics),
        "loca": struct.pack(f">{len(ends)}L", *ends),
        "maxp": bytes(maxp),
    }
    if characters is not None:
        tables |= {"OS/2": source.tables["OS/2"], "cmap": _cmap(characters), "name": _names()}
        tables["post"] = struct.pack(">L28x", 0x30000)  # without names of glyphs
    return _file(tables)


def tagged(name: str, glyphs: Sequence[int]) -> str:
    """What a font of some glyphs is called: six letters that differ with the glyphs, and the font's name."""
    number = zlib.crc32(repr(glyphs).encode())
    tag = "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))
    return f"{tag}+{name.partition('.')[0]}"


def _unhinted(outline: bytes, kept: list[int]) -> bytes:
    """A glyph without its instructions; one that is composed refers to its parts by their new indices.

    A part that is not among those `kept` is appended there.
    """
    if not outline:
        return b""
    (contours,) = struct.unpack_from(">h", outline)
    if contours >= 0:
        place = 10 + 2 * contours
        (length,) = struct.unpack_from(">H", outline, place)
        return outline[:place] + b"\0\0" + outline[place + 2 + length :]
    found, place, flags = bytearray(outline), 10, MORE
    while flags & MORE:
        flags, part = struct.unpack_from(">HH", found, place)
        if part not in kept:
            kept.append(part)
        struct.pack_into(">HH", found, place, flags & ~HINTED, kept.index(part))
        place += 4 + (4 if flags & WORDS else 2)
        place += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & MATRIX else 0
    return bytes(found[:place])


def _cmap(characters: Mapping[int, int]) -> bytes:
    """The table of characters, in the format that holds all of Unicode."""
    groups = [struct.pack(">3L", code, code, glyph) for code, glyph in sorted(characters.items())]
    size = 16 + 12 * len(groups)
    return struct.pack(">HHHHLHHLLL", 0, 1, 3, 10, 12, 12, 0, size, 0, len(groups)) + b"".join(groups)


def _names() -> bytes:
    """A table of names with none: files of figures name their fonts themselves."""
    return struct.pack(">HHH", 0, 0, 6)


def _file(tables: Mapping[str, bytes]) -> bytes:
    """Tables as a font file."""
    power = len(tables).bit_length() - 1
    found = struct.pack(">LHHHH", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    place = 12 + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        found += struct.pack(">4sLLL", tag.encode(), _checksum(table), place, len(table))
        place += len(_padded(table))
    body = bytearray(found + b"".join(_padded(table) for _, table in sorted(tables.items())))
    head = len(found) + sum(len(_padded(table)) for tag, table in sorted(tables.items()) if tag < "head")
    struct.pack_into(">L", body, head + 8, (CHECKSUM - _checksum(bytes(body))) % 2**32)
    return bytes(body)


def _checksum(data: bytes) -> int:
    data = _padded(data)
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}L", data)
    return sum(words) % 2**32


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
