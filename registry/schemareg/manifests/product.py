"""product.yaml: text to one data product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.manifests.schemas import check
from schemareg.model import Classification, Owner, Product, Schema, Stability

if TYPE_CHECKING:
    from schemareg.documents import Document


def parse_product(document: Document, name: str, folder: str) -> Product:
    """The product that a product.yaml describes, under the name and folder given.

    What other files would have to say (channels, inputs, versions) is not asked here: see
    `checking`. Raises InvalidFiles with every mistake.
    """
    check(document, "product")
    value = document.value
    owner = value["owner"]
    classification = value.get("classification")
    return Product(
        name=name,
        folder=folder,
        title=value["title"],
        owner=Owner(owner["team"], owner.get("contact", ""), tuple(owner.get("channels", ()))),
        domain=value.get("domain", ""),
        description=value.get("description", ""),
        purpose=value.get("purpose", ""),
        stability=Stability(value.get("stability", Stability.STABLE.value)),
        classification=None if classification is None else Classification(classification),
        inputs=tuple(value.get("inputs", ())),
        schemas=tuple(
            Schema(
                schema,
                said.get("description", ""),
                said.get("format", ""),
                said.get("location", ""),
                tuple(sorted(said.get("key", ()))),
            )
            for schema, said in sorted(value.get("schemas", {}).items())
        ),
        compatibility=dict(value.get("compatibility", {})),
        service_levels=dict(value.get("service-levels", {})),
    )
