"""An attacker against a plain model of what readers were promised: nothing breaks with exit 0.

The attacker opens pull requests and pushes other branches, tags and `refs/reg/*`. Each proposal is
judged by the installed command in a real repository, and merged when it exits with 0. The model is
written from the rules of time, not from the code. It knows what readers rely on, not what the
command says: a proposal may be refused for other reasons, but what is merged must keep every promise.

    REG_LONG=1 pytest tests/properties/test_adversary.py      a long search
"""

from __future__ import annotations

import copy
import json
import os
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.adversary import BEGIN, PRODUCT, Answer, Origin

VICTIMS = ("email", "customer.phone")
WINDOWS = {"draft": 0, "beta": 14, "stable": 90}
STABILITIES = tuple(WINDOWS)
FOREVER = date.max


# --- what readers were promised


@dataclass
class Announced:
    """A deprecation that landed: what may go, from when."""

    field: str
    line: int | None
    sunset: date | None
    landed: date
    readers: frozenset[str]
    """The consumers who read it when it landed."""


@dataclass
class Promises:
    """The registry as its readers know it."""

    lines: dict[int, list[dict[str, str]]] = field(default_factory=dict)
    """The types of the fields of each version, by major line, oldest first."""
    since: dict[tuple[int, str], date] = field(default_factory=dict)
    """The day from which a line has a field without a gap."""
    announced: dict[str, Announced] = field(default_factory=dict)
    consumers: dict[str, frozenset[str]] = field(default_factory=dict)
    acks: dict[tuple[str, str], date] = field(default_factory=dict)
    stability: str = "stable"
    firmest: str = "stable"
    windows: list[tuple[date, int]] = field(default_factory=list)
    """The window of a stable product from each day on, as landed."""
    loosened: date = FOREVER
    """The day on which the level or the scope of the policy was loosened."""

    def window(self, today: date) -> int:
        """Days that readers have: a policy counts until its own window after its end is over."""
        own = WINDOWS[self.firmest]
        if self.firmest != "stable":
            return own
        ends = [day for day, _ in self.windows[1:]] + [FOREVER]
        return max(
            days
            for (_, days), end in zip(self.windows, ends, strict=True)
            if end == FOREVER or today < end + timedelta(days=days)
        )

    def released(self, name: str, line: int, today: date) -> bool:
        """Whether a line may lose a field, or another promise of it, on a day."""
        return any(
            self._over(each, name, line, today)
            for each in self.announced.values()
            if (not each.field or name == each.field or name.startswith(f"{each.field}."))
            and each.line in (None, line)
        )

    def _ended(self, line: int, today: date) -> bool:
        """Whether nobody is promised anything of a line: that the whole of it goes was announced."""
        whole = [each for each in self.announced.values() if not each.field]
        return any(
            self._over(each, name, line, today)
            for each in whole
            if each.line in (None, line)
            for name in self.lines[line][-1]
        )

    def _over(self, said: Announced, name: str, line: int, today: date) -> bool:
        begin = max(said.landed, self.since[line, name])
        agreed = bool(said.readers) and all(
            self.acks.get((reader, name), date.min) >= said.landed for reader in said.readers
        )
        if agreed:
            return True
        end = begin + timedelta(days=self.window(today))
        return said.sunset is not None and today >= max(said.sunset, end)

    def broken(self, line: int, new: dict[str, str], today: date) -> list[str]:
        """The promises that a new version of a line breaks."""
        if self.firmest == "draft" or today >= self._free(today):
            return []
        older = self.lines.get(line, [])
        if older and self._ended(line, today):
            return []
        return sorted(
            name
            for name, kind in (older[-1] if older else {}).items()
            if (name not in new and not self.released(name, line, today))
            or (name in new and new[name] != kind)
        )

    def _free(self, today: date) -> date:
        if self.loosened == FOREVER:
            return FOREVER
        return self.loosened + timedelta(days=self.window(today))

    def release(self, line: int, new: dict[str, str], today: date) -> None:
        """A version landed."""
        older = self.lines.setdefault(line, [])
        for name in new:
            if not older or name not in older[-1]:
                self.since[line, name] = today
        older.append(new)


# --- the registry as files


def policy(window: int, level: str = "FULL", scope: str = "supported") -> str:
    windows = f"{{draft: 0d, beta: 14d, stable: {window}d}}"
    return (
        f"version: 1\ncompatibility: {{level: {level}, scope: {scope}}}\n"
        f"deprecation: {{window: {windows}}}\n"
    )


def product(stability: str) -> str:
    words = {"title": "Orders", "owner": {"team": "checkout"}, "schemas": {"order": {}}}
    return json.dumps({**words, "stability": stability})


def schema(fields: dict[str, str]) -> str:
    properties: dict[str, Any] = {"id": {"type": "string"}}
    for name, kind in sorted(fields.items()):
        outer, _, inner = name.rpartition(".")
        owner = properties
        if outer:
            owner = properties.setdefault(outer, {"type": "object", "properties": {}})["properties"]
        owner[inner] = {"type": kind}
    return json.dumps({"type": "object", "properties": properties, "required": ["id"]})


