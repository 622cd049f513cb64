"""Compare schema files that belong to no registry."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.compatibility.bulk import PairVerdict
    from schemareg.compatibility.files import FilesVerdict
    from schemareg.documents import Document


def files(
    root: Path,
    old: Path,
    new: Path,
    *,
    level: str = "BACKWARD",
    content: str = "declared",
    dialect: str = "2020-12",
) -> "FilesVerdict":
    """The verdict on two files. Raises OSError for a missing file, InvalidFiles for an invalid one.

    `level` and `content` are names of `model.Level` and values of `model.Content`; `dialect` is
    for schemas without `$schema`.
    """
    from schemareg.compatibility.files import judged
    from schemareg.model import Content, Level

    older, newer = _document(root, old, dialect), _document(root, new, dialect)
    return judged(older, newer, Level[level], Content(content), dialect)


def _document(root: Path, path: Path, dialect: str) -> "Document":
    from schemareg.compatibility.files import refuse_malformed
    from schemareg.formats import catalogue

    document = catalogue.parse((root / path).read_bytes(), path.as_posix())
    refuse_malformed(document, dialect)
    return document


def pairs(rows: Iterable[bytes], level: str, content: str, dialect: str) -> "Iterator[PairVerdict]":
    """The answer to each row, in order, as soon as it is known; see `compatibility.bulk.answers`."""
    from schemareg.compatibility.bulk import answers
    from schemareg.compatibility.levels import judge
    from schemareg.formats.verdict import Budget
    from schemareg.model import Content, Level

    asked, model = Level[level], Content(content)
    yield from answers(
        rows,
        lambda language, older, newer: judge(
            language, older, newer, asked, content=model, budget=Budget()
        ),
        time.perf_counter,
        dialect,
    )
