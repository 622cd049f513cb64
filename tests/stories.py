"""Stories of a registry, told in lines and landed in a real repository: who announced what, when.

A story is a list of landings, each a day and lines such as::

    release 1.1.0 without email with note=string
    deprecate orders/order#email 2026-06-01 replacement orders/order#mail
    deprecate orders/order#status open loosens values
    undeprecate orders/order#email
    restate orders/order#email 2026-07-01
    consumer billing reads email,customer.phone versions ^1 acks orders/order#email
    stability beta
    product {"service-levels": {"freshness": "1h"}}
    policy deprecation: {window: 7d}
    waive removed-before-sunset until 2026-07-01
    delete products/orders/README.md
    another returns {"stability": "beta"}

The registry begins on 2026-01-01 with the product `orders` and version 1.0.0 of its schema `order`.
"""

from __future__ import annotations

import copy
import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from schemareg.adapters.git.repository import open_repository
from schemareg.adapters.history.history import history
from schemareg.review.review import review
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from schemareg.model import History, Report

BEGIN = date(2026, 1, 1)
FOLDER = "products/orders"
FIRST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "email": {"type": "string"},
        "status": {"enum": ["placed", "shipped", "cancelled"]},
        "total": {"type": "number", "minimum": 0},
        "customer": {
            "type": "object",
            "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
        },
    },
    "required": ["id", "status"],
}


@dataclass
class Shop:
    """The files of the registry as a story goes on."""

    files: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=lambda: {"stability": "stable"})
    fingerprint: Callable[[str], str] = str

    def begin(self) -> None:
        self.files["registry.yaml"] = "version: 1\n"
        self._describe()
        self._release("1.0.0", copy.deepcopy(FIRST))

    def tell(self, lines: str) -> None:
        """Let happen what the lines say."""
        for line in filter(None, (each.strip() for each in lines.splitlines())):
            verb, _, rest = line.partition(" ")
            getattr(self, f"_{verb}_line")(rest)

    def _describe(self) -> None:
        words = {"title": "Orders", "owner": {"team": "checkout"}, "schemas": {"order": {}}}
        self.files[f"{FOLDER}/product.yaml"] = json.dumps(words | self.head)

    def _release(self, version: str, schema: dict[str, Any]) -> None:
        self.schemas[version] = schema
        self.files[f"{FOLDER}/schemas/order/{version}.json"] = json.dumps(schema, indent=2)

    def _release_line(self, rest: str) -> None:
        version, *words = rest.split()
        said = dict(zip(words[::2], words[1::2], strict=True))
        older = said.pop("from", list(self.schemas)[-1])
        schema = copy.deepcopy(self.schemas[older])
        for key, text in said.items():
            for each in text.split(","):
                _EDITS[key](schema, each)
        self._release(version, schema)

    def _deprecate_line(self, rest: str) -> None:
        target, day, *words = rest.split()
        said = dict(zip(words[::2], words[1::2], strict=True))
        name = said.pop("as", "".join(c if c.isalnum() else "-" for c in target))
        value = {"target": target, "reason": "It goes.", **said}
        if day != "open":
            value["sunset"] = day
        self.files[f"{FOLDER}/deprecations/{name}.yaml"] = json.dumps(value)

    def _restate_line(self, rest: str) -> None:
        target, day, *words = rest.split()
        path = self._said(target)
        value = json.loads(self.files[path])
        value.pop("sunset", None)
        value |= dict(zip(words[::2], words[1::2], strict=True))
        if day != "open":
            value["sunset"] = day
        self.files[path] = json.dumps(value)

    def _undeprecate_line(self, target: str) -> None:
        del self.files[self._said(target)]

    def _said(self, target: str) -> str:
        (found,) = (
            path
            for path, text in self.files.items()
            if "/deprecations/" in path and json.loads(text)["target"] == target
        )
        return found

    def _consumer_line(self, rest: str) -> None:
        name, *words = rest.split()
        said = dict(zip(words[::2], words[1::2], strict=True))
        use: dict[str, Any] = {"schema": "orders/order"}
        if said.get("reads", "all") != "all":
            use["fields"] = said["reads"].split(",")
        if "versions" in said:
            use["versions"] = said["versions"]
        value: dict[str, Any] = {"team": name, "uses": [use]}
        for key in ("acks", "channels"):
            if key in said:
                value[key] = said[key].split(",")
        self.files[f"{FOLDER}/consumers/{name}.yaml"] = json.dumps(value)

    def _stability_line(self, stability: str) -> None:
        self.head["stability"] = stability
        self._describe()

    def _product_line(self, text: str) -> None:
        self.head |= json.loads(text)
        self._describe()

    def _another_line(self, rest: str) -> None:
        """Another product, with the same schema."""
        name, _, text = rest.partition(" ")
        head = {"title": name, "owner": {"team": name}, "schemas": {"order": {}}}
        self.files[f"products/{name}/product.yaml"] = json.dumps(head | json.loads(text))
        self.files[f"products/{name}/schemas/order/1.0.0.json"] = json.dumps(FIRST, indent=2)

    def _policy_line(self, text: str) -> None:
        self.files["registry.yaml"] = f"version: 1\n{text}\n"

    def _waive_line(self, rest: str) -> None:
        rule, _, until = rest.partition(" until ")
        fingerprint = self.fingerprint(rule)
        value = {
            "fingerprint": fingerprint,
            "rule": rule,
            "reason": "An emergency.",
            "approver": "hub",
            "until": until,
        }
        self.files[f"{FOLDER}/waivers/{fingerprint}.yaml"] = json.dumps(value)

    def _delete_line(self, path: str) -> None:
        for each in [name for name in self.files if name == path or name.startswith(f"{path}/")]:
            del self.files[each]

    def _nothing_line(self, _: str) -> None:
        """A landing that changes nothing of the registry."""


