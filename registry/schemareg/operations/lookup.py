"""Look up products, schemas, versions, their differences and consumers."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model import targets
from schemareg.operations import registry

if TYPE_CHECKING:
    from schemareg.catalog.overview import ProductOverview, VersionOverview
    from schemareg.consumers.impact import TargetReader
    from schemareg.review.diff import Difference


def products(root: Path, at: str | None = None) -> "tuple[ProductOverview, ...]":
    """Every product with its schemas, at a revision, by a day, or in the working tree."""
    from schemareg.catalog import overview

    with registry.current(root, at) as snapshot:
        return tuple(overview.products(snapshot))


def show(root: Path, target: str, at: str | None = None) -> "ProductOverview | VersionOverview":
    """A product, a schema or a version. Raises RegistryError where it does not exist."""
    from schemareg.catalog import overview

    with registry.current(root, at) as snapshot:
        return overview.named(snapshot, targets.parse(target))


def diff(root: Path, old: str, new: str, at: str | None = None) -> "Difference":
    """What changed between two versions, and whether each can read the other."""
    from schemareg.catalog import overview
    from schemareg.review.diff import diff as compare

    with registry.current(root, at) as snapshot:
        first = overview.version_named(snapshot, targets.parse(old))
        second = overview.version_named(snapshot, targets.parse(new))
        return compare(snapshot, first, second)


def consumers(
    root: Path, target: str | None = None, at: str | None = None
) -> "tuple[TargetReader, ...]":
    """The registered consumers of a target, or of every product; whether each acknowledged."""
    from schemareg.consumers import impact

    element = targets.parse(target) if target else None
    with registry.current(root, at) as snapshot:
        if element is None:
            return tuple(impact.all_readers(snapshot))
        return tuple(impact.readers_of(snapshot, element))
