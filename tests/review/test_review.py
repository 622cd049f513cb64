"""What a change does to a registry's promises: every case on a real repository, whole reports."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters.git.repository import open_repository
from schemareg.model import Compatibility, Direction, Level, Outcome, Place, Report, Severity
from schemareg.model.errors import InvalidFiles
from schemareg.review.diff import diff
from schemareg.review.review import review
from schemareg.rules import CATALOGUE
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Repo

    Check = Callable[..., Report]

TODAY = date(2026, 11, 22)
ORDERS = "products/orders/schemas/order"
STRING: dict[str, Any] = {"type": "string"}


def schema(required: str = "id", /, **properties: object) -> str:
    """An object schema with an `id` and these properties, as a file."""
    document = {
        "type": "object",
        "properties": {"id": STRING, **properties},
        "required": required.split(),
    }
    return json.dumps(document, indent=2)


def product(name: str, *schemas: str, **keys: str) -> dict[str, str]:
    lines = [f"title: {name}", "owner: {team: checkout}"]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    lines.append(f"schemas: {{{', '.join(f'{each}: {{}}' for each in schemas)}}}")
    return {f"products/{name}/product.yaml": "\n".join(lines) + "\n"}


LANDED = {
    "registry.yaml": "version: 1\n",
    **product("orders", "order"),
    f"{ORDERS}/1.0.0.json": schema(email=STRING),
    f"{ORDERS}/1.1.0.json": schema(email=STRING, total={"type": "number"}),
}
LATEST = LANDED[f"{ORDERS}/1.1.0.json"]


@pytest.fixture
def check(repo: Repo) -> Check:
    """Lands one set of files, changes it by another, and reviews the working tree."""

    def run(
        change: Mapping[str, str | None],
        landed: Mapping[str, str] = LANDED,
        *,
        all_versions: bool = False,
    ) -> Report:
        repo.commit(landed, "Land")
        repo.write(change)
        with open_repository(repo.path) as repository:
            head = repository.working_files()
            base = repository.files_at("HEAD")
            return review(Snapshot(base), Snapshot(head), TODAY, all=all_versions)

    return run


def told(report: Report) -> list[tuple[str, ...]]:
    """Each finding in short: rule, severity, version, what it is against, field."""
    return [
        (each.rule, each.severity.value, each.version, each.against, each.field)
        for each in report.findings
    ]


def judged(report: Report) -> list[tuple[str, str, str, str]]:
    """Each verdict in short: version, outcome, required bump, honest version."""
    return [
        (each.version, each.outcome.value, each.required_bump, each.honest)
        for each in report.versions
    ]


def test_no_change_is_no_work_and_passes(check: Check) -> None:
    report = check({})
    assert (report.findings, report.versions, report.verdict) == ((), (), "pass")


def test_an_optional_field_more_breaks_nobody(check: Check) -> None:
    report = check(
        {f"{ORDERS}/1.2.0.json": schema(email=STRING, total={"type": "number"}, x=STRING)}
    )
    assert told(report) == []
    (verdict,) = report.versions
    assert (verdict.outcome, verdict.against) == (Outcome.COMPATIBLE, ("1.0.0", "1.1.0"))
    assert (verdict.required_bump, verdict.honest) == ("minor", "1.2.0")
    assert (report.verdict, report.exit_code()) == ("pass", 0)
    assert (report.head, report.today, report.policy) == ("working tree", TODAY, Compatibility())


def test_a_field_that_becomes_required_is_one_finding_for_all_that_lack_it(check: Check) -> None:
    report = check(
        {f"{ORDERS}/1.2.0.json": schema("id email", email=STRING, total={"type": "number"})}
    )
    assert told(report) == [
        ("bump-too-small", "error", "1.2.0", "", ""),
        ("property-required", "error", "1.2.0", "1.1.0", "email"),
    ]
    broken = report.findings[1]
    assert broken.direction is Direction.BACKWARD
    assert broken.pointer == "/required"
    assert broken.place == Place(f"{ORDERS}/1.2.0.json", 14, 3)
    assert broken.witness == '{"id": ""}'
    assert "The same holds for 1.0.0." in broken.why
    assert "open 2.0.0: reg bump orders/order" in broken.remedy
    assert judged(report) == [("1.2.0", "breaking", "major", "2.0.0")]
    assert report.exit_code() == 1


def test_the_older_version_refuses_at_the_place_of_the_same_field_in_the_new_file(
    check: Check,
) -> None:
    report = check(
        {
            f"{ORDERS}/1.2.0.json": schema(
                email={"type": ["string", "null"]}, total={"type": "number"}
            )
        }
    )
    assert told(report)[1:] == [("type-narrowed", "error", "1.2.0", "1.1.0", "email")]
    finding = report.findings[1]
    assert (finding.direction, finding.pointer) == (Direction.FORWARD, "/properties/email/type")
    assert finding.place == Place(f"{ORDERS}/1.2.0.json", 7, 5)
    assert f"The refusing keyword is in {ORDERS}/1.1.0.json#/properties/email/type." in finding.why
    assert finding.why.startswith("Readers that still use 1.1.0 receive records of 1.2.0.")
    assert finding.remedy.endswith("or open 2.0.0: reg bump orders/order")


def test_every_mend_names_the_line_that_is_not_taken_yet(check: Check) -> None:
    older = schema(email=STRING, total={"type": "number", "unit": "EUR"})
    landed = LANDED | {f"{ORDERS}/{each}.json": older for each in ("1.2.0", "2.0.0")}
    newer = schema(total={"type": "string", "unit": "USD"})
    report = check({f"{ORDERS}/1.3.0.json": newer}, landed)
    mends = {each.rule: each.remedy for each in report.findings}
    assert mends.keys() == {"bump-too-small", "field-removed", "meaning-changed", "type-narrowed"}
    assert all("3.0.0: reg bump orders/order" in each for each in mends.values()), mends


def test_a_field_that_goes_within_its_line_is_missed_by_readers_of_the_older_version(
    check: Check,
) -> None:
    report = check({f"{ORDERS}/1.2.0.json": schema(total={"type": "number"})})
    assert told(report) == [
        ("bump-too-small", "error", "1.2.0", "", ""),
        ("field-removed", "error", "1.2.0", "1.1.0", "email"),
    ]
    finding = report.findings[1]
    assert (finding.pointer, finding.place) == (
        "/properties/email",
        Place(f"{ORDERS}/1.2.0.json", 3, 3),
    )


def test_a_field_that_goes_with_what_is_inside_it_is_told_once(check: Check) -> None:
    inside = {"properties": {"street": STRING, "lines": {"items": {"properties": {"a": STRING}}}}}
    landed = LANDED | {f"{ORDERS}/1.1.0.json": schema(email=STRING, address=inside)}
    report = check({f"{ORDERS}/1.2.0.json": schema(email=STRING)}, landed)
    assert told(report)[1:] == [("field-removed", "error", "1.2.0", "1.1.0", "address")]


def test_words_alone_are_a_patch(check: Check) -> None:
    described = schema(email={**STRING, "description": "Where we write"}, total={"type": "number"})
    report = check({f"{ORDERS}/1.1.1.json": described})
    assert told(report) == []
    assert judged(report) == [("1.1.1", "compatible", "patch", "1.1.1")]
    assert report.versions[0].changes == ('description of email added: "Where we write"',)


def test_a_field_more_is_no_patch(check: Check) -> None:
    report = check(
        {f"{ORDERS}/1.1.1.json": schema(email=STRING, total={"type": "number"}, x=STRING)}
    )
    assert told(report) == [("bump-too-small", "error", "1.1.1", "", "")]
    assert "1.2.0" in report.findings[0].message
    assert "reg bump orders/order" in report.findings[0].remedy


def test_the_same_said_in_other_keywords_is_a_patch(check: Check) -> None:
    report = check(
        {
            f"{ORDERS}/1.1.1.json": json.dumps(
                {
                    "$defs": {"amount": {"type": "number"}},
                    "allOf": [{"required": ["id"]}],
                    "type": ["object"],
                    "properties": {
                        "total": {"$ref": "#/$defs/amount"},
                        "email": STRING,
                        "id": STRING,
                    },
                }
            )
        }
    )
    assert told(report) == []
    assert judged(report) == [("1.1.1", "compatible", "patch", "1.1.1")]


def test_another_unit_is_no_patch_though_no_validator_minds(check: Check) -> None:
    report = check(
        {f"{ORDERS}/1.1.1.json": schema(email=STRING, total={"type": "number", "unit": "USD"})}
    )
    assert told(report) == [("bump-too-small", "error", "1.1.1", "", "")]
    assert judged(report) == [("1.1.1", "compatible", "minor", "1.2.0")]


def test_a_step_larger_than_needed_is_a_note(check: Check) -> None:
    report = check(
        {f"{ORDERS}/2.0.0.json": schema(email=STRING, total={"type": "number"}, x=STRING)}
    )
    assert told(report) == [("bump-larger-than-needed", "notice", "2.0.0", "", "")]
    assert report.exit_code() == 0
    report = check({f"{ORDERS}/2.0.0.json": None, f"{ORDERS}/1.2.0.json": LATEST}, {})
    assert told(report) == [("bump-larger-than-needed", "notice", "1.2.0", "", "")]


def test_a_new_line_may_break_everybody(check: Check) -> None:
    report = check({f"{ORDERS}/2.0.0.json": schema("id tax", tax={"type": "integer"})})
    assert told(report) == []
    assert judged(report) == [("2.0.0", "compatible", "major", "2.0.0")]
    assert report.versions[0].against == ()


@pytest.mark.parametrize(
    ("number", "rule", "message"),
    [
        ("1.3.0", "version-gap", "1.3.0 follows 1.1.0; the next version is 1.1.1 or 1.2.0"),
        ("1.1.2", "version-gap", "1.1.2 follows 1.1.0; the next version is 1.1.1 or 1.2.0"),
        ("1.2.1", "version-gap", "1.2.1 follows 1.1.0; the next version is 1.1.1 or 1.2.0"),
        ("3.0.0", "version-gap", "3.0.0 follows 1.1.0; the next version is 2.0.0"),
        ("2.1.0", "version-gap", "2.1.0 follows 1.1.0; the next version is 2.0.0"),
        ("1.0.1", "version-backwards", "1.0.1 comes after 1.1.0 has landed"),
        ("0.9.0", "version-backwards", "0.9.0 comes after 1.1.0 has landed"),
    ],
)
def test_a_number_that_skips_or_goes_back_is_an_error(
    check: Check, number: str, rule: str, message: str
) -> None:
    report = check({f"{ORDERS}/{number}.json": LATEST})
    found = [each for each in report.findings if each.rule.startswith("version-")]
    assert [(each.rule, each.message, each.severity) for each in found] == [
        (rule, message, Severity.ERROR)
    ]


def test_an_older_line_goes_on_beside_a_newer_one(check: Check) -> None:
    landed = LANDED | {f"{ORDERS}/2.0.0.json": schema("id tax", tax=STRING)}
    report = check(
        {f"{ORDERS}/1.2.0.json": schema(email=STRING, total={"type": "number"}, x=STRING)}, landed
    )
    assert told(report) == []
    breaking = schema("id email", email=STRING, total={"type": "number"})
    report = check({f"{ORDERS}/1.2.0.json": breaking}, {})
    assert report.versions[0].honest == "3.0.0"


def test_the_history_of_a_schema_may_come_along_with_its_gaps(check: Check) -> None:
    landed = {"registry.yaml": "version: 1\n"}
    change: dict[str, str | None] = {
        **product("orders", "order"),
        f"{ORDERS}/1.0.0.json": schema(),
        f"{ORDERS}/1.4.0.json": schema(email=STRING),
        f"{ORDERS}/1.5.0.json": schema("id email", email=STRING),
    }
    report = check(change, landed)
    assert told(report) == [
        ("bump-too-small", "error", "1.5.0", "", ""),
        ("property-required", "error", "1.5.0", "1.4.0", "email"),
        ("version-gap", "notice", "1.4.0", "", ""),
    ]
    assert judged(report) == [
        ("1.0.0", "compatible", "", "1.0.0"),
        ("1.4.0", "compatible", "minor", "1.1.0"),
        ("1.5.0", "breaking", "major", "2.0.0"),
    ]


# What has landed stays


def test_a_landed_version_that_is_altered_is_an_error_even_in_its_words(check: Check) -> None:
    report = check({f"{ORDERS}/1.0.0.json": schema(email={**STRING, "title": "E-mail"})})
    assert told(report) == [("version-modified", "error", "1.0.0", "", "")]
    assert "git restore --source=" in report.findings[0].remedy
    assert report.versions == ()


def test_a_landed_version_that_goes_is_an_error_where_its_product_still_speaks_of_it(
    check: Check,
) -> None:
    report = check({f"{ORDERS}/1.0.0.json": None})
    assert told(report) == [("version-removed", "error", "1.0.0", "", "")]
    assert report.findings[0].place == Place("products/orders/product.yaml", 3, 11)


def test_a_schema_that_goes_whole_is_its_versions_removed(check: Check) -> None:
    change: dict[str, str | None] = {f"{ORDERS}/1.0.0.json": None, f"{ORDERS}/1.1.0.json": None}
    removed = [
        ("version-removed", "error", "1.0.0", "", ""),
        ("version-removed", "error", "1.1.0", "", ""),
    ]
    assert told(check(change)) == removed
    assert told(check(product("orders"), {})) == [
        *removed,
        ("product-changed", "notice", "", "", ""),
    ]


def test_a_product_that_goes_whole_is_its_versions_removed(check: Check) -> None:
    report = check(dict.fromkeys([each for each in LANDED if each != "registry.yaml"]))
    assert told(report) == [
        ("version-removed", "error", "1.0.0", "", ""),
        ("version-removed", "error", "1.1.0", "", ""),
    ]
    assert {str(each.place) for each in report.findings} == {"registry.yaml:1:1"}


@pytest.mark.parametrize("folder", ["products/sales/orders", "products/purchases"])
def test_a_product_that_moves_leaves_its_versions_behind(check: Check, folder: str) -> None:
    change: dict[str, str | None] = dict.fromkeys(
        each for each in LANDED if each != "registry.yaml"
    )
    for path, text in LANDED.items():
        if text is not None and path.startswith("products/orders"):
            change[path.replace("products/orders", folder)] = text
    report = check(change)
    errors = [each for each in report.findings if each.severity is Severity.ERROR]
    assert [(each.rule, each.version) for each in errors] == [
        ("version-removed", "1.0.0"),
        ("version-removed", "1.1.0"),
    ]
    if folder.endswith("orders"):
        assert report.versions == ()
        assert f"it moved to {folder}/schemas/order/1.0.0.json" in errors[0].message


def test_a_product_that_swallows_its_neighbours_removes_their_versions(check: Check) -> None:
    text = LANDED["products/orders/product.yaml"]
    landed = {
        "registry.yaml": "version: 1\n",
        "products/sales/orders/product.yaml": text,
        "products/sales/orders/schemas/order/1.0.0.json": schema(),
    }
    with pytest.raises(InvalidFiles):
        check(product("sales"), landed)


def test_a_prerelease_may_change_and_go_and_promises_nothing(check: Check) -> None:
    landed = LANDED | {f"{ORDERS}/2.0.0-beta.1.json": schema(tax=STRING)}
    report = check({f"{ORDERS}/2.0.0-beta.1.json": schema(tax={"type": "integer"})}, landed)
    assert told(report) == []
    assert judged(report) == [("2.0.0-beta.1", "compatible", "major", "2.0.0")]
    report = check({f"{ORDERS}/2.0.0-beta.1.json": None, f"{ORDERS}/2.0.0.json": schema()}, {})
    assert "version-removed" not in {each.rule for each in report.findings}


def test_a_prerelease_is_judged_and_holds_nobody_up(check: Check) -> None:
    report = check({f"{ORDERS}/1.2.0-rc.1.json": schema("id email", email=STRING)})
    assert {each.severity for each in report.findings} == {Severity.NOTICE}
    assert [each.rule for each in report.findings] == [
        "bump-too-small",
        "field-removed",
        "property-required",
    ]
    assert (report.verdict, report.exit_code()) == ("pass", 0)


def test_a_release_is_not_held_against_prereleases(check: Check) -> None:
    landed = LANDED | {f"{ORDERS}/1.2.0-rc.1.json": schema("id tax", email=STRING, tax=STRING)}
    report = check(
        {f"{ORDERS}/1.2.0.json": schema(email=STRING, total={"type": "number"}, x=STRING)}, landed
    )
    assert told(report) == []
    assert report.versions[0].against == ("1.0.0", "1.1.0")


# References


def test_a_release_that_refers_to_a_prerelease_is_an_error(check: Check) -> None:
    landed = LANDED | {f"{ORDERS}/2.0.0-beta.1.json": schema(tax=STRING)}
    referring = schema(
        email=STRING, total={"type": "number"}, x={"$ref": "reg:orders/order@2.0.0-beta.1"}
    )
    report = check({f"{ORDERS}/1.2.0.json": referring}, landed)
    assert told(report) == [("reference-to-prerelease", "error", "1.2.0", "", "")]
    assert report.findings[0].place.line == 14


def test_schemas_are_compared_through_their_references(check: Check) -> None:
    money = "products/money/schemas/amount"
    landed = LANDED | {
        **product("money", "amount"),
        f"{money}/1.0.0.json": '{"type": "integer"}',
        f"{money}/2.0.0.json": '{"type": "string"}',
        f"{ORDERS}/1.1.0.json": schema(
            email=STRING, total={"$ref": "../../../money/schemas/amount/1.0.0.json"}
        ),
    }
    change = schema(email=STRING, total={"$ref": "reg:money/amount@2.0.0"})
    report = check({f"{ORDERS}/1.2.0.json": change}, landed)
    assert {(each.rule, each.direction) for each in report.findings if each.direction} == {
        ("type-narrowed", Direction.BACKWARD),
        ("type-narrowed", Direction.FORWARD),
    }
    same = schema(email=STRING, total={"$ref": "reg:money/amount@1.0.0"})
    assert told(check({f"{ORDERS}/1.2.0.json": same}, {})) == [
        ("bump-larger-than-needed", "notice", "1.2.0", "", "")
    ]


# Whose policy


def test_a_level_asks_only_what_it_asks(check: Check) -> None:
    landed = LANDED | {"registry.yaml": "version: 1\ncompatibility: {level: BACKWARD}\n"}
    report = check({f"{ORDERS}/1.2.0.json": schema()}, landed)
    assert told(report) == []
    assert judged(report) == [("1.2.0", "compatible", "minor", "1.2.0")]


def test_level_none_compares_nothing(check: Check) -> None:
    landed = LANDED | {"registry.yaml": "version: 1\ncompatibility: {level: NONE}\n"}
    report = check({f"{ORDERS}/1.2.0.json": schema("id tax", tax=STRING)}, landed)
    assert (told(report), report.versions[0].against) == ([], ())
    assert judged(report) == [("1.2.0", "compatible", "minor", "1.2.0")]


def test_scope_latest_looks_no_further_than_the_version_before(check: Check) -> None:
    landed = LANDED | {
        "registry.yaml": "version: 1\ncompatibility: {scope: latest}\n",
        f"{ORDERS}/1.1.0.json": schema("id email", email=STRING),
    }
    report = check({f"{ORDERS}/1.2.0.json": schema("id email", email=STRING, x=STRING)}, landed)
    assert (told(report), report.versions[0].against) == ([], ("1.1.0",))


def test_a_change_cannot_grant_itself_leave(check: Check) -> None:
    report = check(
        {
            "registry.yaml": "version: 1\ncompatibility: {level: NONE, undecided: warn}\n",
            f"{ORDERS}/1.2.0.json": schema("id email", email=STRING, total={"type": "number"}),
        }
    )
    assert told(report) == [
        ("bump-too-small", "error", "1.2.0", "", ""),
        ("property-required", "error", "1.2.0", "1.1.0", "email"),
        ("policy-loosened", "notice", "", "", ""),
    ]
    assert report.findings[-1].message == "level: FULL → NONE; undecided: fail → warn"
    assert report.policy == Compatibility()


def test_the_first_policy_counts_at_once(check: Check) -> None:
    landed = {path: text for path, text in LANDED.items() if path != "registry.yaml"}
    report = check(
        {
            "registry.yaml": "version: 1\ncompatibility: {level: BACKWARD}\n",
            f"{ORDERS}/1.2.0.json": schema(),
        },
        landed,
    )
    assert (told(report), report.policy.level) == ([], Level.BACKWARD)


def test_a_products_own_policy_counts_as_it_landed(check: Check) -> None:
    hub = {"registry.yaml": "version: 1\ncompatibility: {level: BACKWARD}\n"}
    landed = LANDED | hub | product("orders", "order", compatibility="{level: FULL}")
    change = {f"{ORDERS}/1.2.0.json": schema(), **product("orders", "order")}
    report = check(change, landed)
    assert ("field-removed", "error", "1.2.0", "1.1.0", "email") in told(report)
    assert [each.message for each in report.findings if each.rule == "policy-loosened"] == [
        "level: FULL → BACKWARD"
    ]
    assert report.versions[0].policy == Compatibility(Level.FULL)


def test_what_a_product_says_of_itself_is_noted_when_it_changes(check: Check) -> None:
    landed = LANDED | product("orders", "order", classification="restricted", purpose="Reports")
    change = product("orders", "order", classification="internal", purpose="Forecasts")
    report = check(change, landed)
    assert [(each.rule, each.message) for each in report.findings] == [
        ("classification-lowered", "classification of orders: restricted became internal"),
        (
            "product-changed",
            'classification: "restricted" → "internal"; purpose: "Reports" → "Forecasts"',
        ),
    ]
    severities = [each.severity for each in report.findings]
    assert severities == [Severity.ERROR, Severity.NOTICE]


# Undecided, wrong, everything


UNSETTLED = {"type": "string", "pattern": "^(b|a)\\1$"}


@pytest.mark.parametrize(
    ("policy", "verdict", "code"), [("fail", "undecided", 3), ("warn", "pass", 0)]
)
def test_what_cannot_be_decided_never_passes_as_compatible(
    check: Check, policy: str, verdict: str, code: int
) -> None:
    landed = LANDED | {
        "registry.yaml": f"version: 1\ncompatibility: {{undecided: {policy}}}\n",
        f"{ORDERS}/1.1.0.json": schema(
            email=STRING, code={"type": "string", "pattern": "^(a|b)\\1$"}
        ),
    }
    change = {f"{ORDERS}/1.2.0.json": schema(email=STRING, code=UNSETTLED)}
    report = check(change, landed)
    undecided = [each for each in report.findings if each.rule == "undecided"]
    assert undecided
    assert {each.severity for each in undecided} == {Severity.WARNING}
    (found,) = report.versions
    assert (found.outcome, bool(found.reason)) == (Outcome.UNDECIDED, True)
    assert (found.required_bump, found.honest) == ("", "")
    assert (report.verdict, report.exit_code()) == (verdict, code)


def test_files_that_are_wrong_are_refused_before_anything_is_judged(check: Check) -> None:
    with pytest.raises(InvalidFiles) as caught:
        check({f"{ORDERS}/1.2.0.json": '{"type": "strnig"', "registry.yaml": "a: b"})
    assert {each.place.path for each in caught.value.mistakes} == {
        f"{ORDERS}/1.2.0.json",
        "registry.yaml",
    }


def test_what_is_wrong_already_holds_up_nobody_who_leaves_it_alone(check: Check) -> None:
    landed = LANDED | {"products/broken/product.yaml": "nonsense: ["}
    report = check(
        {f"{ORDERS}/1.2.0.json": schema(email=STRING, total={"type": "number"}, x=STRING)}, landed
    )
    assert told(report) == []
    with pytest.raises(InvalidFiles):
        check({}, {}, all_versions=True)


def test_a_wrong_policy_that_landed_can_be_mended(check: Check) -> None:
    report = check({"registry.yaml": "version: 1\n"}, LANDED | {"registry.yaml": "version: ["})
    assert (told(report), report.verdict) == ([], "pass")


def test_all_judges_what_landed_by_what_it_breaks_and_not_by_its_number(check: Check) -> None:
    landed = LANDED | {f"{ORDERS}/1.5.0.json": schema("id email", email=STRING)}
    report = check({}, landed, all_versions=True)
    assert told(report) == [
        ("field-removed", "error", "1.5.0", "1.1.0", "total"),
        ("property-required", "error", "1.5.0", "1.1.0", "email"),
    ]
    assert [(each.version, each.outcome.value) for each in report.versions] == [
        ("1.0.0", "compatible"),
        ("1.1.0", "compatible"),
        ("1.5.0", "breaking"),
    ]


def test_equal_input_gives_equal_reports_and_every_rule_is_in_the_catalogue(
    repo: Repo, check: Check
) -> None:
    change = {
        f"{ORDERS}/1.0.0.json": "{}",
        f"{ORDERS}/1.3.0.json": schema("id email", email=STRING),
        "registry.yaml": "version: 1\ncompatibility: {level: NONE}\n",
    }
    report = check(change)
    with open_repository(repo.path) as repository:
        base, head = Snapshot(repository.files_at("HEAD")), Snapshot(repository.working_files())
        assert review(base, head, TODAY) == review(base, head, TODAY) == report
    assert {each.rule for each in report.findings} <= CATALOGUE.keys()
    prints = [each.fingerprint for each in report.findings]
    assert len({*prints}) == len(prints)
    assert {len(each) for each in prints} == {16}


def test_a_fingerprint_does_not_depend_on_lines_and_words(check: Check) -> None:
    breaking = schema("id email", email=STRING, total={"type": "number"})
    one = check({f"{ORDERS}/1.2.0.json": breaking})
    moved = json.dumps(json.loads(breaking) | {"description": "Elsewhere"}, indent=8)
    other = check({f"{ORDERS}/1.2.0.json": moved}, {})
    assert [each.place for each in one.findings] != [each.place for each in other.findings]
    assert [each.fingerprint for each in one.findings] == [
        each.fingerprint for each in other.findings
    ]


# Two versions side by side


def test_a_difference_says_what_came_went_changed_and_breaks(repo: Repo) -> None:
    old = schema("id email", email={**STRING, "description": "The address"}, gone=STRING)
    new = schema(email={"type": ["string", "null"], "description": "Where we write"}, fresh=STRING)
    repo.commit(LANDED | {f"{ORDERS}/1.2.0.json": old, f"{ORDERS}/1.3.0.json": new})
    with open_repository(repo.path) as repository:
        snapshot = Snapshot(repository.working_files())
        *_, before, after = snapshot.versions("orders", "order")
        found = diff(snapshot, before, after)
    assert [each.path for each in found.added] == ["fresh"]
    assert [each.path for each in found.removed] == ["gone"]
    assert [each.after.path for each in found.changed] == ["email"]
    assert found.words == ('description of email: "The address" → "Where we write"',)
    assert (found.words_only, found.backward.outcome) == (False, Outcome.COMPATIBLE)
    assert found.forward.outcome is Outcome.BREAKING
    assert {each.remedy for each in found.findings} == {""}
    assert {(each.rule, each.direction, each.against) for each in found.findings} == {
        ("property-required", Direction.FORWARD, "1.2.0"),
        ("type-narrowed", Direction.FORWARD, "1.2.0"),
    }
