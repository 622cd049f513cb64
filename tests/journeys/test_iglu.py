"""A real registry's history, landed version by version, and judged at every step.

The pairs are read where they are kept: REG_CORPORA, or a folder beside the checkout.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from tests.adversary import Origin
from tests.referees import jsonschema_accepts, jsonschema_rs_accepts

from schemareg.formats.json_schema.rules import BY_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORPORA = Path(os.environ.get("REG_CORPORA") or Path(__file__).parents[3] / "shared" / "corpora")
PAIRS = CORPORA / "iglu-central.jsonl"
POLICY = "version: 1\ncompatibility: {level: BACKWARD, scope: latest, content: declared}\n"

BROKEN = {
    "com.snowplowanalytics.accelerators.travel/schedule_update",
    "com.snowplowanalytics.mobile/remote_config",
    "com.snowplowanalytics.snowplow.badrows/loader_runtime_error",
    "com.snowplowanalytics.snowplow.enrichments/bot_detection_enrichment_config",
    # This one says that any additional property may be there, and then gives one a type.
    "com.iterable/system_webhook",
}
"""Published as additions, and each refuses what was valid before."""


class Step(NamedTuple):
    """One version that follows another one."""

    name: str
    note: str
    """ADDITION, REVISION or MODEL, as its authors called it."""
    old: Any
    new: Any
    before: tuple[int, ...]
    after: tuple[int, ...]


def steps() -> list[Step]:
    if not PAIRS.is_file():
        pytest.skip(f"no corpus {PAIRS}: set REG_CORPORA to the folder of the corpora")
    return sorted(_steps(), key=lambda step: (step.name, step.before))


def _steps() -> Iterator[Step]:
    for line in PAIRS.read_text("utf-8").splitlines():
        row = json.loads(line)
        _, name, versions = re.split("/(.*)/", row["id"])
        before, after = (tuple(map(int, each.split("-"))) for each in versions.split(".."))
        yield Step(name, row["note"], row["old"], row["new"], before, after)


def semantic(every: list[Step]) -> dict[tuple[str, tuple[int, ...]], str]:
    """A semantic version for each version of each schema: a model is a major line, all else minor."""
    known: dict[tuple[str, int], set[tuple[int, ...]]] = {}
    for step in every:
        for version in (step.before, step.after):
            known.setdefault((step.name, version[0]), set()).add(version)
    return {
        (name, version): f"{model}.{rank}.0"
        for (name, model), versions in known.items()
        for rank, version in enumerate(sorted(versions))
    }


def place(name: str) -> tuple[str, str]:
    """A product and a schema for the name of one: `com-acme`, `order_placed`."""
    vendor, _, schema = name.rpartition("/")
    return re.sub(r"[^a-z0-9_]", "-", vendor.lower()), re.sub(r"[^a-z0-9_]", "_", schema.lower())


def test_a_real_history_is_judged_at_every_step(
    repo: Any, reg: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    every = steps()
    numbers = semantic(every)
    repo.commit({"registry.yaml": POLICY}, "Set up")
    monkeypatch.chdir(repo.path)
    landed: dict[str, set[str]] = {}
    outcomes: Counter[tuple[str, str]] = Counter()
    broken: set[str] = set()
    for step in every:
        product, schema = place(step.name)
        older, newer = (
            f"products/{product}/schemas/{schema}/{numbers[step.name, version]}.json"
            for version in (step.before, step.after)
        )
        if not (repo.path / older).exists():
            schemas = landed.setdefault(product, set())
            schemas.add(schema)
            described = {f"products/{product}/product.yaml": product_file(product, schemas)}
            repo.commit({older: json.dumps(step.old), **described}, f"Add {older}")
        repo.write({newer: json.dumps(step.new)})
        code, out, err = reg("check", "--base", "HEAD", "--today", "2026-11-22", "--format", "json")
        assert code in (0, 1), err
        report = json.loads(out)
        (version,) = report["versions"]
        outcomes[step.note, version["outcome"]] += 1
        broke = [each for each in report["findings"] if each["rule"] in BY_ID]
        assert bool(broke) is (version["outcome"] == "breaking"), step.name
        for each in broke:
            confirm(step, each["witness"])
        if broke and step.note == "ADDITION":
            broken.add(step.name)
        repo.commit({newer: json.dumps(step.new)}, f"Add {newer}")
    for (note, outcome), count in sorted(outcomes.items()):
        record_property(f"{note} {outcome}", count)
        print(f"{note}: {count} {outcome}")
    assert broken == BROKEN
    assert not any(outcome == "undecided" for _, outcome in outcomes)


ALARMS = Path(__file__).parents[1] / "cases" / "iglu-alarms.yaml"
JUSTIFIED: dict[str, str] = {}
"""Alarms that the earlier release did not give, as `schema version: rule field`, each with its reason."""


def test_a_real_history_replayed_gives_no_alarm_that_an_earlier_release_did_not_give(
    tmp_path: Path,
) -> None:
    every = steps()
    numbers = semantic(every)
    policy = "version: 1\ncompatibility: {level: FULL, scope: latest}\n"
    day = date(2026, 1, 1)
    origin = Origin(tmp_path / "registry.git", {"registry.yaml": policy})
    schemas: dict[str, set[str]] = {}
    for step in every:
        product, schema = place(step.name)
        older, newer = (
            f"products/{product}/schemas/{schema}/{numbers[step.name, version]}.json"
            for version in (step.before, step.after)
        )
        if older not in origin.files:
            schemas.setdefault(product, set()).add(schema)
            described = {
                f"products/{product}/product.yaml": product_file(product, schemas[product])
            }
            origin.land({**origin.files, **described, older: json.dumps(step.old)}, day)
        origin.land({**origin.files, newer: json.dumps(step.new)}, day)
    answer = origin.run("check", "--replay", "..main", "--today", "2026-02-01", "-f", "json")
    replayed = json.loads(answer.out)
    assert answer.code == 1, answer.err
    assert replayed["counts"]["judged"] == len({step.name for step in every}) + len(every) + 1
    assert replayed["counts"]["undecided"] == replayed["counts"]["left_out"] == 0
    found = {
        f"{each['product']}/{each['schema']} {each['version']}: {each['rule']} {each['field']}".strip()
        for landing in replayed["landings"]
        for each in landing["findings"]
        if each["severity"] == "error"
    }
    before = {
        f"{name}: {alarm}"
        for name, alarms in yaml.safe_load(ALARMS.read_text("utf-8")).items()
        for alarm in alarms
    }
    assert found - before == JUSTIFIED.keys()
    assert before - found == set()


def product_file(product: str, schemas: set[str]) -> str:
    """The product of a vendor, with the schemas that have landed."""
    listed: dict[str, Any] = {name: {} for name in sorted(schemas)}
    return json.dumps({"title": product, "owner": {"team": "data"}, "schemas": listed})


def confirm(step: Step, record: Any) -> None:
    """Two validators say that the record was valid and is no more."""
    for accepts in (jsonschema_accepts, jsonschema_rs_accepts):
        assert accepts(step.old, record, "draft4")
        assert not accepts(step.new, record, "draft4")
