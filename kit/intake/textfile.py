"""The text of a file, or of evenly spread blocks of a big one, and its encoding."""

from __future__ import annotations

import bz2
import codecs
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from kit.errors import ConfigError

WHOLE_BYTES = 64 * 2**20
"""A file up to this size is read whole."""
_BLOCKS = 32
_CENTRAL = {"cp1250", "iso8859_2", "mac_latin2", "cp852"}
_ENOUGH = 200
"""Letters beyond ASCII from which on a guess at central European is better than western European."""
_FOREIGN_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_KINDS = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Save the sheet as CSV."),
    b"%PDF": ("a PDF", "Name a table: CSV, JSON or Parquet."),
    b"SQLite format 3": ("a SQLite database", "Export the table as CSV."),
    b"PAR1": ("a Parquet file", "Rename it to end in .parquet."),
    b"\x1f\x8b": ("compressed by gzip", "Rename it to end in .gz."),
    b"BZh": ("compressed by bzip2", "Rename it to end in .bz2."),
    b"\xfd7zXZ": ("compressed by xz, which Spark does not read", "Unpack it, or compress it by gzip."),
    b"(\xb5/\xfd": ("compressed by zstandard", "Unpack it, or compress it by gzip."),
}


@dataclass(frozen=True)
class TextFile:
    """What was read of a text file."""

    text: str
    encoding: str
    """As Python calls it."""
    spark_encoding: str | None
    """As Spark has to be told; None for UTF-8."""
    is_sample: bool
    """Whether the file goes on, or text between the blocks was left out."""


def read_text(path: Path) -> TextFile:
    """Return the text of a plain, gzip or bzip2 file; raises ConfigError where it is empty or no text."""
    try:
        data, is_sample = _sample_bytes(path)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "Check the file and its rights.") from error
    _refuse_no_text(path, data)
    encoding, spark_encoding = _encoding(path, data)
    if is_sample and spark_encoding and spark_encoding.startswith("UTF-16"):
        data, _ = _head(path)
    text = _decoded(data, encoding)
    if is_sample:
        text = text[: text.rfind("\n") + 1] or text
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise ConfigError(f"{path}: is empty", "Name a file with rows.")
    return TextFile(text.lstrip("\ufeff"), encoding, spark_encoding, is_sample)


def _sample_bytes(path: Path) -> tuple[bytes, bool]:
    size = path.stat().st_size
    if size <= WHOLE_BYTES or path.suffix.lower() in {".gz", ".bz2"}:
        return _head(path)
    length = WHOLE_BYTES // _BLOCKS
    with path.open("rb") as file:
        blocks = [_block(file.read(length), is_first=True)]
        if b'"' in blocks[0] and _has_quoted_newline(blocks[0]):
            return _head(path)
        for number in range(1, _BLOCKS):
            file.seek(number * (size - length) // (_BLOCKS - 1))
            blocks.append(_block(file.read(length), is_first=False))
    return b"".join(blocks), True


def _block(data: bytes, is_first: bool) -> bytes:
    """Return the whole lines of a block; the line that it begins in belongs to no block."""
    start = 0 if is_first else data.find(b"\n") + 1
    return data[start : data.rfind(b"\n") + 1]


def _has_quoted_newline(data: bytes) -> bool:
    return any(line.count(b'"') % 2 for line in data[: 2**20].split(b"\n")[:-1])


def _head(path: Path) -> tuple[bytes, bool]:
    with _opened(path) as file:
        data = file.read(WHOLE_BYTES + 1)
    return data[:WHOLE_BYTES], len(data) > WHOLE_BYTES


def _opened(path: Path) -> IO[bytes]:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return cast("IO[bytes]", bz2.open(path, "rb")) if suffix == ".bz2" else path.open("rb")


def _refuse_no_text(path: Path, data: bytes) -> None:
    if not data:
        raise ConfigError(f"{path}: is empty", "Name a file with rows.")
    for magic, (kind, cure) in _KINDS.items():
        if data.startswith(magic):
            raise ConfigError(f"{path}: is not a table but {kind}", cure)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ConfigError(f"{path}: is not a table but a page of HTML or XML", "Download the file that it links to.")


def _encoding(path: Path, data: bytes) -> tuple[str, str | None]:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "UTF-16"
    start = data[:4096]
    if start.count(b"\0") * 3 > len(start):
        side = "le" if start[1::2].count(b"\0") > start[::2].count(b"\0") else "be"
        return f"utf-16-{side}", f"UTF-16{side.upper()}"
    if b"\0" in data[: 2**20]:
        raise ConfigError(f"{path}: is not a table but binary", "Name a CSV, JSON or Parquet file.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _guessed(data)
    return "utf-8", None


def _guessed(data: bytes) -> tuple[str, str]:
    """Return the encoding of what is not UTF-8: Windows-1252 where few letters are beyond ASCII, else the guess."""
    telling = b"\n".join(line for line in data[: 2**22].split(b"\n") if not line.isascii())[: 2**17]
    words = b"".join(_FOREIGN_WORD.findall(telling))
    beyond = sum(byte > 0x7F for byte in words)
    best = _best_guess(telling)
    is_european = beyond * 2 < len(words)
    is_central = best in _CENTRAL and beyond >= _ENOUGH and _decoded(words, best) != _decoded(words, "cp1252")
    if best is None or (is_european and not is_central):
        has_controls = any(0x80 <= byte < 0xA0 for byte in telling)
        return ("cp1252", "windows-1252") if has_controls else ("latin_1", "ISO-8859-1")
    return best, best.replace("cp125", "windows-125").replace("_", "-")


def _best_guess(data: bytes) -> str | None:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    best = from_bytes(data).best()
    return best.encoding if best else None


def _decoded(data: bytes, encoding: str) -> str:
    """Return the text; bytes that mean nothing become the replacement mark, as in Spark."""
    return data.decode(encoding, errors="replace")
