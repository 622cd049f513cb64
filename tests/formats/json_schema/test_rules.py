"""The compatibility rules: each finds its own example, spares the harmless twin, and is needed."""

from __future__ import annotations

import re

import pytest
from tests.referees import jsonschema_accepts, jsonschema_rs_accepts

from schemareg import rules
from schemareg.documents import json_values
from schemareg.formats.json_schema.rules import BY_ID, NAMED, RULES
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import SchemaSource, Verdict
from schemareg.model import Content, Outcome
from schemareg.rules.rule import CompatibilityRule, Example

EVERY = pytest.mark.parametrize("rule", NAMED, ids=lambda rule: rule.id)


def judged(example: Example, *, formats: bool = False) -> Verdict:
    return compare(
        SchemaSource(json_values.exact(example.reader)),
        SchemaSource(json_values.exact(example.writer)),
        content=Content.OPEN,
        formats=formats,
    )


@EVERY
def test_the_breaking_example_is_found_and_nothing_else(rule: CompatibilityRule) -> None:
    verdict = judged(rule.breaking, formats=rule.id == "format-narrowed")
    assert [each.rule for each in verdict.findings] == [rule.id]
    (found,) = verdict.findings
    assert found.witness == rule.breaking.witness
    assert (found.remedy, found.record) == (rule.remedy, _text(rule.breaking.witness))


@EVERY
def test_the_example_s_record_is_written_and_refused(rule: CompatibilityRule) -> None:
    formats = rule.id == "format-narrowed"
    record = json_values.exact(rule.breaking.witness)
    for accepts in (jsonschema_accepts, jsonschema_rs_accepts):
        assert accepts(json_values.exact(rule.breaking.writer), record, formats=formats)
        assert not accepts(json_values.exact(rule.breaking.reader), record, formats=formats)


@EVERY
def test_the_harmless_example_breaks_nothing(rule: CompatibilityRule) -> None:
    assert judged(rule.harmless) == Verdict(Outcome.COMPATIBLE)
    assert judged(rule.harmless, formats=True) == Verdict(Outcome.COMPATIBLE)


@EVERY
@pytest.mark.parametrize("formats", [False, True])
def test_nothing_is_found_where_nothing_changed(rule: CompatibilityRule, formats: bool) -> None:
    for example in (rule.breaking, rule.harmless):
        for schema in (example.writer, example.reader):
            same = Example(writer=schema, reader=schema)
            assert judged(same, formats=formats) == Verdict(Outcome.COMPATIBLE)


@EVERY
def test_a_rule_can_be_explained(rule: CompatibilityRule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rules.CATALOGUE[rule.id] is rule
    for text in (rule.rationale, rule.remedy):
        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")
    assert rule.title[0].isupper()
    assert rule.source


def test_no_two_rules_have_one_id() -> None:
    assert len(BY_ID) == len(RULES)


def test_every_keyword_that_can_refuse_has_a_rule() -> None:
    named = {keyword for rule in NAMED for keyword in rule.keywords}
    # What applies other schemas passes their refusals on; `refused` names what is left.
    passing = {"$ref", "$dynamicRef", "$recursiveRef", "allOf", "then", "else", "if"}
    passing |= {"dependentSchemas", "properties", "patternProperties", "prefixItems"}
    bounds = {"minContains", "maxContains"}
    assert asserting() - passing - bounds - named == set()


def asserting() -> set[str]:
    """The keywords that the engine compiles, in any draft."""
    from schemareg.formats.json_schema.solver.compile import _KEYWORDS

    return {keyword for words in _KEYWORDS.values() for keyword in words}


def test_every_keyword_a_rule_names_exists() -> None:
    named = {keyword for rule in NAMED for keyword in rule.keywords} - {"false"}
    assert named <= asserting()


def _text(value: object) -> str:
    return json_values.render(json_values.exact(value))


@pytest.mark.parametrize(
    ("said", "listed", "wanted"),
    [
        ("", ["a"], '"" is not among the one value listed'),
        (" b", ["a", "b"], '" b" is not among the 2 values listed'),
        ("b", ["a"], "b is not among the one value listed"),
        (1, ["a", "b"], "1 is not among the 2 values listed"),
    ],
)
def test_a_value_that_is_named_can_be_seen(said: object, listed: list[str], wanted: str) -> None:
    example = Example(writer={"const": said}, reader={"enum": listed}, witness=said)
    assert [each.message for each in judged(example).findings] == [wanted]
