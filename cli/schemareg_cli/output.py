"""Write answers: to stdout, as wide and as coloured as the terminal, or into a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg_cli import terminal

if TYPE_CHECKING:
    from schemareg.model import Report
    from schemareg.operations.edits import Step


EXIT_CODES = {"compatible": 0, "breaking": 1, "undecided": 3}
"""For a verdict on two schemas; a report has its own."""


class Page(NamedTuple):
    """What a text may use: columns, and colour."""

    width: int
    colour: bool


def page(output: Path | None = None) -> Page:
    """The page of the terminal; a file has no colour and the default width."""
    if output is not None:
        return Page(terminal.UNKNOWN_WIDTH, colour=False)
    return Page(terminal.width(), terminal.colour())


def give(text: str, output: Path | None = None, *, flush: bool = False) -> None:
    """Write an answer to stdout, or atomically into a file."""
    if output is None:
        terminal.say(text, flush=flush)
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
    from schemareg.operations.edits import put

    put(target.parent, target.name, text)


def give_report(report: "Report", form: str, output: Path | None) -> None:
    """Write a report in one of the forms."""
    from schemareg.reports.review import render

    width, colour = page(output)
    give(render(report, form, colour=colour, width=width), output)


@contextmanager
def mistakes_as(form: str, output: Path | None = None) -> Iterator[None]:
    """Where files have mistakes and the form is for a program, the mistakes are the answer.

    As text they are an error like any other, which main.py writes to stderr.
    """
    from schemareg.model.errors import InvalidFiles

    try:
        yield
    except InvalidFiles as error:
        if form != "text":
            from schemareg.reports.review import render_mistakes

            give(render_mistakes(error.mistakes, form), output)
        raise


def show_step(step: "Step") -> None:
    """Write one step of an edit: files as the user would name them from the current folder."""
    from schemareg.text import escape

    subject, detail = step.subject, step.detail
    match step.action:
        case "wrote" | "changed" | "removed":
            give(f"{step.action} {_from_here(step.home / subject)}\n")
        case "would write":
            lines = "".join(f"  {escape.visible(line)}\n" for line in detail.splitlines())
            give(f"would write {subject}:\n{lines}")
        case "would remove":
            give(f"would remove {subject}\n")
        case "committed":
            give(f"committed {subject[:7]} on {detail}\n")
        case "pushed":
            give(f"pushed {subject} to {detail}\n")
        case "opened":
            give(f"opened {subject}\n")
        case "link":
            give(f"open the pull request: {subject}\n")
        case "no link":
            hint(f"Open the pull request for {subject} on the host of {detail}.")


def hint(*lines: str) -> None:
    """Write lines to stderr that are not part of the answer: what to do next."""
    terminal.complain("".join(f"{line}\n" for line in lines))


def _from_here(path: Path) -> str:
    from os.path import relpath

    from schemareg.text import escape

    try:
        return escape.visible(Path(relpath(path)).as_posix())
    except ValueError:  # another drive
        return escape.visible(path.as_posix())
