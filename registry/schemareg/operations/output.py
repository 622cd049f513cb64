"""How an answer leaves: on stdout, as wide and as coloured as the terminal, or into a file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters import terminal

if TYPE_CHECKING:
    from schemareg.model import Report


EXIT_CODES = {"compatible": 0, "breaking": 1, "undecided": 3}
"""For a verdict on two schemas; a report has its own."""


class Page(NamedTuple):
    """What a text may use: columns, and colour."""

    width: int
    colour: bool


def page(output: Path | None = None) -> Page:
    """That of the terminal; a file has neither."""
    if output is not None:
        return Page(terminal.UNKNOWN_WIDTH, colour=False)
    return Page(terminal.width(), terminal.colour())


def give(text: str, output: Path | None = None) -> None:
    """Write an answer to stdout, or whole or not at all into a file."""
    if output is None:
        terminal.say(text)
        return
    if output.is_dir():
        from schemareg.model.errors import RegistryError

        raise RegistryError(
            "this is a folder", where=output.as_posix(), remedy="Name a file in it: --output FILE"
        )
    if output.exists() and not output.is_file():  # a pipe, /dev/stdout
        output.write_bytes(text.encode())
        return
    target = output.resolve()
    from schemareg.adapters.files import write_atomically

    write_atomically(target.parent, target.name, text.encode())


def give_report(report: "Report", form: str, output: Path | None) -> None:
    """Write a report in one of the forms."""
    from schemareg.reports.review import render

    width, colour = page(output)
    give(render(report, form, colour=colour, width=width), output)


@contextmanager
def mistakes_as(form: str, output: Path | None = None) -> Iterator[None]:
    """Where files turn out wrong, and the answer is for a program, the mistakes are the answer.

    As text they are a complaint like any other, which main.py writes to stderr.
    """
    from schemareg.model.errors import InvalidFiles

    try:
        yield
    except InvalidFiles as error:
        if form != "text":
            from schemareg.reports.review import render_mistakes

            give(render_mistakes(error.mistakes, form), output)
        raise


def wrote(home: Path, paths: Iterable[str], did: str = "wrote") -> None:
    """Say which files a command wrote, as the user would name them from where they stand."""
    for path in paths:
        give(f"{did} {_from_here(home / path)}\n")


def hint(*lines: str) -> None:
    """What to do next: not an answer, so on stderr."""
    terminal.complain("".join(f"{line}\n" for line in lines))


def _from_here(path: Path) -> str:
    from os.path import relpath

    from schemareg.text import escape

    try:
        return escape.visible(Path(relpath(path)).as_posix())
    except ValueError:  # another drive
        return escape.visible(path.as_posix())
