"""Read what a command is given beside the registry: a file, or standard input where it is `-`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from schemareg.model import Report
    from schemareg.reports.review.json_reader import Mistakes


@contextmanager
def lines(root: Path, path: Path) -> Iterator[BinaryIO]:
    """The lines of a file, or of standard input."""
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    with (root / path).open("rb") as file:
        yield file


def result(path: Path) -> "Report | Mistakes":
    """The result that `reg check --format json` wrote. Raises RegistryError where it is none."""
    from schemareg.model.errors import RegistryError
    from schemareg.reports.review.json_reader import LARGEST, read

    if str(path) == "-":
        return read(sys.stdin.buffer.read(LARGEST + 1), "stdin")
    if not path.exists() or path.is_dir():  # a pipe is accepted
        raise RegistryError(
            "there is no such file",
            where=path.as_posix(),
            remedy=f"Write it first: reg check --format json --output {path.as_posix()}",
        )
    with path.open("rb") as file:
        return read(file.read(LARGEST + 1), path.as_posix())
