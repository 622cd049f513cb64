"""What an audit promises of every history, tried on random honest ones."""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.adapters.git.repository import open_repository
from schemareg.adapters.history.history import history
from schemareg.audit import merkle, progress, verification
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.audit.progress import Progress
    from schemareg.audit.verification import Verification

_START = date(2024, 1, 1)
_WINDOW = 90


class _Product:
    """A product whose owner keeps every promise."""

    def __init__(self, name: str, folder: str) -> None:
        self.name, self.folder = name, folder
        self.major, self.minor = 1, 0
        self.fields = ["id", "note"]
        self.added = 0
        self.ending: dict[str, tuple[date, date]] = {}

    def version(self) -> dict[str, str | None]:
        properties = {each: {"type": "string"} for each in self.fields}
        path = f"{self.folder}/schemas/event/{self.major}.{self.minor}.0.json"
        return {path: json.dumps({"type": "object", "properties": properties})}

    def begin(self) -> dict[str, str | None]:
        text = f"title: {self.name}\ndescription: A product.\nowner: {{team: crew}}\nschemas:\n"
        return {f"{self.folder}/product.yaml": f"{text}  event: {{}}\n", **self.version()}

    def act(self, draw: random.Random, today: date) -> dict[str, str | None]:
        """One honest change."""
        over = [each for each, (_, end) in self.ending.items() if end <= today]
        if over and draw.random() < 0.6:
            self.fields.remove(over[0])
            del self.ending[over[0]]
            self.minor += 1
            return self.version()
        return draw.choice((self.grow, self.announce, self.open, self.join, self.draft))(
            draw, today
        )

    def grow(self, draw: random.Random, today: date) -> dict[str, str | None]:
        self.added += 1
        self.fields.append(f"field_{self.added}")
        self.minor += 1
        return self.version()

    def open(self, draw: random.Random, today: date) -> dict[str, str | None]:
        self.major, self.minor = self.major + 1, 0
        return self.version()

    def announce(self, draw: random.Random, today: date) -> dict[str, str | None]:
        """A deprecation, or its day moved later, or the whole of it withdrawn."""
        field = draw.choice(self.fields[1:] or self.fields)
        if field == "id":
            return self.grow(draw, today)
        path = f"{self.folder}/deprecations/{field}.yaml"
        landed, end = self.ending.get(field, (today, today))
        if field in self.ending and today < end and draw.random() < 0.3:
            del self.ending[field]
            return {path: None}
        if field in self.ending and end <= today:
            return self.join(draw, today)
        sunset = max(end, today + timedelta(_WINDOW)) + timedelta(draw.randrange(1, 40))
        self.ending[field] = (landed, max(sunset, landed + timedelta(_WINDOW)))
        said = f"target: {self.name}/event#{field}\nsunset: {sunset}\nreason: It ends.\n"
        return {path: said}

    def join(self, draw: random.Random, today: date) -> dict[str, str | None]:
        who = f"team-{draw.randrange(5)}"
        text = f"team: {who}\ncontact: {who}@example.com\nuses: [{{schema: {self.name}/event}}]\n"
        return {f"{self.folder}/consumers/{who}.yaml": f"{text}# {today}\n"}

    def draft(self, draw: random.Random, today: date) -> dict[str, str | None]:
        path = f"{self.folder}/schemas/event/{self.major + 1}.0.0-rc.1.json"
        return {path: json.dumps({"type": "object", "title": str(draw.random())})}


def honest(seed: int, landings: int, folder: Path) -> None:
    """A repository in which nothing was ever done that must not be; every third landing is a merge."""
    draw = random.Random(seed)
    products: list[_Product] = []
    today, lines, mark, tip = _START, [], 0, 0
    for number in range(landings):
        today += timedelta(draw.randrange(0, 40))
        if not products or draw.random() < 0.15:
            name = f"product_{len(products)}"
            domain = draw.choice(("", "shop/"))
            products.append(_Product(name, f"products/{domain}{name}"))
            files = products[-1].begin()
        else:
            files = draw.choice(products).act(draw, today)
        if not number:
            files["registry.yaml"] = "version: 1\n"
        side = 0
        if tip and draw.random() < 0.4:
            early = today - timedelta(draw.randrange(0, 100))  # of a side branch no date counts
            side = mark = mark + 1
            lines += _commit("side", side, early, {"notes.md": str(number)}, tip, 0)
        mark += 1
        lines += _commit("main", mark, today, files, tip, side)
        tip = mark
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(folder)], check=True)
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", "--force"],
        input="".join(lines).encode(),
        check=True,
    )


def _commit(
    branch: str, mark: int, day: date, files: dict[str, str | None], start: int, merge: int
) -> list[str]:
    seconds = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    person = f"Ada Lovelace <ada@example.com> {seconds} +0000"
    lines = [f"commit refs/heads/{branch}\nmark :{mark}\ncommitter {person}\ndata 1\nx\n"]
    lines += [f"from :{start}\n"] * bool(start) + [f"merge :{merge}\n"] * bool(merge)
    for path, text in files.items():
        body = f"D {path}\n" if text is None else ""
        lines.append(body or f"M 644 inline {path}\ndata {len(str(text))}\n{text}\n")
    return lines


def audited(folder: Path, head: str, before: Progress | None = None) -> Verification:
    with history(folder, head) as line, open_repository(folder) as repository:
        stream = line.stream(before.landing if before else None)
        assert (stream.since is None) is (before is None)
        return verification.verify(
            line, stream.landings, lambda commit: Snapshot(repository.files_at(commit)), before
        )


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), landings=st.integers(1, 45), split=st.floats(0, 1))
def test_an_honest_history_has_no_violation_however_it_is_looked_through(
    seed: int, landings: int, split: float
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "registry.git"
        honest(seed, landings, folder)
        whole = audited(folder, "main")
        assert whole.violations == ()
        assert whole.landings == landings
        middle = audited(folder, f"main~{int(split * (landings - 1))}").progress
        assert middle is not None
        assert progress.parse(progress.render(middle)) == middle
        assert audited(folder, "main", middle).progress == whole.progress


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_a_growing_tree_has_the_root_that_the_whole_has(records: Sequence[bytes]) -> None:
    tree = merkle.MerkleAccumulator()
    for each in records:
        tree.add(each)
    leaves = [merkle.leaf(each) for each in records]
    assert tree.root == merkle.root(leaves)
    assert merkle.MerkleAccumulator(tree.count, tree.whole).root == tree.root
    for index, each in enumerate(records):
        beside = merkle.MerkleTree(leaves).beside(index)
        assert merkle.is_included(each, index, len(records), beside, tree.root)
        assert not merkle.is_included(each + b"!", index, len(records), beside, tree.root)
        assert not merkle.is_included(each, index, len(records), (*beside, b""), tree.root)