def _owner(schema: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *above, name = path.split(".")
    for step in above:
        schema = schema["properties"][step.removesuffix("[]")]
        schema = schema["items"] if step.endswith("[]") else schema
    return schema, name


def _without(schema: dict[str, Any], path: str) -> None:
    owner, name = _owner(schema, path)
    del owner["properties"][name]
    if name in owner.get("required", ()):
        owner["required"].remove(name)


def _with(schema: dict[str, Any], text: str) -> None:
    path, _, kind = text.partition("=")
    owner, name = _owner(schema, path)
    owner["properties"][name] = {"type": kind}


def _list(schema: dict[str, Any], text: str) -> None:
    path, _, names = text.partition("=")
    owner, name = _owner(schema, path)
    fields = {each: {"type": "string"} for each in names.split("|")}
    owner["properties"][name] = {"type": "array", "items": {"properties": fields}}


def _values(schema: dict[str, Any], text: str) -> None:
    path, _, values = text.partition("=")
    owner, name = _owner(schema, path)
    owner["properties"][name]["enum"] = values.split("|")


def _minimum(schema: dict[str, Any], text: str) -> None:
    path, _, number = text.partition("=")
    owner, name = _owner(schema, path)
    owner["properties"][name]["minimum"] = int(number)


def _unit(schema: dict[str, Any], text: str) -> None:
    path, _, unit = text.partition("=")
    owner, name = _owner(schema, path)
    owner["properties"][name]["unit"] = unit


def _format(schema: dict[str, Any], text: str) -> None:
    path, _, name_of_format = text.partition("=")
    owner, name = _owner(schema, path)
    owner["properties"][name]["format"] = name_of_format


def _says(schema: dict[str, Any], text: str) -> None:
    path, _, said = text.partition("=")
    keyword, _, value = said.partition(":")
    owner, name = _owner(schema, path)
    owner["properties"][name][keyword] = value


def _required(schema: dict[str, Any], path: str) -> None:
    owner, name = _owner(schema, path)
    owner["required"] = [*owner.get("required", ()), name]


def _optional(schema: dict[str, Any], path: str) -> None:
    owner, name = _owner(schema, path)
    owner["required"].remove(name)


_EDITS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "without": _without,
    "with": _with,
    "list": _list,
    "values": _values,
    "minimum": _minimum,
    "unit": _unit,
    "format": _format,
    "says": _says,
    "required": _required,
    "optional": _optional,
}


