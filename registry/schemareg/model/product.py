"""A data product and the versions of its schemas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.policy import Stability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.model.policy import Classification
    from schemareg.model.semver import SemVer


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a product, with contact and channels."""

    team: str
    contact: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """One subject of a product, as product.yaml declares it."""

    name: str
    description: str = ""
    format: str = ""
    """The language its versions are written in, as declared; empty where the files decide."""
    location: str = ""
    key: tuple[str, ...] = ()
    """The key fields, as written, sorted."""


@dataclass(frozen=True, slots=True)
class Product:
    """product.yaml: one data product."""

    name: str
    folder: str
    """POSIX path of the product's folder, relative to the repository root."""
    title: str
    owner: Owner
    domain: str = ""
    description: str = ""
    purpose: str = ""
    stability: Stability = Stability.STABLE
    classification: Classification | None = None
    inputs: tuple[str, ...] = ()
    """Names of the schemas its data flows from: `payments/payment`."""
    schemas: tuple[Schema, ...] = ()
    compatibility: Mapping[str, str] = field(default_factory=dict)
    """The product's own compatibility settings (`level`, `scope`, `content`, …), as written; see `overrides`."""
    service_levels: Mapping[str, str] = field(default_factory=dict)
    """`freshness`, `availability` and the like, as written."""


class SchemaVersion(NamedTuple):
    """One version file of a schema."""

    product: str
    schema: str
    version: SemVer
    path: str
    id: str
    """The entry's id; `""` for a file of the working tree that Git does not know."""

    @property
    def name(self) -> str:
        """`orders/order_placed@1.2.0`."""
        return f"{self.product}/{self.schema}@{self.version}"