def deprecation(name: str, line: int | None, sunset: date | None) -> str:
    revision = "" if line is None else f"@{line}"
    value = {"target": f"orders/order{revision}{f'#{name}' if name else ''}", "reason": "It goes."}
    return json.dumps(value if sunset is None else {**value, "sunset": sunset.isoformat()})


def consumer(team: str, reads: frozenset[str], acks: tuple[str, ...] = ()) -> str:
    value: dict[str, Any] = {"team": team, "uses": [{"schema": "orders/order"}]}
    if reads:
        value["uses"][0]["fields"] = sorted(reads)
    if acks:
        value["acks"] = [f"orders/order#{each}" for each in acks]
    return json.dumps(value)


class Attacker(RuleBasedStateMachine):
    """Proposes, is judged, and lands what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.today = BEGIN
        self.story: list[str] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(
        victim=st.sampled_from(VICTIMS),
        stability=st.sampled_from(["stable", "stable", "beta", "draft"]),
        readers=st.booleans(),
    )
    def begin(self, victim: str, stability: str, readers: bool) -> None:
        self.victim = victim
        first = {"email": "string", "note": "string", "total": "number", "customer.phone": "string"}
        files = {
            "registry.yaml": policy(90),
            f"{PRODUCT}/product.yaml": product(stability),
            f"{PRODUCT}/schemas/order/1.0.0.json": schema(first),
        }
        self.model = Promises(
            stability=stability, firmest=stability, windows=[(BEGIN, WINDOWS["stable"])]
        )
        if readers:
            self.model.consumers = {
                "billing": frozenset({victim, "total"}),
                "shop": frozenset({victim}),
            }
            for name, reads in self.model.consumers.items():
                files[f"{PRODUCT}/consumers/{name}.yaml"] = consumer(name, reads)
        self.model.release(1, first, BEGIN)
        self.origin = Origin(Path(self.folder.name) / "registry.git", files)

    # -- time, and pushes that nobody judges

    @rule(days=st.sampled_from([1, 13, 14, 89, 90]))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.story.append(f"wait {days}")

    @rule(name=st.sampled_from(["heads/pull/7/merge", "tags/pull/7/merge", "heads/origin/main"]))
    def push_a_name(self, name: str) -> None:
        """A branch or a tag that looks like what a forge or a remote has."""
        commit = self.origin.commit(self.origin.files, self.origin.tip, on=self.today)
        merge = self.origin.commit(self.origin.files, commit, self.origin.tip, on=self.today)
        self.origin.point(f"refs/{name}", merge)
        self.story.append(f"push refs/{name}")

    # -- pull requests

    @rule(
        how=st.sampled_from(["drop", "drop", "drop", "retype", "rename", "restore"]),
        line=st.sampled_from([1, 1, 2]),
        shape=st.sampled_from(["plain", "swapped", "early", "stacked"]),
    )
    def release(self, how: str, line: int, shape: str) -> None:
        name = self.victim
        known = self.model.lines.get(line)
        new = dict(known[-1] if known else self.model.lines[1][0])
        if how == "drop":
            new.pop(name, None)
        elif how == "retype" and name in new:
            new[name] = "integer"
        elif how == "rename" and name in new:
            new[f"{name}_2"] = new.pop(name)
        elif how == "restore":
            new = dict(self.model.lines[1][0]) | {f"extra_{len(known or ())}": "string"}
        number = f"{line}.{len(known or ())}.0"
        files = {f"{PRODUCT}/schemas/order/{number}.json": schema(new)}
        broken = self.model.broken(line, new, self.today) if known else []
        after = copy.deepcopy(self.model)
        after.release(line, new, self.today)
        self._propose(files, after, f"{how} {name} in {number} ({shape})", broken, shape)

    @rule(
        whole=st.sampled_from([False, False, True]),
        line=st.sampled_from([None, None, 1, 2]),
        days=st.sampled_from([None, 0, 14, 90, 90, 200]),
        file=st.sampled_from(["a", "a", "b"]),
        shape=st.sampled_from(["plain", "early", "swapped"]),
    )
    def announce(
        self, whole: bool, line: int | None, days: int | None, file: str, shape: str
    ) -> None:
        """Write a deprecation: a new file, or one that is there already."""
        name = "" if whole else self.victim
        sunset = None if days is None else self.today + timedelta(days=days)
        path = f"{PRODUCT}/deprecations/{file}.yaml"
        after = copy.deepcopy(self.model)
        readers = frozenset(
            team
            for team, reads in after.consumers.items()
            if not name or not reads or any(_related(each, name) for each in reads)
        )
        said, before = Announced(name, line, sunset, self.today, readers), after.announced.get(path)
        if before and (before.field, before.line) == (name, line):
            later = sunset is None or (before.sunset is not None and sunset >= before.sunset)
            if later:
                said.landed, said.readers = before.landed, before.readers
        after.announced[path] = said
        what = f"deprecate {name or 'order'} of line {line or 'any'} by {sunset} in {path}"
        self._propose({path: deprecation(name, line, sunset)}, after, what, [], shape)

    @rule(number=st.integers(0, 3), how=st.sampled_from(["delete", "rename"]))
    def take_back(self, number: int, how: str) -> None:
        if not self.model.announced:
            return
        path = sorted(self.model.announced)[number % len(self.model.announced)]
        after = copy.deepcopy(self.model)
        said = after.announced.pop(path)
        files: dict[str, str | None] = {path: None}
        if how == "rename":
            other = path.replace(".yaml", "-2.yaml")
            files[other] = str(self.origin.files[path])
            said.landed = self.today
            after.announced[other] = said
        self._propose(files, after, f"{how} {path}", [])

    @rule(
        path=st.sampled_from(
            [
                "deprecations/NOTES.md",
                "deprecations/.gitkeep",
                "deprecations/x.yml",
                "deprecations/old/x.yaml",
                "consumers/NOTES.md",
                "schemas/order/NOTES.md",
            ]
        )
    )
    def leave_an_odd_file(self, path: str) -> None:
        """What is no fact says what a fact would."""
        text = deprecation(self.victim, None, BEGIN)
        if path.startswith("consumers"):
            text = consumer("sham", frozenset({self.victim}), (self.victim,))
        files = {f"{PRODUCT}/{path}": text}
        self._propose(files, copy.deepcopy(self.model), f"put {path}", [])

    @rule(
        window=st.sampled_from([0, 90]),
        level=st.sampled_from(["FULL", "FULL", "NONE", "BACKWARD"]),
        scope=st.sampled_from(["supported", "latest"]),
    )
    def change_the_policy(self, window: int, level: str, scope: str) -> None:
        after = copy.deepcopy(self.model)
        after.windows.append((self.today, window))
        if (level, scope) == ("FULL", "supported"):
            after.loosened = FOREVER
        elif after.loosened == FOREVER:
            after.loosened = self.today
        files = {"registry.yaml": policy(window, level, scope)}
        self._propose(files, after, f"policy {window}d {level} {scope}", [])

    @rule(stability=st.sampled_from(STABILITIES))
    def change_the_stability(self, stability: str) -> None:
        after = copy.deepcopy(self.model)
        after.stability = stability
        after.firmest = max(after.firmest, stability, key=STABILITIES.index)
        files = {f"{PRODUCT}/product.yaml": product(stability)}
        self._propose(files, after, f"stability {stability}", [])

    @rule(
        team=st.sampled_from(["billing", "shop", "sham"]),
        how=st.sampled_from(["agree", "agree", "narrow", "delete", "rename", "join"]),
    )
    def touch_a_consumer(self, team: str, how: str) -> None:
        """Edits of files that belong to other people."""
        name = self.victim
        after = copy.deepcopy(self.model)
        path = f"{PRODUCT}/consumers/{team}.yaml"
        files: dict[str, str | None] = {}
        reads = after.consumers.get(team)
        if how == "join":
            after.consumers[team] = frozenset({name})
            files[path] = consumer(team, frozenset({name}), (name,))
            after.acks[team, name] = self.today
        elif reads is None:
            return
        elif how == "agree":
            files[path] = consumer(team, reads, (name,))
            after.acks = {each: day for each, day in after.acks.items() if each[0] != team}
            after.acks[team, name] = self.model.acks.get((team, name), self.today)
        elif how == "narrow":
            after.consumers[team] = frozenset({"total"})
            files[path] = consumer(team, frozenset({"total"}))
        elif how == "delete":
            del after.consumers[team]
            files[path] = None
        else:
            files[path] = consumer(f"{team}-2", reads)
        answer = self._propose(files, after, f"{team}: {how} {name}", [])
        if answer.code == 0 and how == "agree":
            assert "consent-given" in answer.notices or after.acks == self.model.acks, self.story

    # -- how it is judged

    def _propose(
        self,
        edits: dict[str, str] | dict[str, str | None],
        after: Promises,
        what: str,
        broken: list[str],
        shape: str = "plain",
    ) -> Answer:
        """Judge a proposal; land it if the gate exits with 0, which must break nothing."""
        origin = self.origin
        files = {**origin.files, **edits}
        kept = {path: text for path, text in files.items() if text is not None}
        claimed = self.today - timedelta(days=400) if shape == "early" else self.today
        head = origin.commit(kept, origin.tip, on=claimed)
        if shape == "swapped":
            head = origin.commit(kept, head, origin.tip, on=self.today)
        elif shape == "stacked":
            head = origin.commit(kept, head, on=self.today)
        origin.point("refs/heads/change", head)
        answer = origin.check(self.today)
        self.story.append(f"{self.today} {what}: {answer.code} {sorted(answer.rules)}")
        assert answer.code in (0, 1, 2, 3), (self.story, answer.err)
        if answer.code == 0:
            assert not broken, (broken, self.story)
            origin.merge(head, kept, self.today)
            self.model = after
        return answer


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


_LONG = bool(os.environ.get("REG_LONG"))
TestAttacker = Attacker.TestCase
TestAttacker.settings = settings(
    max_examples=400 if _LONG else 12,
    stateful_step_count=40 if _LONG else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
