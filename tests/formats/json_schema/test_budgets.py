"""Schemas made to explode end in time, with a right answer or with the reason why there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from tests.benchmarks.hostile import Hostile, table

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import Budget, SchemaSource
from schemareg.model import Content, Outcome

SECONDS = 0.2
"""Of CPU time, for the search; the whole question may take as long again, and what reading costs."""

TABLE = list(table())
LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")


@pytest.mark.parametrize("pair", TABLE, ids=lambda pair: pair.name)
def test_a_hostile_pair_ends_in_time_and_is_not_misjudged(pair: Hostile) -> None:
    reader = SchemaSource(json_values.exact(pair.reader))
    writer = SchemaSource(json_values.exact(pair.writer))
    started = time.thread_time()
    verdict = compare(
        reader, writer, content=Content(pair.content), budget=Budget(seconds=SECONDS, findings=5)
    )
    taken = time.thread_time() - started
    assert verdict.outcome.value in (pair.right, "undecided")
    assert verdict.reason or verdict.outcome is not Outcome.UNDECIDED
    assert "too deeply" not in verdict.reason
    # Loose, as machines differ: without the budget the worst of these take minutes.
    assert taken < 10 * SECONDS


@LONG
@pytest.mark.long
@pytest.mark.parametrize("pair", [each for each in TABLE if each.surely], ids=lambda it: it.name)
def test_what_large_honest_schemas_look_like_is_decided(pair: Hostile) -> None:
    reader = SchemaSource(json_values.exact(pair.reader))
    writer = SchemaSource(json_values.exact(pair.writer))
    verdict = compare(reader, writer, content=Content(pair.content))
    assert verdict.outcome.value == pair.right


def test_steps_bound_the_work_too() -> None:
    writer = {
        "allOf": [{"anyOf": [{"required": [f"a{i}"]}, {"required": [f"b{i}"]}]} for i in range(9)]
    }
    reader = {"anyOf": [{"minProperties": 10}, {"type": "string"}]}
    verdict = compare(
        SchemaSource(reader), SchemaSource(writer), content=Content.OPEN, budget=Budget(steps=20)
    )
    assert (verdict.outcome, verdict.reason) == (
        Outcome.UNDECIDED,
        "the search used up its steps",
    )


def test_a_budget_that_is_spent_keeps_the_breaks_that_were_found() -> None:
    writer = {"type": "object"}
    reader = {"required": [f"p{number}" for number in range(50)], "allOf": [{"minProperties": 60}]}
    verdict = compare(
        SchemaSource(reader), SchemaSource(writer), content=Content.OPEN, budget=Budget(findings=4)
    )
    assert len(verdict.findings) == 4
    assert "further breaks may exist" in verdict.reason


MEMORY = """
import resource
from schemareg import json_values
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import Budget, SchemaSource
from schemareg.model import Content
from tests.benchmarks.hostile import table

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

before = used()
for pair in table():
    sources = [SchemaSource(json_values.exact(each)) for each in (pair.reader, pair.writer)]
    compare(*sources, content=Content(pair.content), budget=Budget(seconds=0.1, findings=3))
print(used() - before)
"""


@LONG
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_memory_stays_bounded_over_all_of_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 400, "megabytes"
