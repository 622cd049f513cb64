"""Bytes to text: size, encoding, and the characters that no file of a registry has."""

from __future__ import annotations

import re

from schemareg.documents.document import Lines, MistakeCollector
from schemareg.model import Mistake, Place
from schemareg.model.errors import InvalidFiles

LARGEST = 1024 * 1024
"""Bytes that a file may have. A written schema has a few thousand; a generated one of 1 MiB is
data."""

DEEPEST = 100
"""How deep objects and arrays may be nested: parsers, people and queries fail beyond it."""

SAVE_AS_UTF8 = "Save the file as UTF-8 without a byte order mark"
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "UTF-8",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""What YAML does not print, and what some YAML readers take for a line break or drop.

Listed, not negated: a class of nearly all characters takes 3 ms to compile, in every command.
"""


def too_large(path: str, size: int) -> Mistake | None:
    """The mistake of a file of this size, or None. The file is not read for it."""
    if size <= LARGEST:
        return None
    return Mistake(
        Place(path),
        "file-too-large",
        f"the file has {size:,} bytes, the most is {LARGEST:,}",
        "Split the schema and refer to its parts with $ref, or take data out of it",
    )


def decode(data: bytes, path: str, *, yaml: bool) -> str:
    """The text of a file. Raises InvalidFiles for content that no registry file may have."""
    mistake = too_large(path, len(data)) or _marked(data, path)
    if mistake is not None:
        raise InvalidFiles((mistake,))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        byte = data[error.start]
        place = Lines(path, before).place(len(before))
        what = f"the byte 0x{byte:02X} here is not UTF-8"
        raise InvalidFiles((Mistake(place, "file-not-utf8", what, SAVE_AS_UTF8),)) from None
    if not text.strip(" \t\r\n"):
        what = "the file is empty"
        remedy = "Write the document, or remove the file"
        raise InvalidFiles((Mistake(Place(path), "file-empty", what, remedy),))
    mistakes_found = MistakeCollector(path, text)
    for match in (_UNPRINTABLE if yaml else _CONTROL).finditer(text):
        mistakes_found.add(
            match.start(),
            "control-character",
            f"the character U+{ord(match.group()):04X} is not allowed in a file as it is",
            "Remove it, or write it as an escape in double quotes",
        )
    mistakes_found.settle()
    return text


def _marked(data: bytes, path: str) -> Mistake | None:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            what = f"the file begins with a byte order mark ({encoding})"
            return Mistake(Place(path), "file-has-bom", what, SAVE_AS_UTF8)
    return None


def too_deep(mistakes_found: MistakeCollector, offset: int) -> None:
    """Report the object or array that begins at `offset`."""
    mistakes_found.add(
        offset,
        "nesting-too-deep",
        f"objects and arrays nest more than {DEEPEST} deep from here",
        "Move inner parts to $defs and refer to them with $ref",
    )
