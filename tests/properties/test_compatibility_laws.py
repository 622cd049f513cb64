"""Laws of verdicts, over random schemas of every draft.

A longer search by hand: `REG_PAIRS=100000 REG_SEED=7 pytest tests/properties -m long -s`.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.properties.declared import Writer
from tests.properties.schemas import KEYWORDS, Maker, probes
from tests.referees import CLASSES, DRAFTS, jsonschema_accepts, jsonschema_rs_accepts

from schemareg.compatibility.levels import check
from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import Budget, SchemaSource, Verdict
from schemareg.model import Content, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = Any

BOUNDED = settings(deadline=None, derandomize=True, max_examples=100)
RANDOMS = st.randoms(use_true_random=False) | st.integers(0, 2**40).map(Random)
"""The first shrinks to small schemas, the second wanders further."""
DIALECTS = st.sampled_from(sorted(KEYWORDS))
CONTENTS = st.sampled_from(list(Content))

# In 2019-09 `contains` evaluates nothing; both validators think that it does, so that they cannot
# be asked about the two together. `jsonschema` cannot be asked about an object as
# additionalProperties beside unevaluatedProperties either.
APART = {"2019-09": frozenset({"contains", "unevaluatedProperties"})}


def maker(random: Random, dialect: str) -> Maker:
    return Maker(
        random,
        dialect,
        definitions=random.choice([0, 0, 2, 3]),
        most=random.choice([2, 3, 4]),
        odd=random.random() < 0.3,
        without=APART.get(dialect, frozenset()),
    )


def pair(random: Random, dialect: str) -> tuple[Schema, Schema]:
    """Two schemas, mostly near to each other; the validators know both for schemas."""
    making = maker(random, dialect)
    one = making.document()
    other = making.neighbour(one) if random.random() < 0.75 else making.document()
    return (one, other) if random.random() < 0.5 else (other, one)


def given_pair(random: Random, dialect: str) -> tuple[Schema, Schema]:
    old, new = pair(random, dialect)
    note(f"{dialect}: old {old} new {new}")
    return old, new


def judged(writer: Schema, reader: Schema, dialect: str, content: Content, **more: Any) -> Verdict:
    return compare(
        SchemaSource(json_values.exact(reader), dialect=dialect),
        SchemaSource(json_values.exact(writer), dialect=dialect),
        content=content,
        **more,
    )


def accepting(schema: Schema, dialect: str) -> Any:
    """The schema's validator; None where it is no schema of its draft."""
    try:
        return CLASSES[dialect](schema, validate_formats=False, offline=True)
    except (jsonschema_rs.ValidationError, ValueError):
        return None


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS, content=CONTENTS)
def test_every_schema_reads_itself(random: Random, dialect: str, content: Content) -> None:
    schema = maker(random, dialect).document()
    note(f"{dialect}: {schema}")
    assert judged(schema, schema, dialect, content) == Verdict(Outcome.COMPATIBLE)


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS, content=CONTENTS)
def test_full_is_backward_and_forward(random: Random, dialect: str, content: Content) -> None:
    old, new = given_pair(random, dialect)
    full, backward, forward = (
        check(old, new, level, content.value, dialect=dialect)
        for level in ("FULL", "BACKWARD", "FORWARD")
    )
    assert full.findings == backward.findings + forward.findings
    if Outcome.BREAKING in (backward.outcome, forward.outcome):
        assert full.outcome is Outcome.BREAKING
    elif Outcome.UNDECIDED in (backward.outcome, forward.outcome):
        assert full.outcome is Outcome.UNDECIDED
    else:
        assert full.outcome is Outcome.COMPATIBLE


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_a_writer_that_declares_writes_no_more_than_an_open_one(
    random: Random, dialect: str
) -> None:
    old, new = given_pair(random, dialect)
    if judged(old, new, dialect, Content.OPEN).outcome is Outcome.COMPATIBLE:
        assert judged(old, new, dialect, Content.DECLARED).outcome is Outcome.COMPATIBLE


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_no_record_contradicts_what_is_called_compatible(random: Random, dialect: str) -> None:
    old, new = given_pair(random, dialect)
    if judged(old, new, dialect, Content.OPEN).outcome is Outcome.COMPATIBLE:
        assert list(contradicting(old, new, dialect, random, 40)) == []


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_no_declared_record_contradicts_what_is_called_compatible(
    random: Random, dialect: str
) -> None:
    old, new = given_pair(random, dialect)
    if judged(old, new, dialect, Content.DECLARED).outcome is Outcome.COMPATIBLE:
        assert list(contradicting_declared(old, new, dialect, random, 40)) == []


