"""Laws of the scan: whatever happened to files, it is told once, in order, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from schemareg.model import Entry, Kind, Landing, PathChange
from schemareg.model.errors import RegistryError
from schemareg.scan.layout import Layout, number_of
from schemareg.scan.layout_guess import propose
from schemareg.scan.published import Fate, published

if TYPE_CHECKING:
    from collections.abc import Iterator

Edits = list[dict[str, str | None]]

PATHS = [f"{schema}/{version}.json" for schema in "xy" for version in ("1-0-0", "1-0-1", "2-0-0")]
EDITS = st.lists(
    st.dictionaries(st.sampled_from([*PATHS, "x/README.md"]), st.none() | st.sampled_from("abc")),
    max_size=12,
)


def told(edits: Edits) -> Iterator[tuple[Landing, tuple[PathChange, ...]]]:
    """Landings that do what the edits say; what says nothing new is no change."""
    state: dict[str, str | None] = {}
    for ordinal, edit in enumerate(edits):
        time = datetime.fromtimestamp(86_400 * ordinal, UTC)
        landing = Landing(f"{ordinal:040}", ordinal, time, time)
        changes = [
            PathChange(landing, path, _entry(state.get(path)), _entry(id_))
            for path, id_ in sorted(edit.items())
            if id_ != state.get(path)
        ]
        state |= edit
        yield landing, tuple(changes)


def _entry(id_: str | None) -> Entry | None:
    return None if id_ is None else Entry(Kind.FILE, id_)


@given(EDITS)
def test_what_is_told_replays_to_what_there_is(edits: Edits) -> None:
    found = published(told(edits), Layout("{schema}/{version}.json"))
    last: dict[str, str | None] = {}
    for edit in edits:
        last |= {path: id_ for path, id_ in edit.items() if path in PATHS}
    ever = {path for edit in edits for path, id_ in edit.items() if id_ and path in PATHS}
    assert found.versions.keys() == ever
    assert {path: each.id if each.standing else None for path, each in found.versions.items()} == {
        path: id_ for path, id_ in last.items() if path in ever
    }
    replayed: dict[str, str] = {}
    for each in found.rewrites:
        path = each.version.path
        assert each.before == replayed.get(path, each.before)
        assert each.landing.ordinal > each.version.published.ordinal
        assert (each.fate is Fate.REWRITTEN) == (bool(each.after) and each.after != each.before)
        assert (each.fate is Fate.MOVED) == bool(each.to)
        replayed[path] = each.after or each.before


@given(EDITS)
def test_who_only_adds_is_blamed_for_nothing(edits: Edits) -> None:
    known: set[str] = set()
    added: Edits = []
    for edit in edits:
        new = {path: id_ for path, id_ in edit.items() if id_ and path not in known}
        known |= new.keys()
        added.append(dict(new))
    found = published(told(added), Layout("{schema}/{version}.json"))
    assert found.rewrites == []
    assert len(found.versions) == len(known & set(PATHS))


@given(EDITS)
def test_a_step_goes_up_to_what_stood_then(edits: Edits) -> None:
    found = published(told(edits), Layout("{schema}/{version}.json"))
    assert len({each.version.path for each in found.steps}) == len(found.steps)
    for each in found.steps:
        assert each.above.number.parts < each.version.number.parts
        assert each.above.schema == each.version.schema
        assert each.above.published.ordinal <= each.version.published.ordinal


_NAMES = st.sampled_from(
    ("a", "b", "schemas", "json", "com.acme", "v1", "v2", "1-0-0", "2024", "é")
)
_FILES = st.sampled_from(
    ("x.json", "1.0.0.json", "1-0-1", "order.v1.json", "order-1.2.json", "v3.yaml", "a.md", "2")
)
_PATHS = st.builds(
    lambda folders, file: "/".join((*folders, file)), st.lists(_NAMES, max_size=4), _FILES
)


@given(st.lists(_PATHS, min_size=1, max_size=8, unique=True))
def test_a_proposed_layout_is_that_of_some_versions(paths: list[str]) -> None:
    try:
        pattern = propose(paths)
    except RegistryError:
        return
    layout = Layout(pattern)
    matches = [match for each in paths if (match := layout.match(each))]
    assert any(number_of(each["version"]) for each in matches)
