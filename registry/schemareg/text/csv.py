"""Rows for a spreadsheet. Source: RFC 4180."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@")


def rendered(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The header and rows; a cell that a spreadsheet would read as a formula begins with a quote.

    No cell is a workflow command in a log of GitHub Actions.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(each) for each in row] for row in rows)
    return out.getvalue()


def _cell(text: str) -> str:
    shown = escape.inert(escape.visible(text))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
