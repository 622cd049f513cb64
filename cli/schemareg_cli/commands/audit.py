"""Prove that nothing that landed was altered, removed or cut short."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import audit as operation
from schemareg.operations import scan as scanning
from schemareg_cli import output as show
from schemareg_cli.options import ContentModel, Element, Level, Output, Plain, Root, day

_Line = Annotated[
    str,
    typer.Option(
        "--checkpoint",
        metavar="LINE",
        help="The output of `reg audit checkpoint`, in quotes.",
        show_default=False,
    ),
]
_Head = Annotated[
    str | None,
    typer.Option(metavar="REF", help="The last commit; by default that of the protected branch."),
]


def verify(
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="The output of `reg audit checkpoint`, in quotes."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="From the first landing, and hash each version.")
    ] = False,
    head: _Head = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="The lowest severity that makes the exit code 1."),
    ] = "error",
    form: Plain = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Verify the whole history of the protected branch.

    Every version that landed still exists, byte for byte; time moves forward; no deprecation was
    cut short; the head descends from the checkpoint. Each violation names commit, person, day and
    path. The result is cached, so the next run verifies what is new, and reports if what it knew is
    no longer there. It lists what could not be verified in this clone.

    \b
    Examples:
      reg audit verify
      reg audit verify --full --format json
      reg audit verify --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 no violation; 1 violations at or above --fail-on; 2 the call is wrong; 3 undecided:
    history is missing here, or does not lead to the checkpoint.
    """
    from schemareg.model import Severity
    from schemareg.reports.views import audit as views

    found = operation.verify(root, checkpoint=checkpoint, full=full, head=head)
    width, colour = show.page(output)
    show.give(views.verification(found, form, colour=colour, width=width), output)
    raise typer.Exit(found.exit_code(Severity(fail_on)))


def checkpoint(
    sign: Annotated[
        Path | None,
        typer.Option(
            metavar="KEY", help="Sign the line with this SSH key; the signature follows it."
        ),
    ] = None,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Print one line, to keep outside the repository, that identifies the history as it is now.

    It names the newest landing, its tree, the number of records and one digest over all of them.
    With the line, you can find out later whether anything up to it was rewritten.

    \b
    Examples:
      reg audit checkpoint
      reg audit checkpoint --output checkpoint.txt --sign ~/.ssh/id_ed25519
      reg audit verify --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 printed; 2 the call is wrong; 3 history is missing here.
    """
    found = operation.checkpoint(root, head=head, sign=sign)
    show.give(f"{found.line}\n{found.signature}", output)
    if found.violations:
        show.hint(f"reg: this history has violations ({found.violations}): reg audit verify")


def prove(
    target: Element,
    checkpoint: _Line,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Prove that what landed of a target is part of a checkpoint.

    The proof is a JSON file. With it and the line, anybody can check it without this repository:
    with `reg audit check-proof`, or the twenty lines of code in registry/docs/explanation-audit.md.

    \b
    Examples:
      reg audit prove orders/order_placed@1.2.0 --checkpoint "$(cat checkpoint.txt)" -o proof.json
      reg audit prove orders --checkpoint "$(cat checkpoint.txt)" > proof.json

    Exit codes: 0 proved; 1 the history is not the history of the checkpoint; 2 the call is wrong,
    or nothing landed of the target; 3 history is missing here.
    """
    text = operation.prove(root, target, checkpoint, head=head)
    if text is None:
        show.hint(
            "reg: the history here is not the history of the checkpoint",
            '  reg audit verify --full --checkpoint "LINE"',
        )
        raise typer.Exit(1)
    show.give(text, output)


def check_proof(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="LINE", help="Your own copy of the line; by default the one in the file."
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Check a proof, without any repository.

    It shows that these records are part of the checkpoint: the path, its content, the commit and
    the date. Compare the checkpoint with a copy that was kept elsewhere.

    \b
    Examples:
      reg audit check-proof proof.json
      reg audit check-proof proof.json --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 it holds; 1 it does not; 2 the file is not a proof.
    """
    from schemareg.reports.views import audit as views

    found = operation.check_proof(root / file, checkpoint=checkpoint)
    show.give(views.proof(found.proof, found.errors, found.checkpoint))
    raise typer.Exit(int(not found.holds))


def export(
    since: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="Only what landed after this checkpoint, in quotes."),
    ] = None,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Write every fact of the history as JSON lines, oldest first, for a warehouse or a SIEM.

    Equal histories give equal bytes, and each fact has a stable id. The facts before and after
    --since are together the whole export. `reg schema fact` describes a line.

    \b
    Examples:
      reg audit export > facts.jsonl
      reg audit export --since "$(cat checkpoint.txt)" >> facts.jsonl

    Exit codes: 0 written; 2 the call is wrong; 3 history is missing here, or does not lead to the
    checkpoint.
    """
    from schemareg.reports.views import log as views

    lines = map(views.exported, operation.export(root, since=since, head=head))
    if output is not None:
        show.give("".join(lines), output)
        return
    for line in lines:
        show.give(line)


def scan(
    repository: Annotated[
        Path, typer.Argument(metavar="[REPOSITORY]", help="Its folder.", show_default=False)
    ] = Path(),
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="The paths of the files: schemas/{product}/{schema}/{version}.json. By default"
            " the layout of most files.",
        ),
    ] = None,
    head: Annotated[
        str, typer.Option("--head", "--branch", metavar="REF", help="The last commit.")
    ] = "HEAD",
    since: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="Only what landed on this day or later."),
    ] = None,
    level: Annotated[
        Level,
        typer.Option(
            help="The compatibility that a minor or patch version must keep.", case_sensitive=False
        ),
    ] = "BACKWARD",
    content: ContentModel = "declared",
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="The maximum length of each list.")
    ] = 50,
    form: Annotated[
        Literal["text", "json", "markdown", "html"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Find what a repository of schema files did to versions that it had published.

    Versions that were rewritten: when, by which author, and whether that changed descriptions or the
    records that they accept. Versions that were removed. Version numbers that promised more than
    they kept. Versions can be SemVer, SchemaVer (1-0-2) or plain numbers. Nothing is written or
    fetched.

    \b
    Examples:
      reg audit scan
      reg audit scan ../iglu-central --layout 'schemas/{product}/{schema}/jsonschema/{version}'
      reg audit scan ../schemas --format html --output scan.html
      reg audit scan ../schemas --since 2026-01-01 --format json

    Exit codes: 0 every version stayed as published; 1 a version did not, or its number announces a
    smaller change than it makes; 2 the call is wrong; 3 history is missing here.
    """
    from schemareg.reports.scan import text as views

    found = scanning.scan(
        root / repository, layout=layout, head=head, since=since, level=level, content=content
    )
    width, colour = show.page(output)
    text = views.render(found, form, limit=limit, colour=colour, width=width)
    show.give(text, output)
    raise typer.Exit(int(not found.clean))
