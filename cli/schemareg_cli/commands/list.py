"""`reg list`."""

from pathlib import Path

from schemareg.operations import lookup
from schemareg_cli import output
from schemareg_cli.options import At, Plain, Root


def list_products(at: At = None, form: Plain = "text", root: Root = Path()) -> None:
    """List products, schemas and their latest versions.

    \b
    Examples:
      reg list
      reg list --at v2.3
      reg list --format json
    """
    from schemareg.reports.views import overview as views

    width, colour = output.page()
    output.give(views.products(lookup.products(root, at), form, colour=colour, width=width))
