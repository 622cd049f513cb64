"""The JSON form of an analysis read back: nothing is lost, and nothing of it is taken on trust."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.model import (
    Announcement,
    Compatibility,
    Content,
    Direction,
    Finding,
    Hit,
    Level,
    Mistake,
    Outcome,
    Place,
    PromiseChange,
    Report,
    Scope,
    Severity,
    VersionVerdict,
)
from schemareg.model.errors import RegistryError
from schemareg.reports.review import FORMS, json_reader, json_shapes, render, render_mistakes

WORDS = st.text(st.characters(), max_size=12)
"""Of all characters, halves of pairs too: paths may hold bytes that are no text."""
COMMITS = st.sampled_from(("", "3f2a9c1", "0" * 40, "f" * 64))
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
RECORDS = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
).map(lambda value: json.dumps(value, ensure_ascii=False))
PLACES = st.builds(Place, WORDS, st.integers(1, 10**6), st.integers(1, 10**6))
RULES = st.sampled_from(("property-required", "x", "a1-b2"))
POLICIES = st.builds(
    Compatibility,
    st.sampled_from(Level),
    st.sampled_from(Scope),
    st.sampled_from(Content),
    st.booleans(),
    st.sampled_from(("fail", "warn")),
)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


FINDINGS = st.builds(
    Finding,
    rule=RULES,
    severity=st.sampled_from(Severity),
    place=PLACES,
    message=WORDS,
    product=WORDS,
    schema=WORDS,
    version=WORDS,
    against=WORDS,
    direction=st.none() | st.sampled_from(Direction),
    field=WORDS,
    pointer=WORDS,
    witness=st.none() | RECORDS,
    why=WORDS,
    remedy=WORDS,
    fingerprint=st.sampled_from(("", "5f0c1d2e3a4b5f0c")),
    value=WORDS,
    dates=WORDS,
    waived=WORDS,
    hits=some(st.builds(Hit, WORDS, WORDS, WORDS, WORDS, WORDS, some(WORDS))),
    target=WORDS,
    announce=st.none() | st.builds(Announcement, WORDS, WORDS, st.integers(0, 999)),
)
VERSIONS = st.builds(
    VersionVerdict,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    st.sampled_from(Outcome),
    WORDS,
    st.sampled_from(("", "patch", "minor", "major")),
    some(WORDS),
    some(WORDS),
    WORDS,
    st.none() | POLICIES,
    some(st.builds(PromiseChange, WORDS, WORDS, WORDS)),
)
REPORTS = st.builds(
    Report,
    WORDS,
    WORDS,
    st.dates(),
    some(FINDINGS),
    some(VERSIONS),
    POLICIES,
    COMMITS,
    COMMITS,
)


@given(REPORTS)
@settings(max_examples=60)
def test_what_was_written_is_what_is_read(report: Report) -> None:
    text = render(report, "json")
    read = json_reader.read(text.encode())
    assert isinstance(read, Report)
    assert render(read, "json") == text
    assert (read.verdict, read.exit_code()) == (report.verdict, report.exit_code())


MISTAKES = (
    Mistake(
        Place("products/orders/product.yaml", 3, 1), "key-unknown", "'x' is no key", "Drop it."
    ),
    Mistake(Place("\udce9.yaml", 1, 1), "yaml-syntax", "::error::", ""),
)


def test_mistakes_of_files_are_read_back_too() -> None:
    text = render_mistakes(MISTAKES, "json", notices=MISTAKES[:1])
    assert json_reader.read(text.encode()) == json_reader.Mistakes(MISTAKES, MISTAKES[:1])


@pytest.mark.parametrize(
    "witness", ["1e4000", "-1.5e-4000", "[0.1, 1e30, 123456789012345678901234567890.5]", "null"]
)
def test_records_keep_every_digit(witness: str) -> None:
    finding = Finding("x", Severity.ERROR, Place("p"), "m", witness=witness)
    text = render(Report("b", "h", date(2026, 1, 1), (finding,)), "json")
    read = json_reader.read(text.encode())
    assert isinstance(read, Report)
    assert render(read, "json") == text


# -- hostile


def document(**changes: Any) -> dict[str, Any]:
    finding = Finding("property-required", Severity.ERROR, Place("p.json", 2, 3), "m", witness="{}")
    version = VersionVerdict("orders", "order", "1.0.0", "p.json", Outcome.BREAKING)
    report = Report("main", "head", date(2026, 1, 1), (finding,), (version,))
    value = json.loads(render(report, "json"))
    assert isinstance(value, dict)
    return value | changes


def refusal(value: Any) -> RegistryError:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    with pytest.raises(RegistryError) as caught:
        json_reader.read(data, "result.json")
    assert caught.value.exit_code == 2
    assert caught.value.where == "result.json"
    assert caught.value.remedy
    return caught.value


def test_verdict_and_counts_follow_from_the_findings_whatever_the_text_claims() -> None:
    claims = document(verdict="pass", counts={"error": 0, "total": "none"}, unheard_of=[1])
    read = json_reader.read(json.dumps(claims).encode())
    assert isinstance(read, Report)
    assert (read.verdict, read.exit_code()) == ("fail", 1)
    assert json.loads(render(read, "json"))["counts"]["error"] == 1


def test_a_report_of_before_may_lack_what_came_later() -> None:
    value = document()
    for key in ("hits", "announce", "target"):
        del value["findings"][0][key]
    del value["versions"][0]["promises"]
    read = json_reader.read(json.dumps(value).encode())
    assert isinstance(read, Report)
    assert (read.findings[0].hits, read.versions[0].promises) == ((), ())


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"", "it is empty"),
        (b"{", "it is not JSON at line 1, column 2"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (b"[]", "it is not a JSON object"),
        (b'{"a": 1, "a": 2}', "a key occurs twice in one object"),
        (b'{"schema_version": NaN}', "NaN is no JSON"),
        (b'{"schema_version": 1e99999}', "the number '1e99999' is too large"),
        (b'{"schema_version": ' + b"9" * 5000 + b"}", "is too large"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        ({}, "schema_version is not a whole number"),
        (document(schema_version=True), "schema_version is not a whole number"),
        (document(schema_version=2), "it has schema_version '2'; this version of reg reads 1"),
        (document(today="yesterday"), "today is not a date such as 2026-11-22"),
        (document(today="2026-02-30"), "today is not a date such as 2026-11-22"),
        (document(base_commit="$(id)"), "base_commit is not a commit id"),
        (document(findings={}), "findings is no list"),
        (document(versions=[None]), "versions[0] is not an object"),
        (document(policy=None), "policy is not an object"),
        ({"schema_version": 1}, "base is missing; base_commit is missing; head is missing"),
        ({"schema_version": 1, "mistakes": 3}, "mistakes is no list"),
    ],
    ids=str,
)
def test_what_is_no_report_is_refused_with_its_reason(value: Any, told: str) -> None:
    assert told in str(refusal(value))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("rule", "::error::", "findings[0].rule is not a rule id"),
        ("rule", "x" * 81, "findings[0].rule is not a rule id"),
        ("severity", "fatal", "findings[0].severity is not one of 'error', 'warning' or 'notice'"),
        ("severity", ["error"], "findings[0].severity is not one of"),
        ("direction", "SIDEWAYS", "findings[0].direction is not one of"),
        ("line", 0, "findings[0].line is not a whole number from 1 on"),
        ("line", True, "findings[0].line is not a whole number"),
        ("line", 1.5, "findings[0].line is not a whole number"),
        ("column", 2**40, "findings[0].column is not a whole number"),
        ("message", None, "findings[0].message is no text"),
        ("witnessed", 1, "findings[0].witnessed is neither true nor false"),
        ("fingerprint", "../../etc", "findings[0].fingerprint is no fingerprint"),
        ("hits", [{"team": 3}], "findings[0].hits[0].product is missing"),
        (
            "announce",
            {"target": "x", "loosens": "", "window": -1},
            "announce.window is not a whole",
        ),
    ],
)
def test_every_value_is_of_its_kind(key: str, value: Any, told: str) -> None:
    changed = document()
    changed["findings"][0][key] = value
    assert told in str(refusal(changed))


def test_a_record_that_nests_beyond_what_can_be_printed_is_refused() -> None:
    changed = document()
    deep: Any = 0
    for _ in range(json_shapes.DEEPEST + 1):
        deep = [deep]
    changed["findings"][0]["witness"] = deep
    assert "findings[0].witness is nested too deeply" in str(refusal(changed))


def test_every_complaint_is_told_up_to_a_few_and_the_rest_counted() -> None:
    changed = document(findings=[{"rule": index} for index in range(10_000)])
    told = refusal(changed).what
    assert told.count("findings[0].") == 5
    assert told.endswith("more")
    assert len(told) < 1_000


def test_few_bytes_do_not_become_many() -> None:
    value = document()
    value["findings"][0]["witness"] = "HERE"
    numbers = ",".join(["1e4000"] * 20_000)
    text = json.dumps(value).replace('"HERE"', f"[{numbers}]")
    assert "more than 10,000 numbers are long" in str(refusal(text.encode()))


def test_a_text_beyond_all_measure_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "LARGEST", 100)
    assert "the most is 100" in str(refusal(b'"' + b"x" * 200 + b'"'))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=150)
def test_whatever_is_put_into_it_is_shown_or_refused_and_nothing_else(data: st.DataObject) -> None:
    value: Any = json.loads(render(data.draw(REPORTS), "json"))
    at = value
    while isinstance(at, dict | list) and at:
        keys = sorted(at) if isinstance(at, dict) else range(len(at))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            at[key] = data.draw(ANYTHING)
            break
        at = at[key]
    try:
        read = json_reader.read(json.dumps(value).encode())
    except RegistryError:
        return
    for form in FORMS:
        if isinstance(read, Report):
            assert render(read, form)
        else:
            assert render_mistakes(read.mistakes, form, notices=read.notices)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    assert refusal(data)
