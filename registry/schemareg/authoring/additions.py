"""A schema that joins a product: what is new, and the product.yaml that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.authoring import scaffold
from schemareg.catalog import overview
from schemareg.model import semver, targets
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents.json_values import JsonValue
    from schemareg.snapshot.snapshot import Snapshot


class Addition(NamedTuple):
    """Files to create, and one to replace."""

    created: dict[str, str]
    declaration: str
    """The path of product.yaml."""
    declared: str
    """Its new text."""


def schema(
    snapshot: Snapshot,
    target: str,
    version: str,
    records: Iterable[JsonValue] | None,
    description: str = "",
) -> Addition:
    """A schema's first version, from records or from nothing, and its line in product.yaml.

    Raises RegistryError for a name that is none, a product that is not there, a schema that is, a
    version that is not SemVer.
    """
    product, slash, name = target.partition("/")
    if not slash:
        raise RegistryError(
            f"{target!r} names no schema",
            remedy=f"Write PRODUCT/NAME: reg new schema {target}/NAME",
        )
    scaffold.named("product", product)
    scaffold.named("schema", name)
    if semver.parse(version) is None:
        raise RegistryError(
            f"{version!r} is not a version", where="--version", remedy="Write X.Y.Z, such as 1.0.0"
        )
    found = overview.product(snapshot, product)
    if any(each.schema.name == name for each in found.schemas):
        raise RegistryError(
            f"there is a schema {target} already",
            where=f"{found.product.folder}/product.yaml",
            remedy=f"For its next version: reg draft {target}",
        )
    path = f"{found.product.folder}/product.yaml"
    created = scaffold.schema(found.product.folder, name, version, records)
    return Addition(created, path, scaffold.declared(snapshot.document(path), name, description))


def refuse_known(snapshot: Snapshot, product: str) -> None:
    """Raises RegistryError where a product of this name is there, in whichever domain."""
    known = snapshot.folder_of(product)
    if known is not None:
        raise RegistryError(
            f"there is a product {product!r} already",
            where=known,
            remedy=f"To look at it: reg show {product}; to add a schema: reg new schema {product}/NAME",
        )


def target_of(text: str, *, schema: bool = True) -> targets.Target:
    """The target a user named. Raises RegistryError where it names no schema and one is needed."""
    target = targets.parse(text)
    if schema and not target.schema:
        raise RegistryError(
            f"{text!r} is a product, and a schema is wanted",
            remedy=f"Write {text}/SCHEMA; to see which there are: reg show {text}",
        )
    return target