def contradicting(
    old: Schema, new: Schema, dialect: str, random: Random, count: int
) -> Iterator[Any]:
    """Records that the old schema accepts and the new one refuses."""
    writes, reads = accepting(old, dialect), accepting(new, dialect)
    if writes is None or reads is None:
        return
    for record in probes(random, (old, new), count):
        if writes.is_valid(record) and not reads.is_valid(record):
            yield record


def contradicting_declared(
    old: Schema, new: Schema, dialect: str, random: Random, count: int
) -> Iterator[Any]:
    """The same among records whose every name is declared, decided without the engine."""
    reads = accepting(new, dialect)
    if reads is None or accepting(old, dialect) is None:
        return
    writer = Writer(old, dialect)
    for drawn in probes(random, (old, new), count):
        for record in (drawn, writer.without_undeclared(drawn)):
            if not reads.is_valid(record) and writer.writes(record):
                yield record


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS, content=CONTENTS)
def test_every_record_is_written_and_refused(
    random: Random, dialect: str, content: Content
) -> None:
    old, new = given_pair(random, dialect)
    if accepting(old, dialect) is None or accepting(new, dialect) is None:
        return
    for record in {each.record for each in judged(old, new, dialect, content).findings}:
        assert wrong_about(record, old, new, dialect) == []


def wrong_about(record: str, old: Schema, new: Schema, dialect: str) -> list[str]:
    """Which validators do not say of a record what the engine says."""
    value = json_values.parse(record)
    writer, reader = json_values.exact(old), json_values.exact(new)
    wrong = []
    for accepts in (jsonschema_accepts, jsonschema_rs_accepts):
        if accepts is jsonschema_accepts and misread(writer, reader, value):
            continue
        if accepts is jsonschema_rs_accepts and "\\r" in record:
            continue  # to its patterns a carriage return is no end of a line
        said = accepts(writer, value, dialect), accepts(reader, value, dialect)
        if said != (True, False):
            wrong.append(f"{accepts.__name__} {said}")
    return wrong


def misread(*values: Any) -> bool:
    """Whether `jsonschema` by itself reads it otherwise: its patterns are Python's, and it asks
    for the length of `items` beside additionalItems even where that is no list."""
    text = "".join(json_values.render(value) for value in values)
    return any(odd in text for odd in ("\\n", "\\\\d", "\\\\W", "\\\\S", "additionalItems"))


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_declared_records_are_declared(random: Random, dialect: str) -> None:
    making = maker(random, dialect)
    making.without |= {"enum", "const", "anyOf", "oneOf", "if", "patternProperties"}
    making.without |= {"dependencies", "dependentSchemas"}
    old = making.document()
    new = making.neighbour(old)
    note(f"{dialect}: old {old} new {new}")
    if accepting(old, dialect) is not None:
        for each in judged(old, new, dialect, Content.DECLARED).findings:
            assert Writer(old, dialect).writes(each.witness)


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS, content=CONTENTS)
def test_words_change_nothing(random: Random, dialect: str, content: Content) -> None:
    schema = maker(random, dialect).document()
    note(f"{dialect}: {schema}")
    worded = with_words(schema, random)
    assert judged(schema, worded, dialect, content) == Verdict(Outcome.COMPATIBLE)
    assert judged(worded, schema, dialect, content) == Verdict(Outcome.COMPATIBLE)


def with_words(schema: Schema, random: Random) -> Schema:
    """The schema with titles, examples and the like, at its root and in its properties."""
    if not isinstance(schema, dict):
        return schema
    worded = {
        **schema,
        "title": random.choice(["T", "€", ""]),
        "description": "D",
        "examples": [1, {"a": None}],
        "default": random.choice([None, {}, "x"]),
        "$comment": "C",
        "x-owner": {"required": ["a"], "type": "string"},
    }
    if "properties" in schema:
        inner = schema["properties"]
        worded["properties"] = {name: with_words(each, random) for name, each in inner.items()}
    return worded


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_more_alternatives_take_more_and_more_demands_take_less(
    random: Random, dialect: str
) -> None:
    making = Maker(random, dialect, without=APART.get(dialect, frozenset()))
    one, other = making.schema(2), making.schema(1)
    note(f"{dialect}: {one} and {other}")
    either, both = {"anyOf": [other, one]}, {"allOf": [other, one]}
    if dialect == "draft4" and not (isinstance(one, dict) and isinstance(other, dict)):
        return
    for narrow, wide in ((one, either), (both, one), (both, either)):
        assert judged(narrow, wide, dialect, Content.OPEN).outcome is Outcome.COMPATIBLE


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS, steps=st.integers(0, 60))
def test_a_small_budget_is_no_reason_to_be_wrong(random: Random, dialect: str, steps: int) -> None:
    old, new = given_pair(random, dialect)
    whole = judged(old, new, dialect, Content.OPEN)
    hurried = judged(old, new, dialect, Content.OPEN, budget=Budget(steps=steps))
    assert hurried.outcome in (whole.outcome, Outcome.UNDECIDED)


