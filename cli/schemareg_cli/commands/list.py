"""`reg list`."""

from pathlib import Path

from schemareg.operations import output, registry
from schemareg_cli.options import At, Plain, Root


def list_products(at: At = None, form: Plain = "text", root: Root = Path()) -> None:
    """List products, schemas and their latest versions.

    \b
    Examples:
      reg list
      reg list --at v2.3
      reg list --format json
    """
    from schemareg.catalog import overview
    from schemareg.reports.views import overview as shown

    width, colour = output.page()
    with registry.current(root, at) as snapshot:
        found = overview.products(snapshot)
    output.give(shown.products(found, form, colour=colour, width=width))