class Chronicle:
    """Commits, as the input of `git fast-import`; the day of each is what its committer claims."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._marks = 0
        self._known: dict[int, dict[str, str]] = {0: {}}

    def commit(
        self, branch: str, files: dict[str, str], on: date, *, after: int = 0, merging: int = 0
    ) -> int:
        """A commit whose files are these, on top of another; its mark."""
        self._marks += 1
        moment = int(datetime.combine(on, time(12), UTC).timestamp())
        self._add(f"commit refs/heads/{branch}\nmark :{self._marks}\n")
        self._add(f"committer Ada Lovelace <ada@example.com> {moment} +0000\n")
        self._add("data 6\nChange\n")
        if after:
            self._add(f"from :{after}\n")
        if merging:
            self._add(f"merge :{merging}\n")
        before = self._known[after]
        for path in before.keys() - files.keys():
            self._add(f"D {path}\n")
        for path, text in files.items():
            if before.get(path) != text:
                data = text.encode()
                self._add(f"M 100644 inline {path}\ndata {len(data)}\n")
                self._lines += [data, b"\n"]
        self._known[self._marks] = dict(files)
        return self._marks

    def write(self, folder: Path) -> None:
        """Have all of it in a new bare repository."""
        quiet = ("git", "-C", str(folder))
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
        text = b"".join(self._lines)
        subprocess.run([*quiet, "fast-import", "--quiet", "--force"], input=text, check=True)

    def _add(self, text: str) -> None:
        self._lines.append(text.encode())


Landings = "Sequence[tuple[str, str]]"


def parted(landings: Sequence[dict[Any, str]]) -> list[tuple[str, str]]:
    """The landings of a story as YAML writes them: one key each, the day."""
    return [(str(day), lines or "") for each in landings for day, lines in each.items()]


def landed(
    landings: Sequence[tuple[str, str]], change: str, shop: Shop, *, aside: str = ""
) -> Chronicle:
    """The landings on `main`, then a commit on `change`; what happens `aside` lands nowhere.

    A day is `2026-03-01`, or `2026-03-01 merging 2026-01-02`: a merge commit of a branch whose own
    commit claims the second day.
    """
    shop.begin()
    chronicle = Chronicle()
    tip = chronicle.commit("main", shop.files, BEGIN)
    if aside:
        other = copy.deepcopy(shop)
        other.tell(aside)
        chronicle.commit("aside", other.files, BEGIN, after=tip)
    for days, lines in landings:
        shop.tell(lines)
        day, _, earlier = days.partition(" merging ")
        side = 0
        if earlier:
            side = chronicle.commit("side", shop.files, date.fromisoformat(earlier), after=tip)
        tip = chronicle.commit("main", shop.files, date.fromisoformat(day), after=tip, merging=side)
    shop.tell(change)
    chronicle.commit("change", shop.files, date(2026, 1, 2), after=tip)
    return chronicle


@contextmanager
def states(
    folder: Path, base: str = "main", head: str = "change"
) -> Iterator[tuple[Snapshot, Snapshot, History]]:
    """Two states of a repository, and the landings up to the first."""
    with open_repository(folder) as repository, history(folder, base) as line:
        yield Snapshot(repository.files_at(base)), Snapshot(repository.files_at(head)), line


def reviewed(folder: Path, today: date, base: str = "main", head: str = "change") -> Report:
    """What the review says of a change, on a day."""
    with states(folder, base, head) as (before, after, line):
        return review(before, after, today, history=lambda: line)


def told(report: Report) -> list[str]:
    """Each finding in short, sorted: severity, rule, field; `waived` after one that is."""
    return sorted(
        " ".join(
            filter(
                None,
                (
                    each.severity.value,
                    each.rule,
                    each.field,
                    "waived" if each.waived else "",
                ),
            )
        )
        for each in report.findings
    )
