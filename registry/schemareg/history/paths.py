"""The subject of a registry path, by its form alone: the history holds paths that no tree has now."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats import catalogue
from schemareg.model import semver
from schemareg.model.targets import NAME

if TYPE_CHECKING:
    from schemareg.model.semver import SemVer


REGISTRY = "registry.yaml"
PRODUCTS = "products"
PRODUCT = "product.yaml"
SCHEMAS = "schemas"
CONSUMERS = "consumers"
DEPRECATIONS = "deprecations"
WAIVERS = "waivers"


class PathPart(Enum):
    """The kind of registry file at a path."""

    POLICY = "policy"
    PRODUCT = "product"
    VERSION = "version"
    DEPRECATION = "deprecation"
    CONSUMER = "consumer"
    WAIVER = "waiver"
    OTHER = "other"


_FACTS = {
    DEPRECATIONS: PathPart.DEPRECATION,
    CONSUMERS: PathPart.CONSUMER,
    WAIVERS: PathPart.WAIVER,
}


def is_fact(name: str) -> bool:
    """Whether a file of this name, in a folder of facts, states one; any other name states nothing.

    The only place that decides it: the layout, every reader of a state and every reader of the
    history ask here. What the engine reads, the layout has checked, and the reverse.
    """
    return name.endswith(".yaml")


class PathSubject(NamedTuple):
    """The subject of a path."""

    part: PathPart
    folder: str = ""
    """The folder of the product; `""` outside products."""
    schema: str = ""
    version: SemVer | None = None
    name: str = ""
    """The file name of a fact, without its ending."""

    @property
    def product(self) -> str:
        """The name of the product."""
        return self.folder.rpartition("/")[2]

    @property
    def released(self) -> bool:
        """Whether this is a version that must never change; pre-releases can change."""
        return self.version is not None and not self.version.pre

    @property
    def target(self) -> str:
        """The target, such as `orders/order_placed@1.2.0` or `orders`; `""` for the policy."""
        if self.version is not None:
            return f"{self.product}/{self.schema}@{self.version}"
        return self.product


_OTHER = PathSubject(PathPart.OTHER)


def path_subject(path: str) -> PathSubject:
    """The subject of a path, without a check that its folder is a product at that time."""
    if path == REGISTRY:
        return PathSubject(PathPart.POLICY)
    parts = path.split("/")
    if parts[0] != PRODUCTS or not 3 <= len(parts) <= 6:
        return _OTHER
    if len(parts) >= 5 and parts[-3] == SCHEMAS:
        return _version(parts)
    if len(parts) in (4, 5) and parts[-2] in _FACTS and is_fact(parts[-1]):
        folder = "/".join(parts[:-2])
        return PathSubject(_FACTS[parts[-2]], folder, name=parts[-1].removesuffix(".yaml"))
    if parts[-1] == PRODUCT and len(parts) <= 4:
        return PathSubject(PathPart.PRODUCT, "/".join(parts[:-1]))
    return _OTHER


def _version(parts: list[str]) -> PathSubject:
    stem, dot, ending = parts[-1].rpartition(".")
    version = semver.parse(stem) if f"{dot}{ending}" in catalogue.BY_ENDING else None
    if version is None or not NAME.fullmatch(parts[-2]):
        return _OTHER
    return PathSubject(PathPart.VERSION, "/".join(parts[:-3]), parts[-2], version)
