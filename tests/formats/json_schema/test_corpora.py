"""Pairs from other systems' tests and one real registry's history, read where they are kept.

The folder is named by REG_CORPORA, or lies beside the checkout; nothing of it is in the repository.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
import yaml
from tests.referees import DRAFTS, jsonschema_accepts, jsonschema_rs_accepts, plain

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import SchemaSource, Verdict
from schemareg.model import Content, Outcome

HERE = Path(__file__).parents[2]
CORPORA = Path(os.environ.get("REG_CORPORA") or HERE.parents[1] / "shared" / "corpora")
NAMES = ("jsonsubschema", "jsoncompat", "confluent", "draft-suite", "iglu-central")
EXPLAINED: dict[str, Any] = yaml.safe_load((HERE / "cases" / "corpora.yaml").read_text("utf-8"))
EVERY = pytest.mark.parametrize("name", NAMES)


class Judged(NamedTuple):
    """A row of a corpus, exact, with the engine's verdict."""

    row: dict[str, Any]
    verdict: Verdict


@cache
def judged(name: str) -> tuple[Judged, ...]:
    path = CORPORA / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"no corpus {path}: set REG_CORPORA to the folder of the corpora")
    with path.open(encoding="utf-8") as lines:
        rows = [json_values.parse(line) for line in lines]
    return tuple(Judged(row, verdict(row)) for row in rows)


def verdict(row: dict[str, Any]) -> Verdict:
    new = SchemaSource(row["new"], dialect=row["dialect"])
    old = SchemaSource(row["old"], dialect=row["dialect"])
    return compare(new, old, content=Content.OPEN)


def listed(kind: str) -> frozenset[str]:
    return frozenset(each for group in EXPLAINED[kind] for each in group["ids"])


@EVERY
def test_every_record_is_written_and_refused_as_two_validators_say(name: str) -> None:
    wrong = []
    for row, found in judged(name):
        for record in {each.record for each in found.findings}:
            value = json_values.parse(record)
            for accepts in (jsonschema_accepts, jsonschema_rs_accepts):
                try:
                    said = [accepts(row[side], value, row["dialect"]) for side in ("old", "new")]
                except re.error:
                    continue  # a pattern of ECMA-262 that Python cannot read
                if said != [True, False]:
                    wrong.append(f"{row['id']}: {record}: {accepts.__name__} says {said}")
    assert wrong == []


@EVERY
def test_a_break_has_a_record_and_no_other_verdict_has_one(name: str) -> None:
    for row, found in judged(name):
        assert bool(found.findings) is (found.outcome is Outcome.BREAKING), row["id"]


@EVERY
def test_labels_agree_or_it_is_explained_why_not(name: str) -> None:
    disagreeing = {
        row["id"]: found.outcome.value
        for row, found in judged(name)
        if row["expected_backward"] is not None
        and found.outcome is not Outcome.UNDECIDED
        and row["expected_backward"] is not (found.outcome is Outcome.COMPATIBLE)
    }
    assert disagreeing == {
        each: group["says"]
        for group in EXPLAINED["disagreements"]
        for each in group["ids"]
        if each.startswith(_PREFIXES[name])
    }


@EVERY
def test_what_is_undecided_is_known_and_explained(name: str) -> None:
    undecided = {row["id"] for row, found in judged(name) if found.outcome is Outcome.UNDECIDED}
    assert undecided == {each for each in listed("undecided") if each.startswith(_PREFIXES[name])}


_PREFIXES = {
    "jsonsubschema": "jsonsubschema/",
    "jsoncompat": "jsoncompat/",
    "confluent": "confluent/",
    "draft-suite": "witness/",
    "iglu-central": "iglu/",
}


def test_nearly_everything_is_decided() -> None:
    vendors = [each.verdict for name in NAMES[:4] for each in judged(name)]
    registry = [each.verdict for each in judged("iglu-central")]
    assert _decided(vendors) >= 0.995
    assert _decided(registry) >= 0.98


def _decided(verdicts: list[Verdict]) -> float:
    return sum(each.outcome is not Outcome.UNDECIDED for each in verdicts) / len(verdicts)


@EVERY
def test_another_prover_never_says_the_contrary(name: str) -> None:
    said: Counter[str] = Counter()
    contrary = []
    for row, found in judged(name):
        answer = covers(row)
        said[answer] += 1
        if (answer, found.outcome) in _CONTRARY:
            contrary.append(row["id"])
    assert contrary == [each for each in EXPLAINED["referee"] if each.startswith(_PREFIXES[name])]
    assert said["yes"] + said["no"] > sum(said.values()) / 2


_CONTRARY = {("yes", Outcome.BREAKING), ("no", Outcome.COMPATIBLE)}


def covers(row: dict[str, Any]) -> str:
    """Whether the reader covers the writer, says `jsonschema_rs`: yes, no, or why it cannot say."""
    draft = DRAFTS[row["dialect"]]
    try:
        new, old = (
            jsonschema_rs.canonicalize(
                plain(row[side]), draft=draft, validate_formats=False, offline=True
            )
            for side in ("new", "old")
        )
        return str(new.covers(old))
    except (ValueError, jsonschema_rs.ReferencingError) as problem:
        return type(problem).__name__


@EVERY
def test_a_schema_of_a_corpus_reads_itself(name: str) -> None:
    failing = []
    for row, _ in judged(name):
        for side in ("old", "new"):
            for content in Content:
                same = SchemaSource(row[side], dialect=row["dialect"])
                outcome = compare(same, same, content=content).outcome
                if outcome is not Outcome.COMPATIBLE and row["id"] not in listed("undecided"):
                    failing.append(f"{row['id']}: {side} {content.value} {outcome.value}")
    assert failing == []


def test_every_explanation_is_of_a_row() -> None:
    ids = {each.row["id"] for name in NAMES for each in judged(name)}
    for kind in ("disagreements", "undecided"):
        assert listed(kind) <= ids
        assert len(listed(kind)) == sum(len(group["ids"]) for group in EXPLAINED[kind])
