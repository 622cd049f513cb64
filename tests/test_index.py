"""The history of a registry, answered by the index, on real repositories."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from schemareg.edges.history import history

if TYPE_CHECKING:
    from tests.conftest import Repo

ORDER = "products/orders/schemas/order/1.0.0.json"


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_a_path_lands_with_the_merge_that_brings_it(repo: Repo) -> None:
    repo.commit({"registry.yaml": "version: 1\n"}, on=date(2026, 3, 1))
    repo.branch("side")
    repo.commit({ORDER: "{}"}, on=date(2026, 3, 2))
    repo.checkout("main")
    merge = repo.merge("side", on=date(2026, 4, 1))
    with history(repo.path, "main") as found:
        landing = found.landed(ORDER)
        assert landing is not None
        assert (landing.commit, landing.ordinal, landing.time) == (merge, 1, noon(date(2026, 4, 1)))
        assert found.landed("products") == landing == found.head
        assert found.landed("products/nothing") is None
        assert [each.path for each in found.changes("")] == ["registry.yaml", ORDER]