@BOUNDED
@given(random=RANDOMS, dialect=DIALECTS)
def test_another_prover_never_says_the_contrary(random: Random, dialect: str) -> None:
    old, new = given_pair(random, dialect)
    outcome = judged(old, new, dialect, Content.OPEN).outcome
    assert (covers(old, new, dialect), outcome) not in CONTRARY


CONTRARY = {("yes", Outcome.BREAKING), ("no", Outcome.COMPATIBLE)}


def covers(old: Schema, new: Schema, dialect: str) -> str:
    """What `jsonschema_rs` says; some recursion makes it overflow its stack, so it is not asked."""
    if "$ref" in repr((old, new)):
        return "not asked"
    draft = DRAFTS[dialect]
    try:
        wide, narrow = (jsonschema_rs.canonicalize(each, draft=draft) for each in (new, old))
        return str(wide.covers(narrow))
    except ValueError as problem:
        return type(problem).__name__


ODD_VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 10**30, "", "a", "#", "#/x", "(", "http://x.y/z"),
    *([], [1], ["a", "a"], [[]], [{}], ["integer", "bogus"], {}, {"a": 1}, {"a": ["b"]}, {"a": {}}),
    *({"a": None}, {"a": "bc"}, {"(": {}}, {"type": "integer"}, [{"type": "string"}]),
]
EVERY_KEYWORD = sorted(
    {keyword for words in KEYWORDS.values() for keyword in words}
    | {"then", "else", "$defs", "definitions", "$id", "id", "$anchor", "$schema", "format"}
    | {"$dynamicRef", "$recursiveRef", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary"}
    | {"minContains", "maxContains", "default", "examples", "contentSchema"}
)


@BOUNDED
@given(
    random=RANDOMS,
    dialect=DIALECTS,
    content=CONTENTS,
    odd=st.dictionaries(st.sampled_from(EVERY_KEYWORD), st.sampled_from(ODD_VALUES), min_size=1),
    deep=st.booleans(),
)
def test_what_is_no_schema_is_never_a_crash(
    random: Random, dialect: str, content: Content, odd: dict[str, Any], deep: bool
) -> None:
    making = maker(random, dialect)
    drawn = making.document()
    broken = {**(drawn if isinstance(drawn, dict) else {}), **odd}
    if deep:
        broken = {"properties": {"a": broken}, "items": broken}
    other = making.document()
    for one, two in ((broken, other), (other, broken), (broken, {"type": "object"})):
        verdict = judged(one, two, dialect, content)
        assert verdict.reason or verdict.outcome is not Outcome.UNDECIDED


@pytest.mark.long
def test_a_long_search_finds_nothing() -> None:
    """REG_PAIRS random pairs against everything that can contradict a verdict."""
    count, seed = int(os.environ.get("REG_PAIRS", "250")), os.environ.get("REG_SEED", "0")
    wrong = []
    for number in range(count):
        random = Random(f"{seed}-{number}")
        dialect = random.choice(sorted(KEYWORDS))
        old, new = pair(random, dialect)
        wrong += [f"{seed}-{number} {dialect} {each}" for each in faults(old, new, dialect, random)]
    assert wrong == []


def faults(old: Schema, new: Schema, dialect: str, random: Random) -> Iterator[str]:
    """Everything that is wrong with the verdicts on a pair."""
    if accepting(old, dialect) is None or accepting(new, dialect) is None:
        return
    found = judged(old, new, dialect, Content.OPEN)
    if found.outcome is Outcome.COMPATIBLE:
        yield from (f"refused: {it}" for it in contradicting(old, new, dialect, random, 100))
    if (covers(old, new, dialect), found.outcome) in CONTRARY:
        yield f"the other prover says otherwise: {found.outcome.value}"
    for record in {each.record for each in found.findings}:
        yield from wrong_about(record, old, new, dialect)
    if "validator" in found.reason or "no keyword" in found.reason:
        yield found.reason
    declared = judged(old, new, dialect, Content.DECLARED)
    if declared.outcome is Outcome.COMPATIBLE:
        for record in contradicting_declared(old, new, dialect, random, 40):
            yield f"refused though declared: {record}"


def test_the_referees_are_of_the_drafts_they_are_taken_for() -> None:
    for dialect, kind in CLASSES.items():
        known = kind({"$ref": "#/x", "x": {}, "minContains": 3, "contains": True}, offline=True)
        assert known.is_valid([1]) is (dialect < "2019" or dialect > "d"), dialect
