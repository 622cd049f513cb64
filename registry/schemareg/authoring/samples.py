"""Sample records as people have them: JSON, JSON lines or CSV, bytes to values."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from schemareg import documents
from schemareg.documents.json_values import NumberTooLarge, number
from schemareg.documents.text import LARGEST, SAVE_AS_UTF8
from schemareg.model import Mistake, Place
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemareg.documents.json_values import JsonValue

MOST_MISTAKES = 100
"""After that many the reading stops: a file of another kind would be wrong in every line."""

_FEWER = "A few hundred records are enough; large samples can be read as JSON lines (.jsonl)"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def read(data: bytes, path: str) -> tuple[JsonValue, ...]:
    """The records in a file, read as its ending says: `.json`, `.jsonl` or `.ndjson`, `.csv`.

    A JSON array holds records; anything else in a `.json` file is one record. Empty cells of CSV
    are left out, and a column holds numbers or booleans only where every cell is one.

    Raises InvalidFiles with `path:line` of every mistake, RegistryError for another ending or
    where there is no record.
    """
    ending = path[path.rfind(".") :].lower() if "." in path else ""
    reader = _READERS.get(ending)
    if reader is None:
        raise RegistryError(
            f"{quoted(ending or path)} is no kind of sample that can be read",
            where=path,
            remedy="Give a file that ends in .json, .jsonl, .ndjson or .csv",
        )
    records = reader(data, path)
    if not records:
        raise RegistryError("there is no record in the sample", where=path, remedy="Add one")
    return records


def _json(data: bytes, path: str) -> tuple[JsonValue, ...]:
    if len(data) > LARGEST:
        what = f"the sample has {len(data):,} bytes, the most is {LARGEST:,}"
        raise InvalidFiles((Mistake(Place(path), "file-too-large", what, _FEWER),))
    value = documents.parse_json(data, path).value
    return tuple(value) if isinstance(value, list) else (value,)


def _json_lines(data: bytes, path: str) -> tuple[JsonValue, ...]:
    records: list[JsonValue] = []
    mistakes: list[Mistake] = []
    for line, text in enumerate(data.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            records.append(documents.parse_json(text, path).value)
        except InvalidFiles as error:
            mistakes += [_moved(each, line) for each in error.mistakes]
            if len(mistakes) >= MOST_MISTAKES:
                break
    if mistakes:
        raise InvalidFiles(tuple(mistakes))
    return tuple(records)


def _moved(mistake: Mistake, line: int) -> Mistake:
    place = mistake.place._replace(line=line)
    return Mistake(place, mistake.rule, mistake.what, mistake.remedy)


def _csv(data: bytes, path: str) -> tuple[JsonValue, ...]:
    try:
        text = data.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"the byte 0x{data[error.start]:02X} here is not UTF-8"
        mistake = Mistake(Place(path, line), "file-not-utf8", what, SAVE_AS_UTF8)
        raise InvalidFiles((mistake,)) from None
    mistakes: list[Mistake] = []
    header, rows = _rows(text, path, mistakes)
    mistakes += _wrong_names(header, path)
    if mistakes:
        raise InvalidFiles(tuple(sorted(mistakes)))
    columns = [_column([row[index] for row in rows]) for index in range(len(header))]
    return tuple(
        {
            name: column[position]
            for name, column in zip(header, columns, strict=True)
            if column[position] is not None
        }
        for position in range(len(rows))
    )


def _rows(text: str, path: str, mistakes: list[Mistake]) -> tuple[list[str], list[list[str]]]:
    header: list[str] = []
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for row in reader:
            if not row:
                continue
            if not header:
                header = row
            elif len(row) != len(header):
                what = f"the row has {len(row)} cells, the header {len(header)}"
                remedy = "Put a value that has the separator in it in double quotes"
                mistakes.append(Mistake(Place(path, reader.line_num), "csv-syntax", what, remedy))
                if len(mistakes) >= MOST_MISTAKES:
                    break
            else:
                rows.append(row)
    except csv.Error as error:
        what = f"this is not CSV: {error}"
        remedy = "Close the quotes; double the quotes inside quotes"
        mistakes.append(Mistake(Place(path, reader.line_num or 1), "csv-syntax", what, remedy))
    return header, rows


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _wrong_names(header: list[str], path: str) -> list[Mistake]:
    found = []
    for position, name in enumerate(header, 1):
        if not name.strip():
            what, remedy = f"column {position} has no name", "Name it in the first line"
            found.append(Mistake(Place(path), "csv-syntax", what, remedy))
        elif name in header[: position - 1]:
            what = f"two columns are called {quoted(name)}"
            found.append(Mistake(Place(path), "csv-syntax", what, "Rename one of the two"))
    return found


def _column(cells: list[str]) -> list[JsonValue]:
    """The cells as values: all of them numbers, or booleans, or texts; None for an empty one.

    A column with `007` in it holds texts: as numbers its values would change.
    """
    said = [cell.strip() for cell in cells if cell.strip()]
    convert: Callable[[str], JsonValue] = str
    if said and all(cell.lower() in _BOOLEANS for cell in said):
        convert = _boolean
    elif said and all(map(_NUMBER.fullmatch, said)):
        convert = _number
    try:
        return [convert(cell) if cell.strip() else None for cell in cells]
    except NumberTooLarge:
        return [cell if cell.strip() else None for cell in cells]


def _boolean(cell: str) -> bool:
    return _BOOLEANS[cell.strip().lower()]


def _number(cell: str) -> JsonValue:
    return number(cell.strip())


_READERS: dict[str, Callable[[bytes, str], tuple[JsonValue, ...]]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
}
