"""`reg retire`."""

from pathlib import Path

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import Announced, Root, Today, with_edit_options


@with_edit_options
def retire(
    target: Announced,
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Remove a deprecated field or value; refused before its sunset.

    A field or an enum value is removed with a new version: a copy of the latest one without it, or
    the draft that has not landed yet. Versions, major lines, schemas and products keep their files;
    for them this explains what their end means.

    \b
    Examples:
      reg retire orders/order_placed#customer.email
      reg retire orders/order_placed#status=LOST --dry-run
      reg retire orders/order_placed@1
      reg retire orders/order_placed#note --branch without-note --pr
    """
    from schemareg.reports.views import deprecations as views

    found = authoring.retire(root, target, options=options, today=today, progress=output.show_step)
    text = views.retired(found.retirement, width=output.page().width)
    if not found.retirement.path:
        output.give(text)
        return
    output.give(f"\n{text}")
    output.hint(
        f"Next: reg check; if it requires another version: reg bump {found.retirement.schema}"
    )
