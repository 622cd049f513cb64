"""When things landed: the arithmetic, apart from any repository."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.history.clock import Receipt, apply_receipts, day, monotone, receipts_since
from schemareg.model import Entry, Kind, Landing, PathChange
from schemareg.notifications.delivery.ledger import Ledger, Observation
from schemareg.notifications.delivery.receipts import moving, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import History

START = datetime(2026, 3, 1, tzinfo=UTC)


def moment(days: float) -> datetime:
    return START + timedelta(days=days)


@dataclass(frozen=True)
class Line:
    """A history of landings `c0`, `c1`, …, each of which wrote the path `p`."""

    landings: tuple[Landing, ...]

    @property
    def head(self) -> Landing | None:
        return self.landings[-1] if self.landings else None

    def line(self) -> tuple[Landing, ...]:
        return self.landings

    def landing(self, commit: str) -> Landing | None:
        return next((each for each in self.landings if each.commit == commit), None)

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        later = self.landings[after.ordinal + 1 :] if after else self.landings
        ids = [f"{each.ordinal:040}" for each in later]
        entries = [Entry(Kind.FILE, each) for each in ids]
        return tuple(
            PathChange(landing, path, None, entry)
            for landing, entry in zip(later, entries, strict=True)
        )

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        return self.changes(f"{name}/p")

    def landed(self, path: str) -> Landing | None:
        return self.landings[0] if path == "p" else None

    def read(self, id_: str) -> bytes:
        return id_.encode()

    def fetch(self, ids: Iterable[str]) -> None:
        pass


def line(*claims: float) -> Line:
    """Landings that claim so many days after the start."""
    claimed = [moment(each) for each in claims]
    return Line(
        tuple(
            Landing(f"c{at}", at, time, claim)
            for at, (claim, time) in enumerate(zip(claimed, monotone(claimed), strict=True))
        )
    )


def days(history: History) -> list[float]:
    """When the landings of a history are dated, in days after the start."""
    return [(each.time - START) / timedelta(days=1) for each in history.line()]


@pytest.mark.parametrize(
    ("why", "claims", "receipts", "dated"),
    [
        ("nobody lies", [0, 1, 2], {}, [0, 1, 2]),
        ("a back-dated landing is held up by the one before it", [0, 5, 1, 6], {}, [0, 5, 5, 6]),
        ("a forged future is believed, and all after it", [0, 900, 2, 3], {}, [0, 900, 900, 900]),
        ("an honest receipt changes nothing", [0, 1, 2], {1: 1.5}, [0, 1, 2]),
        ("a late receipt neither", [0, 1, 2], {1: 60}, [0, 1, 2]),
        ("no receipt takes a future back", [0, 900, 2, 3], {1: 1.5}, [0, 900, 900, 900]),
        ("nor does that of a later landing", [0, 900, 2, 3], {3: 3.5}, [0, 900, 900, 900]),
        ("nor do several", [0, 9, 2, 3], {2: 2.5, 3: 3.5}, [0, 9, 9, 9]),
        ("that of an earlier one does not", [0, 1, 900, 3], {1: 1.5}, [0, 1, 900, 900]),
        ("nor one before its parent", [0, 5, 6], {2: 4}, [0, 5, 6]),
        ("a receipt from elsewhere says nothing", [0, 900], {7: 1}, [0, 900]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_landing_is_dated(
    why: str, claims: list[float], receipts: dict[int, float], dated: list[float]
) -> None:
    given_out = [Receipt(f"c{at}", moment(bound)) for at, bound in receipts.items()]
    assert days(apply_receipts(line(*claims), given_out)) == dated


@pytest.mark.parametrize(
    ("why", "claims", "receipts", "dated"),
    [
        ("what is seen after its claim stays", [0, 5, 9], {1: (4, 6)}, [0, 5, 9]),
        ("pushed today, dated last month", [0, 5, 40], {1: (30, 31)}, [0, 30, 40]),
        ("so is all that lands after it", [0, 5, 6, 40], {1: (30, 31)}, [0, 30, 30, 40]),
        ("what landed before it is not", [0, 5, 6], {2: (30, 31)}, [0, 5, 30]),
        ("nobody saw it yet, and it claims too little", [0, 5], {1: (30, None)}, [0, 30]),
        ("seen both ways, and it claims too much", [0, 900], {1: (30, 31)}, [0, 900]),
        ("two looks contradict: doubt lengthens", [0, 5, 6], {1: (30, 31), 2: (3, 9)}, [0, 30, 30]),
        ("a whole history written anew", [0, 1, 2], {0: (50, 51)}, [50, 50, 50]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_landing_is_dated_no_earlier_than_the_branch_was_seen_without_it(
    why: str,
    claims: list[float],
    receipts: dict[int, tuple[float, float | None]],
    dated: list[float],
) -> None:
    given_out = [
        Receipt(f"c{at}", None if until is None else moment(until), moment(since))
        for at, (since, until) in receipts.items()
    ]
    assert days(apply_receipts(line(*claims), given_out)) == dated


def test_what_follows_the_last_look_at_the_branch_came_after_it() -> None:
    history = line(0, 1, 2, 3)
    assert receipts_since(history, "c1", moment(9), ()) == Receipt("c2", None, moment(9))
    assert receipts_since(history, "c3", moment(9), ()) is None


def test_after_a_rewrite_all_that_nobody_had_seen_came_after_the_last_look() -> None:
    history = line(0, 1, 2, 3)
    assert receipts_since(history, "gone", moment(9), ("c0", "c2", "gone")) == Receipt(
        "c3", None, moment(9)
    )
    assert receipts_since(history, "gone", moment(9), ()) == Receipt("c0", None, moment(9))


def test_every_answer_of_a_bounded_history_is_dated_alike() -> None:
    plain = line(0, 1, 9)
    history = apply_receipts(plain, [Receipt("c0", None, moment(3))])
    dated = history.line()
    assert days(history) == [3, 3, 9]
    assert history.head == dated[2]
    assert history.landing("c0") == history.landed("p") == dated[0]
    assert history.landing("c7") is None
    assert history.landed("q") is None
    assert [each.landing for each in history.changes("p")] == list(dated)
    assert [each.landing for each in history.changes("p", after=dated[0])] == list(dated[1:])
    assert [each.claimed for each in dated] == [each.claimed for each in plain.line()]
    assert history.read("1") == b"1"


def test_without_need_the_history_stays_the_same_value() -> None:
    plain = line(0, 1, 2)
    assert apply_receipts(plain, []) is plain
    assert apply_receipts(plain, [Receipt("c2", moment(2))]) is plain


def test_a_receipt_is_kept_apart_where_it_contradicts_a_claim_or_dates_a_landing_later() -> None:
    plain = line(0, 900, 2)
    ahead = Observation("c1", moment(3), None)
    belated = Observation("c0", moment(3), moment(2))
    agreeing = Observation("c2", moment(3), moment(1))
    assert moving(plain, Ledger(), [ahead, belated, agreeing]) == (ahead, belated)
    assert days(apply_receipts(plain, told(Ledger(clock={"c0": belated})))) == [2, 900, 900]


@pytest.mark.parametrize(
    ("time", "on"),
    [
        (datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 0, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_day_of_a_landing_is_the_calendar_day_in_utc(time: datetime, on: date) -> None:
    assert day(Landing("c", 0, time, time)) == on


CLAIMS = st.lists(st.integers(0, 9), min_size=1, max_size=7)
RECEIPTS = st.dictionaries(st.integers(0, 8), st.integers(0, 9))


BOUNDS = st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9))


@given(CLAIMS, st.lists(st.tuples(st.integers(0, 8), BOUNDS)))
def test_whatever_receipts_say_no_landing_is_dated_earlier_than_without_them(
    claims: list[int], receipts: list[tuple[int, tuple[int | None, int | None]]]
) -> None:
    plain = line(*claims)
    given_out = [
        Receipt(f"c{at}", *(None if bound is None else moment(bound) for bound in bounds))
        for at, bounds in receipts
    ]
    dated = days(apply_receipts(plain, given_out))
    assert dated == sorted(dated)
    assert all(one >= other for one, other in zip(dated, days(plain), strict=True))
    for at, (_, since) in receipts:
        assert since is None or all(each >= since for each in dated[at:])


@given(CLAIMS, RECEIPTS)
def test_each_landing_is_dated_by_its_claim_the_one_before_it_and_when_the_branch_was_without_it(
    claims: list[int], receipts: dict[int, int]
) -> None:
    given_out = [Receipt(f"c{at}", None, moment(bound)) for at, bound in receipts.items()]
    expected: list[float] = []
    for at, claim in enumerate(claims):
        expected.append(max([claim, *expected[-1:], receipts.get(at, 0)]))
    assert days(apply_receipts(line(*claims), given_out)) == expected
