"""`reg subscribe`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import edits as operations_edits
from schemareg.operations import output, registry
from schemareg_cli import completion
from schemareg_cli.options import Commit, DryRun, NewBranch, PullRequest, Push, Root, Today


def subscribe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA", autocompletion=completion.versions, show_default=False
        ),
    ],
    team: Annotated[str, typer.Option(metavar="TEXT", help="The team that reads it.")],
    fields: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="The fields that it reads, such as order_id,lines[].sku,status=LOST; by default"
            " all. To a file that names some they are added.",
        ),
    ] = "",
    versions: Annotated[
        str,
        typer.Option(
            metavar="RANGE",
            help="Which versions: ^1, 1.2, '^1 || ^2'; by default the latest line. In a file that"
            " reads it already, instead of those it names.",
        ),
    ] = "",
    contact: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A mail address or page of the team.")
    ] = "",
    channel: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A channel of registry.yaml; may be repeated."),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Of the file; by default that of the team.")
    ] = "",
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Register a team as a reader of a schema, or of more of it.

    Writes one file, or amends the one there is; what else stands in it stays as it is. Who is
    registered is named in every check of a change that hits it, and told of what concerns it.

    \b
    Examples:
      reg subscribe orders/order_placed --team billing --contact billing@example.com
      reg subscribe orders/order_placed --team billing --fields "order_id,lines[].sku"
      reg subscribe orders/order_placed#status=LOST --team fraud       one value of a field
      reg subscribe orders/order_placed@1 --team billing --channel billing-slack
      reg subscribe orders/order_placed --team billing --versions "^1 || ^2" --pr
    """
    from schemareg.adapters import clock
    from schemareg.authoring import subscribe as authoring_subscribe
    from schemareg.model import targets
    from schemareg.reports.views import subscriptions as reports

    home = registry.home(root)
    element = targets.parse(target)
    parted = tuple(filter(None, (each.strip() for each in fields.split(","))))
    channels = tuple(channel or ())
    wish = authoring_subscribe.Wish(element, team, name, contact, channels, versions, parted)
    with registry.promised(root, today) as (promises, head, policy):
        edit = authoring_subscribe.joined(promises, head, wish, today or clock.today())
        product = head.product(element.product)
    told = reports.joined(edit, product.owner if product else None, width=output.page().width)
    what = "reads" if edit.before is None else "reads more of"
    edits = operations_edits.Edits(
        home,
        {edit.path: edit.text},
        operations_edits.message(f"{team} {what} {element.product}/{element.schema}"),
        policy.protected_branch,
        operations_edits.branch_for("subscribe", edit.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{told}")
