"""The files that people write about data products: registry.yaml and product.yaml, text to value."""

from schemareg.manifests.consumer import parse_consumer
from schemareg.manifests.overrides import effective, refused
from schemareg.manifests.product import parse_product
from schemareg.manifests.promises import parse_deprecation, parse_waiver
from schemareg.manifests.registry import parse_registry
from schemareg.manifests.schemas import KINDS, schema_text

__all__ = [
    "KINDS",
    "effective",
    "parse_consumer",
    "parse_deprecation",
    "parse_product",
    "parse_registry",
    "parse_waiver",
    "refused",
    "schema_text",
]
