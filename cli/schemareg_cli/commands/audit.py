"""Prove what landed: that nothing was altered, removed or cut short."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import audit
from schemareg.operations import output as operations_output
from schemareg.operations import scan as operations_scan
from schemareg_cli.options import ContentModel, Element, Level, Output, Plain, Root, day

_Line = Annotated[
    str,
    typer.Option(
        "--checkpoint",
        metavar="LINE",
        help="What `reg audit checkpoint` printed, in quotes.",
        show_default=False,
    ),
]
_Head = Annotated[
    str | None,
    typer.Option(
        metavar="REF", help="The line up to here; by default that of the protected branch."
    ),
]


def verify(
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="What `reg audit checkpoint` printed, in quotes."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="From the first landing, and hash each version.")
    ] = False,
    head: _Head = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="The least severe violation that makes the exit code 1."),
    ] = "error",
    form: Plain = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Find what must never have happened: over the whole history of the protected branch.

    Every version that landed is there and byte for byte what it was; time runs forward; no
    deprecation was cut short; the head descends from the checkpoint. Each violation names commit,
    person, day and path. What was verified is remembered, so the next run looks at what is new, and
    notices where that is not there any more. What could not be looked for in this clone is said.

    \b
    Examples:
      reg audit verify
      reg audit verify --full --format json
      reg audit verify --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 nothing; 1 violations at or above --fail-on; 2 the call is wrong; 3 it cannot be
    decided: history is missing here, or does not lead to the checkpoint.
    """
    from schemareg.audit import checkpoint as checkpoints
    from schemareg.model import Severity
    from schemareg.reports.views import audit as shown

    line = checkpoints.parse(checkpoint) if checkpoint is not None else None
    with audit.line(root, head) as history:
        found = audit.verified(root, history, line, full=full, protected=head is None)
    width, colour = operations_output.page(output)
    operations_output.give(shown.verification(found, form, colour=colour, width=width), output)
    raise typer.Exit(found.exit_code(Severity(fail_on)))


