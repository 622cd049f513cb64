"""`reg compat`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import compat as operation
from schemareg_cli import output, source
from schemareg_cli.options import ContentModel, Level, Plain, Root

_CALL = "reg compat OLD.json NEW.json, or reg compat --pairs FILE.jsonl"


def compat(
    old: Annotated[
        Path | None, typer.Argument(metavar="[OLD]", help="The old schema.", show_default=False)
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(metavar="[NEW]", help="The new schema.", show_default=False),
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='Many pairs instead: JSON lines {"id", "old", "new", "format", "dialect"}; - is stdin.',
        ),
    ] = None,
    level: Annotated[
        Level,
        typer.Option(
            metavar="LEVEL",
            help="BACKWARD, FORWARD, FULL or NONE; _TRANSITIVE is the same for two files.",
            case_sensitive=False,
        ),
    ] = "BACKWARD",
    content: ContentModel = "declared",
    dialect: Annotated[
        Literal["draft4", "draft6", "draft7", "2019-09", "2020-12"],
        typer.Option(help="The dialect of schemas without $schema."),
    ] = "2020-12",
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Check the compatibility of two schema files, or of many pairs, without a repository.

    BACKWARD asks: can NEW read what OLD wrote? FORWARD: can OLD read what NEW writes? FULL asks
    both. With --pairs, each row gives one line of JSON as soon as it is checked.

    \b
    Examples:
      reg compat old.json new.json
      reg compat old.json new.json --level FULL --content open
      reg compat --pairs pairs.jsonl > verdicts.jsonl

    Exit codes: 0 compatible, or every pair has its line; 1 breaking; 2 a file or the call is wrong;
    3 undecided.
    """
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import verdict as views

    if pairs is not None:
        if old is not None:
            raise RegistryError(
                "--pairs reads the schemas from its rows, not OLD and NEW", remedy=_CALL
            )
        with source.lines(root, pairs) as rows:
            for answer in operation.pairs(rows, level, content, dialect):
                output.give(views.line(*answer), flush=True)
        return
    if old is None or new is None:
        raise RegistryError("two schema files are required", remedy=_CALL)
    judged = operation.files(root, old, new, level=level, content=content, dialect=dialect)
    width, colour = output.page()
    output.give(views.render(judged, level, content, form, colour=colour, width=width))
    raise typer.Exit(output.EXIT_CODES[judged.verdict.outcome.value])
