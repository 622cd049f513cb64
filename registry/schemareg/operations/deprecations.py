"""Ask what ends: the status of a target, sunsets, the timeline, waivers."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import targets
from schemareg.operations import registry

if TYPE_CHECKING:
    from datetime import date

    from schemareg.authoring.waivers import WaiverStatus
    from schemareg.deprecation.schedule import Term
    from schemareg.deprecation.status import Status
    from schemareg.deprecation.timeline import Timeline


def status(
    root: Path, target: str, *, at: str | None = None, today: "date | None" = None
) -> "Status":
    """The status of a target on the protected branch: its schedule, and what blocks its removal.

    With a revision or a day `at`, as of then. Raises RegistryError where the target does not exist.
    """
    from schemareg.deprecation.status import status as status_of

    with registry.landed(root, at) as (promises, here):
        day = registry.as_of(at, today, lambda: promises.history)
        return status_of(promises, here, targets.parse(target), day)


class Sunsets(NamedTuple):
    """What ends, as of a day."""

    today: "date"
    sunsets: "tuple[Term, ...]"


def sunsets(
    root: Path,
    *,
    within: int | None = None,
    past: bool = False,
    at: str | None = None,
    today: "date | None" = None,
) -> Sunsets:
    """The deprecations of all products, earliest sunset first; `within` is in days.

    With `past`, also those whose sunset has passed.
    """
    from schemareg.deprecation.sunsets import sunsets as select

    with registry.landed(root, at) as (promises, _):
        day = registry.as_of(at, today, lambda: promises.history)
        return Sunsets(day, tuple(select(registry.terms(promises), day, within=within, past=past)))


def timeline(
    root: Path,
    product: str | None = None,
    *,
    at: str | None = None,
    today: "date | None" = None,
) -> "Timeline":
    """What ends, on a time axis; of one product also its major lines that have no end."""
    from schemareg.deprecation import sunsets as schedules
    from schemareg.deprecation.timeline import standing
    from schemareg.deprecation.timeline import timeline as draw

    with registry.landed(root, at) as (promises, _):
        day = registry.as_of(at, today, lambda: promises.history)
        if product is None:
            return draw(registry.terms(promises), day, ())
        terms = schedules.of_product(promises, product)
        return draw(terms, day, tuple(standing(promises, product, terms)))


class Waivers(NamedTuple):
    """The waivers of a registry, as of a day."""

    today: "date"
    waivers: "tuple[WaiverStatus, ...]"

    @property
    def expired(self) -> bool:
        """Whether any of them has expired."""
        from schemareg.authoring.waivers import WaiverState

        return any(each.state is WaiverState.EXPIRED for each in self.waivers)


def waivers(root: Path, product: str | None = None, *, today: "date | None" = None) -> Waivers:
    """The waivers of a product, or of all, by product and fingerprint."""
    from schemareg.adapters import clock
    from schemareg.authoring.waivers import list_waivers

    day = today or clock.today()
    with registry.drafting(root) as (base, head):
        return Waivers(day, list_waivers(base, head, day, product))
