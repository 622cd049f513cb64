"""All deprecations, by the day of their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.deprecation.schedule import ScheduleState, later
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target
from schemareg.snapshot.elements import explain_missing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term


def sunsets(
    terms: Iterable[Term], today: date, *, within: int | None = None, past: bool = False
) -> tuple[Term, ...]:
    """The schedules, earliest end first, then by path; undated ones last.

    With `within`, only ends within so many days; with `past`, also ended ones.
    """
    found = [
        each
        for each in terms
        if (past or each.state(today) is not ScheduleState.SUNSET) and _near(each, today, within)
    ]
    return tuple(sorted(found, key=lambda each: (each.earliest or today.max, each.said.path)))


def of_product(promises: Promises, product: str) -> tuple[Term, ...]:
    """The schedules of one product. Raises RegistryError, with the closest match, for an unknown product."""
    lack = explain_missing(promises.base, Target(product))
    if lack is not None:
        raise RegistryError(lack[0], remedy=lack[1])
    found = (promises.since_return(each) for each in promises.terms(product))
    return tuple(each for each in found if each is not None)


def _near(term: Term, today: date, within: int | None) -> bool:
    if within is None:
        return True
    return term.earliest is not None and term.earliest <= later(today, within)
