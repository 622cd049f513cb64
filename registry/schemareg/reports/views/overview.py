"""The content of a registry, as tables and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.catalog.overview import VersionOverview
from schemareg.reports.review.json_document import document_text
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.catalog.overview import ProductOverview, SchemaOverview
    from schemareg.formats.field import Field
    from schemareg.model import Product


def products(
    found: Sequence[ProductOverview], form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """Every product with its schemas; as text, one line for each schema."""
    if form == "json":
        return document_text([_product_document(each) for each in found])
    if not found:
        return "no products yet; to add one: reg new product NAME --team TEAM\n"
    rows = [row for each in found for row in _rows(each)]
    header = ("schema", "latest", "versions", "stability", "owner", "description")
    lines = table(header, rows, width=min(width, WIDEST))
    lines[0] = painter(colour)("faint", lines[0])
    schemas = sum(len(each.schemas) for each in found)
    lines.append(f"{plural(len(found), 'product')}, {plural(schemas, 'schema')}")
    return _text(lines)


def _rows(overview: ProductOverview) -> Iterator[tuple[str, ...]]:
    product = overview.product
    shared = (product.stability.value, _one_line(product.owner.team))
    if not overview.schemas:
        yield (product.name, "-", "0", *shared, _one_line(product.description or product.title))
    for each in overview.schemas:
        what = each.schema.description or product.description or product.title
        yield (each.name, _latest(each), str(len(each.versions)), *shared, _one_line(what))


def one(
    found: ProductOverview | VersionOverview,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """A product, or a version with its fields."""
    if isinstance(found, VersionOverview):
        return version(found, form, colour=colour, width=width)
    return product(found, form, colour=colour, width=width)


def product(
    found: ProductOverview, form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """One product: description, owner, schemas and versions."""
    if form == "json":
        return document_text(_product_document(found))
    width, paint = min(width, WIDEST), painter(colour)
    lines = [f"{paint('place', found.product.name)}: {_one_line(found.product.title)}"]
    lines += table(("", ""), _facts(found.product), width=width, indent="  ")
    for each in found.schemas:
        lines += ["", f"{paint('place', each.name)} {_latest(each)}"]
        lines += _said(each.schema.description, width)
        lines += table(("", ""), _schema_facts(each), width=width, indent="  ")
    return _text(lines)


def _facts(product: Product) -> list[tuple[str, str]]:
    owner = product.owner
    contact = f", {owner.contact}" if owner.contact else ""
    classified = product.classification.value if product.classification else ""
    facts = (
        ("description", product.description),
        ("purpose", product.purpose),
        ("domain", product.domain),
        ("owner", owner.team + contact),
        ("channels", ", ".join(owner.channels)),
        ("stability", product.stability.value),
        ("classification", classified),
        ("inputs", ", ".join(product.inputs)),
        ("folder", product.folder),
    )
    return [(name, _one_line(text)) for name, text in facts if text]


def _schema_facts(found: SchemaOverview) -> list[tuple[str, str]]:
    versions = ", ".join(str(each.version) for each in found.versions) or "none yet"
    facts = (("versions", versions), ("location", found.schema.location))
    return [(name, _one_line(text)) for name, text in facts if text]


def version(
    found: VersionOverview, form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """One version with its fields."""
    if form == "json":
        return document_text(_version_document(found))
    width, paint = min(width, WIDEST), painter(colour)
    title = f": {_one_line(found.title)}" if found.title else ""
    lines = [f"{paint('place', found.version.name)}{title}"]
    lines += _said(found.description or found.schema.schema.description, width)
    facts = [("file", found.version.path), ("owner", found.schema.product.owner.team)]
    facts += _schema_facts(found.schema)
    lines += table(
        ("", ""), [(name, _one_line(text)) for name, text in facts], width=width, indent="  "
    )
    rows = [_field_row(each) for each in found.fields]
    if rows:
        fields = table(("field", "type", "", "description"), rows, width=width, indent="  ")
        lines += ["", paint("faint", fields[0]), *fields[1:]]
    return _text(lines)


def _field_row(field: Field) -> tuple[str, ...]:
    what = _one_line(field.description)
    if field.values:
        allowed = escape.shortened(_one_line(", ".join(field.values)), 200)
        what = f"{what} One of {allowed}." if what else f"One of {allowed}."
    if field.branches:
        only = f"Only where {escape.shortened(_one_line(' or '.join(field.branches)), 200)}."
        what = f"{what} {only}" if what else only
    kind = f"{field.type} ({field.format})" if field.format else field.type
    needed = "required" if field.required else "optional"
    return _one_line(field.path), _one_line(kind), needed, what


def _product_document(found: ProductOverview) -> dict[str, Any]:
    product = found.product
    return {
        "product": product.name,
        "folder": product.folder,
        "title": product.title,
        "description": product.description,
        "purpose": product.purpose,
        "domain": product.domain,
        "owner": {
            "team": product.owner.team,
            "contact": product.owner.contact,
            "channels": list(product.owner.channels),
        },
        "stability": product.stability.value,
        "classification": product.classification.value if product.classification else None,
        "inputs": list(product.inputs),
        "schemas": [_schema_document(each) for each in found.schemas],
    }


def _schema_document(found: SchemaOverview) -> dict[str, Any]:
    return {
        "name": found.name,
        "description": found.schema.description,
        "format": found.format,
        "location": found.schema.location,
        "latest": str(found.latest.version) if found.latest else None,
        "versions": [{"version": str(each.version), "path": each.path} for each in found.versions],
    }


def _version_document(found: VersionOverview) -> dict[str, Any]:
    return {
        "name": found.version.name,
        "path": found.version.path,
        "title": found.title,
        "description": found.description,
        "owner": found.schema.product.owner.team,
        "versions": [str(each.version) for each in found.schema.versions],
        "fields": [_field_document(each) for each in found.fields],
    }


def _field_document(field: Field) -> dict[str, Any]:
    return {
        "path": field.path,
        "type": field.type,
        "required": field.required,
        "nullable": field.nullable,
        "format": field.format,
        "values": list(field.values),
        "description": field.description,
    }


def _latest(found: SchemaOverview) -> str:
    return str(found.latest.version) if found.latest else "-"


def _said(text: str, width: int) -> list[str]:
    return wrapped(_one_line(text), width, indent="  ") if text else []


def _one_line(text: str) -> str:
    """Descriptions of several lines are words, not commands: their line breaks become blanks."""
    return escape.visible(" ".join(text.split()))


def _text(lines: Sequence[str]) -> str:
    return escape.inert("\n".join(lines) + "\n")
