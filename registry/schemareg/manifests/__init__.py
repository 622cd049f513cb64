"""The files that people write about data products: registry.yaml and product.yaml, text to value."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.manifests.consumer import parse_consumer
    from schemareg.manifests.deprecation import parse_deprecation, parse_waiver
    from schemareg.manifests.overrides import effective, refused
    from schemareg.manifests.product import parse_product
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

_HOMES = {
    "KINDS": "schemas",
    "effective": "overrides",
    "parse_consumer": "consumer",
    "parse_deprecation": "deprecation",
    "parse_product": "product",
    "parse_registry": "registry",
    "parse_waiver": "deprecation",
    "refused": "overrides",
    "schema_text": "schemas",
}
"""Which module has which of them: a registry without consumers need not load how theirs are read."""


def __getattr__(name: str) -> object:
    """One of the names above, from its module."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found
