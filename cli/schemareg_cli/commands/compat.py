"""`reg compat`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import compat as operations_compat
from schemareg.operations import output
from schemareg_cli.options import ContentModel, Level, Plain, Root


def compat(
    old: Annotated[
        Path | None, typer.Argument(metavar="[OLD]", help="The schema in use.", show_default=False)
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(metavar="[NEW]", help="The schema to come.", show_default=False),
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
            help="BACKWARD, FORWARD, FULL or NONE; of two files, _TRANSITIVE makes no difference.",
            case_sensitive=False,
        ),
    ] = "BACKWARD",
    content: ContentModel = "declared",
    dialect: Annotated[
        Literal["draft4", "draft6", "draft7", "2019-09", "2020-12"],
        typer.Option(help="What counts where a schema has no $schema."),
    ] = "2020-12",
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Judge two schema files, or many pairs, without a repository.

    BACKWARD asks: can NEW read what OLD wrote? FORWARD: can OLD read what NEW writes? FULL asks
    both. With --pairs, each row gives one line of JSON as soon as it is judged.

    \b
    Examples:
      reg compat old.json new.json
      reg compat old.json new.json --level FULL --content open
      reg compat --pairs pairs.jsonl > verdicts.jsonl

    Exit codes: 0 compatible, or every pair has its line; 1 breaking; 2 a file or the call is wrong;
    3 undecided.
    """
    if pairs is not None:
        operations_compat.pairs(root, pairs, old, level, content, dialect)
        return
    judged = operations_compat.files(root, old, new, level, content, dialect)
    width, colour = output.page()
    from schemareg.reports.views import verdict

    output.give(verdict.render(judged, level, content, form, colour=colour, width=width))
    raise typer.Exit(output.EXIT_CODES[judged.verdict.outcome.value])
