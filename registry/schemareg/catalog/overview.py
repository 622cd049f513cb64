"""The content of a registry: products, schemas, versions, fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.formats import catalogue
from schemareg.model.errors import RegistryError
from schemareg.text.wording import nearest

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.field import Field
    from schemareg.model import Product, Schema, SchemaVersion
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class SchemaOverview:
    """One schema and its versions, oldest first."""

    product: Product
    schema: Schema
    versions: tuple[SchemaVersion, ...]

    @property
    def name(self) -> str:
        """`orders/order_placed`."""
        return f"{self.product.name}/{self.schema.name}"

    @property
    def format(self) -> str:
        """As declared, else as the latest version is written."""
        latest = self.latest
        entry = catalogue.entry_of(latest.path) if latest else catalogue.DEFAULT
        return self.schema.format or entry.name

    @property
    def latest(self) -> SchemaVersion | None:
        """The highest release, else the highest pre-release, else None."""
        candidates = [each for each in self.versions if not each.version.pre] or self.versions
        return candidates[-1] if candidates else None


@dataclass(frozen=True, slots=True)
class ProductOverview:
    """One product and its schemas, by name."""

    product: Product
    schemas: tuple[SchemaOverview, ...]


@dataclass(frozen=True, slots=True)
class VersionOverview:
    """One version with its fields."""

    schema: SchemaOverview
    version: SchemaVersion
    title: str
    description: str
    fields: tuple[Field, ...]


def products(snapshot: Snapshot) -> tuple[ProductOverview, ...]:
    """Every product, by name."""
    return tuple(product(snapshot, name) for name in sorted(snapshot.product_names()))


def product(snapshot: Snapshot, name: str) -> ProductOverview:
    """One product. Raises RegistryError, naming the nearest, where there is none of that name."""
    found = snapshot.product(name)
    if found is None:
        near = nearest(name, snapshot.product_names())
        remedy = f"Did you mean {near}?" if near else "To see what there is: reg list"
        raise RegistryError(f"there is no product {name!r}", remedy=remedy)
    schemas = tuple(
        SchemaOverview(found, each, snapshot.versions(name, each.name)) for each in found.schemas
    )
    return ProductOverview(found, schemas)


def schema(snapshot: Snapshot, target: Target) -> SchemaOverview:
    """One schema. Raises RegistryError, naming the nearest, where there is none of that name."""
    known = {each.schema.name: each for each in product(snapshot, target.product).schemas}
    if target.schema in known:
        return known[target.schema]
    name = f"{target.product}/{target.schema}"
    near = nearest(target.schema, known)
    remedy = (
        f"Did you mean {target.product}/{near}?" if near else f"To add it: reg new schema {name}"
    )
    raise RegistryError(f"there is no schema {name!r}", remedy=remedy)


def named(snapshot: Snapshot, target: Target) -> ProductOverview | VersionOverview:
    """The element of a target: a product, or one version of a schema, the latest if none is given."""
    return version(snapshot, target) if target.schema else product(snapshot, target.product)


def version_named(snapshot: Snapshot, target: Target) -> SchemaVersion:
    """The version that a target names. Raises RegistryError where there is no such version."""
    if not target.schema:
        raise RegistryError(
            f"{str(target)!r} is a product; a version of a schema is required",
            remedy=f"Write {target}/SCHEMA@VERSION; to list them: reg show {target}",
        )
    return chosen_version(schema(snapshot, target), target)


def version(snapshot: Snapshot, target: Target) -> VersionOverview:
    """One version with its fields; the latest of the line, or of all, where none is named.

    Raises RegistryError where there is no such version.
    """
    from schemareg.review.comparison import fields_of
    from schemareg.review.resolver import Shelf, format_of

    found = schema(snapshot, target)
    chosen = chosen_version(found, target)
    document = snapshot.document(chosen.path)
    said = format_of(document).annotations(document).get("", {})
    title, description = (_text(said.get(word)) for word in ("title", "description"))
    fields = fields_of(Shelf(snapshot, snapshot), document)
    return VersionOverview(found, chosen, title, description, fields)


def chosen_version(found: SchemaOverview, target: Target) -> SchemaVersion:
    """The version that a target names: exactly, or the latest of its line, or of all."""
    if target.version is not None:
        candidates = [each for each in found.versions if each.version == target.version]
    elif target.major is not None:
        line = [each for each in found.versions if each.version.major == target.major]
        candidates = [each for each in line if not each.version.pre] or line
    else:
        candidates = [found.latest] if found.latest else []
    if candidates:
        return candidates[-1]
    there = ", ".join(str(each.version) for each in found.versions)
    first = f"{found.product.folder}/schemas/{found.schema.name}/1.0.0.json"
    raise RegistryError(
        f"there is no version {str(target)!r}",
        remedy=f"There are: {there}" if there else f"Put the first one at {first}",
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
