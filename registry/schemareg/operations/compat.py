"""Schema files that belong to no registry, read for `reg compat`."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from schemareg.adapters import terminal
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.compatibility.files import Judged
    from schemareg.documents import Document

_CALL = "reg compat OLD.json NEW.json, or reg compat --pairs FILE.jsonl"


def files(
    root: Path, old: Path | None, new: Path | None, level: str, content: str, dialect: str
) -> "Judged":
    """The verdict on two files. Raises RegistryError where a file is missing or is no schema."""
    from schemareg.compatibility.files import judged
    from schemareg.model import Content, Level

    if old is None or new is None:
        raise RegistryError("two schema files are wanted", remedy=_CALL)
    older, newer = _document(root, old, dialect), _document(root, new, dialect)
    return judged(older, newer, Level[level], Content(content), dialect)


def _document(root: Path, path: Path, dialect: str) -> "Document":
    from schemareg.compatibility.files import refuse_malformed
    from schemareg.formats import catalogue

    document = catalogue.parse((root / path).read_bytes(), path.as_posix())
    refuse_malformed(document, dialect)
    return document


def pairs(root: Path, rows: Path, old: Path | None, level: str, content: str, dialect: str) -> None:
    """A line of JSON for each row, written as soon as it is known."""
    from schemareg.compatibility import bulk as many
    from schemareg.compatibility.levels import judge
    from schemareg.formats import catalogue
    from schemareg.formats.verdict import Budget
    from schemareg.model import Content, Level
    from schemareg.reports.views import verdict

    if old is not None:
        raise RegistryError(
            "--pairs takes the schemas from its rows, not OLD and NEW", remedy=_CALL
        )
    asked, model = Level[level], Content(content)
    language = catalogue.named(catalogue.DEFAULT.name)
    with _opened(root, rows) as lines:
        for answer in many.answers(
            lines,
            lambda older, newer: judge(
                language, older, newer, asked, content=model, budget=Budget()
            ),
            time.perf_counter,
            dialect,
        ):
            terminal.say(verdict.line(*answer))
            sys.stdout.flush()


@contextmanager
def _opened(root: Path, path: Path) -> Iterator[BinaryIO]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with (root / path).open("rb") as lines:
        yield lines