def checkpoint(
    sign: Annotated[
        Path | None,
        typer.Option(metavar="KEY", help="Sign the line with this SSH key, below it."),
    ] = None,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Print one line to keep outside the repository: what the history is now.

    It names the newest landing, its tree, the number of records and one digest over all of them.
    Whoever has the line can tell later whether anything up to it was rewritten.

    \b
    Examples:
      reg audit checkpoint
      reg audit checkpoint --output checkpoint.txt --sign ~/.ssh/id_ed25519
      reg audit verify --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 printed; 2 the call is wrong; 3 history is missing here.
    """
    from schemareg.adapters.git import signatures

    with audit.line(root, head) as history:
        line, violations = audit.checkpoint(root, history, protected=head is None)
    signature = signatures.sign(f"{line}\n", sign) if sign is not None else ""
    operations_output.give(f"{line}\n{signature}", output)
    if violations:
        operations_output.hint(f"reg: this history has violations ({violations}): reg audit verify")


def prove(
    target: Element,
    checkpoint: _Line,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Prove that what landed of a target is among what a checkpoint was made of.

    The proof is a JSON file. Whoever has it and the line checks it without this repository, with
    `reg audit check-proof` or the twenty lines in registry/docs/explanation-audit.md.

    \b
    Examples:
      reg audit prove orders/order_placed@1.2.0 --checkpoint "$(cat checkpoint.txt)" -o proof.json
      reg audit prove orders --checkpoint "$(cat checkpoint.txt)" > proof.json

    Exit codes: 0 proved; 1 the history is not that of the checkpoint; 2 the call is wrong, or
    nothing landed of the target; 3 history is missing here.
    """
    from schemareg.audit import checkpoint as checkpoints
    from schemareg.audit import proof
    from schemareg.model import targets

    line = checkpoints.parse(checkpoint)
    with audit.line(root, head) as history:
        found = audit.proof(root, history, line, targets.parse(target))
    if found is None:
        operations_output.hint(
            f"reg: the history up to {line.head[:12]} is not that of the checkpoint",
            '  reg audit verify --full --checkpoint "LINE"',
        )
        raise typer.Exit(1)
    operations_output.give(proof.render(found), output)


def check_proof(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False)],
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="Your own copy of the line; else the file's counts."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Check a proof, without any repository.

    It shows that these records are among those of the checkpoint: which path held what, from which
    commit on, dated when. Compare the checkpoint with a copy that was kept elsewhere.

    \b
    Examples:
      reg audit check-proof proof.json
      reg audit check-proof proof.json --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 it holds; 1 it does not; 2 the file is no proof.
    """
    from schemareg.audit import checkpoint as checkpoints
    from schemareg.audit import proof
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import audit as shown

    where = root / file
    if not where.is_file():
        raise RegistryError("there is no such file", where=str(file), remedy="Name a proof")
    found = proof.parse(where.read_bytes(), str(file))
    own = checkpoints.parse(checkpoint) if checkpoint is not None else None
    wrong = proof.refuted_records(found)
    operations_output.give(shown.proof(found, wrong, own))
    raise typer.Exit(int(bool(wrong) or own not in (None, found.checkpoint)))


def export(
    since: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="Only what landed after this checkpoint, in quotes."),
    ] = None,
    head: _Head = None,
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Write every fact of the history as JSON lines, the oldest first: for a warehouse or a SIEM.

    Equal histories give equal bytes, and each fact has an id that stays. What --since leaves out and
    what it gives are together the whole. `reg schema fact` describes a line.

    \b
    Examples:
      reg audit export > facts.jsonl
      reg audit export --since "$(cat checkpoint.txt)" >> facts.jsonl

    Exit codes: 0 written; 2 the call is wrong; 3 history is missing here, or does not lead to the
    checkpoint.
    """
    from schemareg.audit import checkpoint as checkpoints
    from schemareg.reports.views import log as shown

    line = checkpoints.parse(since) if since is not None else None
    with audit.line(root, head) as history:
        lines = map(shown.exported, audit.exported(root, history, line))
        if output is not None:
            operations_output.give("".join(lines), output)
            return
        for each in lines:
            operations_output.give(each)


def scan(
    repository: Annotated[
        Path, typer.Argument(metavar="[REPOSITORY]", help="Its folder.", show_default=False)
    ] = Path(),
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="Where the files stand: schemas/{product}/{schema}/{version}.json. By default"
            " where most of them seem to.",
        ),
    ] = None,
    head: Annotated[
        str, typer.Option("--head", "--branch", metavar="REF", help="The line up to here.")
    ] = "HEAD",
    since: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="Tell what landed on this day or later."),
    ] = None,
    level: Annotated[
        Level,
        typer.Option(help="Whom a step of SemVer must not break.", case_sensitive=False),
    ] = "BACKWARD",
    content: ContentModel = "declared",
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many a list, at most.")] = 50,
    form: Annotated[
        Literal["text", "json", "markdown", "html"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Find what any repository of schema files did to versions that it had published.

    Which were rewritten afterwards, when, by whom, and whether that changed words or what records
    they take; which went away; which steps promised more than they kept. Versions may be SemVer,
    SchemaVer (1-0-2) or plain numbers. Nothing is written, nothing is fetched from elsewhere.

    \b
    Examples:
      reg audit scan
      reg audit scan ../iglu-central --layout 'schemas/{product}/{schema}/jsonschema/{version}'
      reg audit scan ../schemas --format html --output scan.html
      reg audit scan ../schemas --since 2026-01-01 --format json

    Exit codes: 0 all stayed as it was published; 1 something did not, or was called smaller than it
    is; 2 the call is wrong; 3 history is missing here.
    """
    from schemareg import model
    from schemareg.reports.scan import text as shown
    from schemareg.scan.scan import Rules

    rules = Rules(model.Level[level], model.Content(content))
    found = operations_scan.scanned(root / repository, head, layout, rules, since)
    width, colour = operations_output.page(output)
    operations_output.give(
        shown.render(found, form, limit=limit, colour=colour, width=width), output
    )
    raise typer.Exit(int(not found.clean))
