"""Random lives of a registry against a plain model of the rules: no sequence breaks a promise unseen.

The model is written from the rules of time, not from the code: a promise is an announcement, its
window, and a day. Whatever happens is proposed first; the review must refuse it exactly when the
model does. What is refused is sometimes landed all the same, as by somebody who may: what follows
is judged no laxer for it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.stories import Chronicle, reviewed

from schemareg.model import Entry, Kind, Landing, PathChange
from schemareg.review.review import review
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemareg.model import Report

FOLDER = "products/orders"
FIELDS = ("email", "total", "note")
BEGIN = date(2026, 1, 1)


# --- a registry and its history in memory


def _id(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


class Memory:
    """The files of one state."""

    def __init__(self, files: Mapping[str, str], number: int) -> None:
        self._files = dict(files)
        self.label = f"state {number}"
        self.commit = f"{number:040}"

    def entry(self, path: str) -> Entry | None:
        if path in self._files:
            return Entry(Kind.FILE, _id(self._files[path]))
        below = [each for each in self._files.items() if not path or each[0].startswith(f"{path}/")]
        return Entry(Kind.FOLDER, _id(repr(sorted(below)))) if below else None

    def folder(self, path: str) -> dict[str, Entry]:
        start = f"{path}/" if path else ""
        names = {each[len(start) :].split("/")[0] for each in self._files if each.startswith(start)}
        found = {name: self.entry(start + name) for name in sorted(names)}
        return {name: entry for name, entry in found.items() if entry is not None}

    def read(self, path: str) -> bytes:
        return self._files[path].encode()

    def size(self, path: str) -> int:
        return len(self.read(path))


class Line:
    """A first-parent line in memory."""

    def __init__(self, states: Iterable[tuple[date, Mapping[str, str]]]) -> None:
        self._landings: list[Landing] = []
        self._changes: list[PathChange] = []
        self._contents: dict[str, bytes] = {}
        before: Mapping[str, str] = {}
        for number, (day, files) in enumerate(states):
            moment = datetime.combine(day, time(12), UTC)
            landing = Landing(f"{number:040}", number, moment, moment)
            self._landings.append(landing)
            for path in sorted({*before, *files}):
                if before.get(path) != files.get(path):
                    entries = [self._entry(each.get(path)) for each in (before, files)]
                    self._changes.append(PathChange(landing, path, *entries))
            before = files

    def _entry(self, text: str | None) -> Entry | None:
        if text is None:
            return None
        self._contents[_id(text)] = text.encode()
        return Entry(Kind.FILE, _id(text))

    @property
    def head(self) -> Landing | None:
        return self._landings[-1] if self._landings else None

    def line(self) -> tuple[Landing, ...]:
        return tuple(self._landings)

    def landing(self, commit: str) -> Landing | None:
        return next((each for each in self._landings if each.commit == commit), None)

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        return tuple(
            each
            for each in self._changes
            if (not path or each.path == path or each.path.startswith(f"{path}/"))
            and (after is None or each.landing.ordinal > after.ordinal)
        )

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        return tuple(each for each in self._changes if f"/{name}/" in each.path)

    def landed(self, path: str) -> Landing | None:
        came = None
        for change in self.changes(path):
            if change.before is None:
                came = change.landing
            if change.after is None:
                came = None
        return came

    def read(self, id_: str) -> bytes:
        return self._contents[id_]

    def fetch(self, ids: Iterable[str]) -> None:
        pass


# --- the rules, plainly


@dataclass
class Announced:
    """What counts of an announcement."""

    landed: date
    sunset: date | None
    window: int

    def over(self, today: date) -> bool:
        if self.sunset is None:
            return False
        return today >= max(self.sunset, self.landed + timedelta(days=self.window))


@dataclass
class Promise:
    """One field of the line."""

    there: bool = True
    was_there: bool = True
    """Whether any version promised it."""
    file: bool = False
    sunset: date | None = None
    """What the file says."""
    counts: Announced | None = None
    """None with a file: the field came back since, and the file speaks of the first one."""

    def released(self, today: date) -> bool:
        return self.counts is not None and self.counts.over(today)


@dataclass
class World:
    """All of it, as the rules see it."""

    window: int = 30
    """What the policy asks for."""
    given_up: list[tuple[date, int]] = field(default_factory=list)
    """The windows that a policy asked for before, and when that landed."""
    promises: dict[str, Promise] = field(
        default_factory=lambda: {
            "email": Promise(),
            "total": Promise(),
            "note": Promise(there=False, was_there=False),
        }
    )

    def asked(self, today: date) -> int:
        """The window of what is announced on a day: one that was shortened counts for its length."""
        lately = (days for day, days in self.given_up if today < day + timedelta(days=days))
        return max(self.window, *lately, 0)


class Registry(RuleBasedStateMachine):
    """Proposes, compares with the model, lands."""

    def __init__(self) -> None:
        super().__init__()
        self.today = BEGIN
        self.minor = 0
        self.world = World()
        self.files: dict[str, str] = {}
        self.states: list[tuple[date, dict[str, str]]] = []
        self.proposals: list[tuple[int, dict[str, str], date, tuple[str, ...]]] = []

    @initialize()
    def begin(self) -> None:
        self.files = {
            "registry.yaml": self._policy(),
            f"{FOLDER}/product.yaml": json.dumps(
                {"title": "Orders", "owner": {"team": "x"}, "schemas": {"order": {}}}
            ),
            self._version(): self._schema({"email": "string", "total": "string"}),
        }
        self._land()

    # -- what may happen

    @rule(days=st.sampled_from([1, 2, 9, 10, 11, 29, 30, 31, 60]))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(window=st.sampled_from([0, 10, 30, 90]))
    def change_the_policy(self, window: int) -> None:
        before = self.world.window
        self.world.window = window
        self.files["registry.yaml"] = self._policy()
        self.world.window = before
        self._settle(legal=True, forced=False)
        if window != before:
            self.world.given_up.append((self.today, before))
        self.world.window = window

    @rule(
        name=st.sampled_from(FIELDS),
        days=st.none() | st.sampled_from([-5, 0, 9, 10, 29, 30, 31, 89, 90, 120]),
        forced=st.booleans(),
    )
    def announce(self, name: str, days: int | None, forced: bool) -> None:
        """Write a deprecation, or write its day anew."""
        promise = self.world.promises[name]
        sunset = None if days is None else self.today + timedelta(days=days)
        window = self.world.asked(self.today)
        long_enough = sunset is None or sunset >= self.today + timedelta(days=window)
        if promise.file and promise.sunset == sunset:
            return
        legal, counts = True, promise.counts
        anew = Announced(self.today, sunset, window)
        if not promise.file:
            if not promise.there:
                return  # there is nothing to announce the end of
            legal, counts = long_enough, anew
        elif promise.counts is None:  # the file spoke of a field that went and came back
            if not promise.there:
                return
            legal, counts = long_enough, anew
        elif sunset is None or (promise.sunset is not None and sunset > promise.sunset):
            counts = Announced(promise.counts.landed, sunset, promise.counts.window)
        else:  # a first day, or an earlier one
            legal, counts = long_enough, anew
        self.files[self._file(name)] = self._said(name, sunset)
        if self._settle(legal=legal, forced=forced):
            promise.file, promise.sunset, promise.counts = True, sunset, counts

    @rule(name=st.sampled_from(FIELDS), forced=st.booleans())
    def withdraw(self, name: str, forced: bool) -> None:
        promise = self.world.promises[name]
        if not promise.file:
            return
        del self.files[self._file(name)]
        if self._settle(legal=not promise.released(self.today), forced=forced):
            promise.file, promise.sunset, promise.counts = False, None, None

    @rule(name=st.sampled_from(FIELDS), forced=st.booleans())
    def take_a_field_out(self, name: str, forced: bool) -> None:
        if self.world.promises[name].there:
            self._release({name: False}, forced)

    @rule(name=st.sampled_from(FIELDS), forced=st.booleans())
    def put_a_field_in(self, name: str, forced: bool) -> None:
        if not self.world.promises[name].there:
            self._release({name: True}, forced)

    @rule(forced=st.booleans())
    def change_words(self, forced: bool) -> None:
        self._release({}, forced)

    @rule(name=st.sampled_from(FIELDS))
    def announce_and_take_out_at_once(self, name: str) -> None:
        promise = self.world.promises[name]
        if not promise.there or promise.file:
            return
        sunset = self.today + timedelta(days=self.world.asked(self.today))
        self.files[self._file(name)] = self._said(name, sunset)
        self._propose_release({name: False})
        self._settle(legal=False, forced=False)
        self.minor -= 1

    @precondition(lambda self: self.world.asked(self.today) > 0)
    @rule(name=st.sampled_from(FIELDS))
    def shorten_the_window_and_announce_at_once(self, name: str) -> None:
        promise = self.world.promises[name]
        if not promise.there or promise.file:
            return
        window, self.world.window = self.world.window, 0
        self.files["registry.yaml"] = self._policy()
        self.world.window = window
        self.files[self._file(name)] = self._said(name, self.today)
        self._settle(legal=False, forced=False)

    # -- how it is judged

    def _release(self, fields: dict[str, bool], forced: bool) -> None:
        there = {name: each.there for name, each in self.world.promises.items()} | fields
        legal = all(
            there[name] or not promise.was_there or promise.released(self.today)
            for name, promise in self.world.promises.items()
        )
        self._propose_release(fields)
        if not self._settle(legal=legal, forced=forced):
            self.minor -= 1
            return
        for name, now in fields.items():
            promise = self.world.promises[name]
            if now and promise.was_there and promise.file:
                promise.counts = None  # a new field: what was said of the old one is void
            promise.there = now
            promise.was_there = promise.was_there or now

    def _propose_release(self, fields: dict[str, bool]) -> None:
        there = {name: each.there for name, each in self.world.promises.items()} | fields
        self.minor += 1
        kept = {name: "string" for name, here in there.items() if here}
        self.files[self._version()] = self._schema(kept, f"Edition {self.minor}")

    def _settle(self, *, legal: bool, forced: bool) -> bool:
        """Judge what is proposed; land it if it passes, or is forced. Whether it landed."""
        report = self._reviewed()
        found = tuple(sorted((each.severity.value, each.rule) for each in report.findings))
        told = tuple(f"{severity} {name}" for severity, name in found)
        assert (report.verdict == "pass") == legal, (self.today, legal, told, self.files)
        self.proposals.append((len(self.states) - 1, dict(self.files), self.today, told))
        if legal or forced:
            self._land()
            return True
        self.files = dict(self.states[-1][1])
        return False

    def _reviewed(self) -> Report:
        number = len(self.states)
        base = Memory(self.states[-1][1], number - 1)
        line = Line(self.states)
        head = Memory(self.files, number)
        return review(Snapshot(base), Snapshot(head), self.today, history=lambda: line)

    def _land(self) -> None:
        self.states.append((self.today, dict(self.files)))

    @invariant()
    def what_landed_stays(self) -> None:
        if self.states:
            assert self.files == self.states[-1][1]

    # -- texts

    def _policy(self) -> str:
        return f"version: 1\ndeprecation: {{window: {self.world.window}d}}\n"

    def _version(self) -> str:
        return f"{FOLDER}/schemas/order/1.{self.minor}.0.json"

    def _file(self, name: str) -> str:
        return f"{FOLDER}/deprecations/{name}.yaml"

    def _said(self, name: str, sunset: date | None) -> str:
        value = {"target": f"orders/order#{name}", "reason": "It goes."}
        if sunset is not None:
            value["sunset"] = sunset.isoformat()
        return json.dumps(value)

    def _schema(self, fields: dict[str, str], words: str = "The first") -> str:
        properties: dict[str, Any] = {"id": {"type": "string"}}
        properties |= {name: {"type": kind} for name, kind in sorted(fields.items())}
        return json.dumps(
            {
                "description": words,
                "type": "object",
                "properties": properties,
                "required": ["id"],
            }
        )


class RegistryInGit(Registry):
    """The same, and every proposal judged once more in a real repository."""

    def teardown(self) -> None:
        chronicle, tips = Chronicle(), [0]
        for day, files in self.states:
            tips.append(chronicle.commit("main", files, day, after=tips[-1]))
        for number, (base, files, _, _) in enumerate(self.proposals):
            chronicle.commit(f"proposal-{number}", files, BEGIN, after=tips[base + 1])
        with tempfile.TemporaryDirectory() as folder:
            chronicle.write(Path(folder) / "registry.git")
            for number, (_, _, day, told) in enumerate(self.proposals):
                head = f"proposal-{number}"
                report = reviewed(Path(folder) / "registry.git", day, f"{head}~1", head)
                found = sorted((each.severity.value, each.rule) for each in report.findings)
                assert tuple(f"{severity} {name}" for severity, name in found) == told


_QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much]
TestRegistry = Registry.TestCase
TestRegistry.settings = settings(
    max_examples=120, stateful_step_count=25, deadline=None, suppress_health_check=_QUIET
)
TestRegistryInGit = RegistryInGit.TestCase
TestRegistryInGit.settings = settings(
    max_examples=4, stateful_step_count=12, deadline=None, suppress_health_check=_QUIET
)
