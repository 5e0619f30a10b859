"""One form with every type and appearance of XLSForm that is asked of a resident, and answers to it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

#: As Markdown; the long list and the line breaks of its cells are put in.
TABLE = (
    (Path(__file__).parent / "all_types.md")
    .read_text(encoding="utf-8")
    .replace(
        "{long}",
        "".join(
            f"| | long | n{each:02} | 第{each:02}项 | Item {each:02} | 項目{each:02} |\n"
            for each in range(1, 36)
        ),
    )
)
CSV = "code,title\nk1,东风社区\nk2,红旗社区\n".encode()
GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","id":"f1","geometry":{"type":"Point",'
    '"coordinates":[117.2,29.3]},"properties":{"title":"御窑厂"}}]}'
).encode()


def png(width: int = 40, height: int = 30) -> bytes:
    """A real picture of one colour."""
    line = b"\x00" + b"\x40\x80\xc0" * width

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(line * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


FILES = {
    "图片一.png": png(),
    "大图.png": png(80, 60),
    "声音.mp3": b"ID3 sound",
    "影片.mp4": b"\x00\x00\x00\x18ftypmp42",
    "places.csv": CSV,
    "点位.geojson": GEOJSON,
}
