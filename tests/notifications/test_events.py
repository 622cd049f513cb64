"""Landings to events, of real histories: what is told, how badly, about what, and to whom."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.stories import BEGIN, FOLDER, Chronicle, Shop, parted

from schemareg.adapters.git.repository import open_repository
from schemareg.adapters.history.history import history
from schemareg.changelog.facts import KINDS
from schemareg.notifications.channels import cloudevents
from schemareg.notifications.delivery.routing import routes
from schemareg.notifications.events import happenings
from schemareg.notifications.events.event import TYPES
from schemareg.notifications.events.landings import EventReader
from schemareg.notifications.events.source import event_source
from schemareg.reports.views.json_schemas import schema_text
from schemareg.review.review import review
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import Landing, Policy
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.event import Event

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "events.yaml").read_text("utf-8")
)
POLICY = """version: 1
channels:
  checkout-chat: {url: "${CHECKOUT_URL}"}
  billing-chat: {url: "${BILLING_URL}"}
  hub-chat: {url: "${HUB_URL}"}
notify: {default: [hub-chat]}
"""
TODAY = date(2027, 1, 1)
HERE = event_source("https://github.com/shop/registry", "")


class Telling(NamedTuple):
    """One landing, its news, and the two states that they are routed by."""

    landing: Landing
    news: tuple[AddressedEvent, ...]
    states: tuple[Snapshot, Snapshot]


def shop() -> Shop:
    """The registry as the cases find it."""
    found = Shop()
    found.begin()
    found.files["registry.yaml"] = POLICY
    found.tell('product {"owner": {"team": "checkout", "channels": ["checkout-chat"]}}')
    found.tell("consumer billing reads email channels billing-chat")
    found.tell("consumer shop reads customer.phone")
    return found


def land(folder: Path, landings: Sequence[tuple[str, str]]) -> Path:
    """The landings on `main` of a new bare repository; its folder."""
    here = shop()
    # A waiver names a finding: the check is asked for it, as of the landing that it will accept.
    here.fingerprint = lambda rule: fingerprints(folder.parent, landings).get(rule, "0" * 16)
    chronicle = Chronicle()
    tip = chronicle.commit("main", here.files, BEGIN)
    for days, lines in landings:
        here.tell(lines)
        day, _, earlier = days.partition(" merging ")
        side = 0
        if earlier:
            side = chronicle.commit("side", here.files, date.fromisoformat(earlier), after=tip)
        tip = chronicle.commit("main", here.files, date.fromisoformat(day), after=tip, merging=side)
    chronicle.write(folder)
    return folder


def fingerprints(folder: Path, landings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The fingerprint of each error that the last landing would be refused for, by its rule."""
    plain = [(days, lines) for days, lines in landings if not lines.startswith("waive")]
    (*_, (base, head)) = states(land(folder / f"asked-{len(list(folder.iterdir()))}", plain))
    return {each.rule: each.fingerprint for each in review(base, head, TODAY).findings}


def states(folder: Path) -> Iterator[tuple[Snapshot, Snapshot]]:
    with open_repository(folder) as repository, history(folder, "main") as line:
        before = Snapshot(repository.no_files())
        for landing in line.line():
            after = Snapshot(repository.files_at(landing.commit))
            yield before, after
            before = after


def tellings(folder: Path, since: int = -1, today: date = TODAY) -> Iterator[Telling]:
    """What every landing after the one of this number tells."""
    with open_repository(folder) as repository, history(folder, "main") as line:

        def at(commit: str) -> Snapshot:
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        landings = line.line()
        after = landings[since] if since >= 0 else None
        teller = EventReader(line, at, HERE, today, after)
        for landing in landings[since + 1 :]:
            changes = [each for each in line.changes("", after=after) if each.landing == landing]
            scene = teller.scene(landing)
            yield Telling(landing, teller.of(scene, changes), (scene.before, scene.after))


def last(folder: Path) -> Telling:
    """What the last landing tells, to somebody who had heard of all the others."""
    with history(folder, "main") as line:
        newest = line.line()[-1].ordinal
    (found,) = tellings(folder, newest - 1)
    return found


def policy(told: Telling) -> Policy:
    before, after = told.states
    return before.policy if before.policy.channels else after.policy


def shown(told: Telling) -> list[str]:
    """`severity type target -> channels`, in the order of telling."""
    lines = []
    for each in told.news:
        event = each.event
        found = routes([each], told.states, policy(told))
        channels = sorted({route.channel for route in found})
        what = f"{event.severity.value} {event.type} {event.target}".rstrip()
        lines.append(f"{what} -> {' '.join(channels)}")
    return lines


@pytest.mark.parametrize("case", CASES, ids=[each["why"] for each in CASES])
def test_a_landing_tells_what_it_did_to_whom_it_concerns(
    case: dict[str, Any], tmp_path: Path
) -> None:
    told = last(land(tmp_path / "registry", parted(case["landings"])))
    assert shown(told) == case["tells"]


def test_every_type_of_a_case_is_in_the_table_of_types() -> None:
    told = {line.split()[1] for case in CASES for line in case["tells"]}
    assert told <= TYPES.keys()
    elsewhere = {
        *("sunset.approaching", "sunset.reached", "sunset.overdue"),
        *("waiver.changed", "waiver.withdrawn", "waiver.expiring", "waiver.expired"),
        *("version.moved", "version.returned", "prerelease.changed", "prerelease.removed"),
        *("product.created", "product.retired", "schema.declared", "schema.undeclared"),
        *("policy.set", "policy.removed", "file.unreadable", "landing.invalid"),
        *("history.rewritten", "registry.watched", "events.omitted", "channel.tested"),
    }
    assert TYPES.keys() - told == elsewhere


def only(told: Telling, type_: str) -> Event:
    (found,) = (each.event for each in told.news if each.event.type == type_)
    return found


def types(told: Telling) -> list[str]:
    return [each.event.type for each in told.news]


def files(folder: Path, *states: dict[str, str]) -> Path:
    """Landings, a day apart, of registries that have exactly these files."""
    chronicle = Chronicle()
    tip = 0
    for number, each in enumerate(states):
        tip = chronicle.commit("main", each, date(2026, 1, 1 + number), after=tip)
    chronicle.write(folder)
    return folder


def test_the_first_landing_tells_what_came(tmp_path: Path) -> None:
    (told,) = tellings(land(tmp_path / "registry", []))
    assert shown(told) == [
        "notice version.released orders/order@1.0.0 -> billing-chat checkout-chat hub-chat",
        "notice consumer.joined orders -> billing-chat checkout-chat",
        "notice consumer.joined orders -> checkout-chat hub-chat",
        "notice product.created orders -> checkout-chat hub-chat",
        "notice policy.set -> hub-chat",
    ]


def test_the_same_landing_has_the_same_events_in_every_clone_whenever_it_is_told(
    tmp_path: Path,
) -> None:
    story = [("2026-02-02", "release 1.1.0 without email"), ("2026-02-03", "stability beta")]
    one = land(tmp_path / "one", story)
    other = land(tmp_path / "other", story)
    whole = [each.news for each in tellings(one)]
    assert whole == [each.news for each in tellings(other, today=date(2030, 1, 1))]
    # From the second landing on, and each alone, they are the same as in one go.
    assert whole[1:] == [each.news for each in tellings(one, 0)]
    assert whole[2:] == [each.news for each in tellings(one, 1)]
    ids = [each.event.id for news in whole for each in news]
    assert len(set(ids)) == len(ids)


def test_an_event_has_its_own_id_whatever_the_registry_is_called() -> None:
    elsewhere = event_source("https://gitlab.com/other/name.git", "")
    assert (elsewhere.source, elsewhere.page("a" * 40)) == (
        "https://gitlab.com/other/name",
        f"https://gitlab.com/other/name/-/commit/{'a' * 40}",
    )
    assert event_source("", "b" * 40) == ("schemareg:" + "b" * 40, "")


@pytest.mark.parametrize(
    "web",
    [
        "http://github.com/o/r",
        "javascript:alert(1)",
        "https://github.com",
        "https://user:secret@github.com/o/r",
        "https://github.com/o/r?x=1",
        "https://github.com/o/r)[x](y",
        "https://github.com/o/r\n",
        "file:///srv/r",
        "https://gïthub.com/o/r",
    ],
)
def test_no_link_is_made_of_an_address_that_is_none(web: str) -> None:
    here = event_source(web, "c" * 40)
    assert (here.source, here.web, here.page("a" * 40)) == ("schemareg:" + "c" * 40, "", "")


def test_a_page_is_made_for_a_commit_and_for_nothing_else() -> None:
    assert HERE.page("a" * 40) == "https://github.com/shop/registry/commit/" + "a" * 40
    assert HERE.page("main") == HERE.page("a" * 40 + "/..") == HERE.page("") == ""


def test_a_release_says_what_changed_a_sentence_each(tmp_path: Path) -> None:
    told = last(
        land(
            tmp_path / "registry",
            [("2026-02-02", "release 1.1.0 with note=string with customer.name=string")],
        )
    )
    event = only(told, "version.released")
    assert (event.title, event.details) == (
        "orders/order@1.1.0 landed, compatible with its line",
        (
            ("step", "minor over 1.0.0"),
            ("held against", "1.0.0"),
            ("change", "customer.name is new: optional string"),
            ("read by", "billing, shop"),
        ),
    )
    assert event.link == f"https://github.com/shop/registry/commit/{told.landing.commit}"
    assert (event.commit, event.source) == (told.landing.commit, "https://github.com/shop/registry")


def test_a_break_says_what_breaks_with_a_record_and_whom_it_hits(tmp_path: Path) -> None:
    story = [("2026-02-02", "release 1.1.0 required email")]
    event = only(last(land(tmp_path / "registry", story)), "breaking.landed")
    details = dict(event.details)
    assert event.title == "orders/order@1.1.0 breaks its readers, and landed despite that"
    assert details["hits"] == "billing"
    assert details["property-required email"].startswith("'email' is required now")
    assert "email" not in json.loads(details["record"])


def test_an_announcement_says_the_day_the_arithmetic_and_what_to_use_instead(
    tmp_path: Path,
) -> None:
    line = (
        "deprecate orders/order#email 2026-07-01 replacement orders/order#customer.email"
        " migration https://wiki.example.com/mail"
    )
    told = last(land(tmp_path / "registry", [("2026-02-02", line)]))
    event = only(told, "deprecation.announced")
    assert event.title == "orders/order#email ends on 2026-07-01"
    commit = told.landing.commit[:7]
    assert event.details == (
        (
            "dates",
            f"landed 2026-02-02 in {commit}, sunset 2026-07-01 → from 2026-07-01, 149 days left",
        ),
        ("reason", "It goes."),
        ("replacement", "orders/order#customer.email"),
        ("migration", "https://wiki.example.com/mail"),
        ("read by", "billing"),
    )


def test_a_landing_is_judged_as_of_its_own_day_and_never_of_one_that_has_not_come(
    tmp_path: Path,
) -> None:
    story = [
        ("2026-02-02", "deprecate orders/order#email 2026-06-01"),
        ("2026-06-01", "release 1.1.0 without email"),
    ]
    folder = land(tmp_path / "registry", story)
    (*_, legal) = tellings(folder, 1)
    (*_, forged) = tellings(folder, 1, today=date(2026, 3, 1))
    assert "promise.ended" in types(legal)
    assert "breaking.landed" in types(forged)


def test_files_that_are_wrong_are_told_and_do_not_hide_what_was_released(tmp_path: Path) -> None:
    here = shop()
    first = dict(here.files)
    here.tell("release 1.1.0 with note=string")
    here.files[f"{FOLDER}/deprecations/x.yaml"] = "target: orders/order#email\nsunset: never\n"
    here.files[f"{FOLDER}/consumers/odd.yaml"] = "- just a list\n"
    told = last(files(tmp_path / "registry", first, here.files))
    assert shown(told) == [
        "warning version.released orders/order@1.1.0 -> billing-chat checkout-chat hub-chat",
        "error landing.invalid -> hub-chat",
        "notice consumer.joined orders -> checkout-chat hub-chat",
        "error file.unreadable orders -> checkout-chat hub-chat",
    ]
    places = [name for name, _ in only(told, "landing.invalid").details]
    assert f"{FOLDER}/deprecations/x.yaml:2:9" in places


def test_a_policy_that_nobody_can_read_is_told_to_the_channels_that_there_were(
    tmp_path: Path,
) -> None:
    here = shop()
    first = dict(here.files)
    told = last(files(tmp_path / "registry", first, {**first, "registry.yaml": "version: [1\n"}))
    assert [(each.event.severity.value, each.event.type) for each in told.news] == [
        ("error", "landing.invalid"),
        ("notice", "policy.changed"),
    ]


def test_no_address_of_a_channel_is_passed_on(tmp_path: Path) -> None:
    here = shop()
    first = dict(here.files)
    secret = POLICY.replace("${HUB_URL}", "https://hooks.example.com/T000/B000/sEcReT")
    secret += "slack: https://hooks.example.com/T000/B000/sEcReT\n"
    secret = secret.replace("default: [hub-chat", "default: ['https://x.example/sEcReT', hub-chat")
    told = last(files(tmp_path / "registry", first, {**first, "registry.yaml": secret}))
    assert "policy.changed" in types(told)
    assert "sEcReT" not in repr(told.news)


def test_a_product_that_moves_to_another_folder_has_not_lost_its_readers(tmp_path: Path) -> None:
    here = shop()
    here.tell("deprecate orders/order#email 2026-07-01")
    moved = {
        path.replace("products/orders/", "products/sales/orders/"): text
        for path, text in here.files.items()
    }
    told = last(files(tmp_path / "registry", here.files, moved))
    assert shown(told) == [
        "error version.moved orders/order@1.0.0 -> billing-chat checkout-chat hub-chat"
    ]


def test_a_product_that_goes_is_told_to_everybody_it_concerned(tmp_path: Path) -> None:
    here = shop()
    rest = {path: text for path, text in here.files.items() if path.endswith("registry.yaml")}
    told = last(files(tmp_path / "registry", here.files, rest))
    assert shown(told) == [
        "error version.removed orders/order@1.0.0 -> billing-chat checkout-chat hub-chat",
        "notice consumer.left orders -> billing-chat checkout-chat",
        "notice consumer.left orders -> checkout-chat hub-chat",
        "warning product.retired orders -> billing-chat checkout-chat hub-chat",
    ]


def test_a_waiver_that_goes_and_a_policy_that_goes_are_told(tmp_path: Path) -> None:
    here = shop()
    here.fingerprint = lambda rule: "0" * 16
    here.tell("waive field-removed until 2026-03-01")
    longer = dict(here.files)
    here.tell("waive field-removed until 2026-04-01")
    path = f"{FOLDER}/waivers/{'0' * 16}.yaml"
    rest = {name: text for name, text in here.files.items() if name not in (path, "registry.yaml")}
    *_, changed, gone = tellings(files(tmp_path / "registry", longer, here.files, rest))
    assert types(changed) == ["waiver.changed"]
    assert shown(gone) == [
        "error landing.invalid -> hub-chat",  # for the owner's channel is declared nowhere now
        "notice waiver.withdrawn orders -> checkout-chat hub-chat",
        "error policy.removed -> hub-chat",
    ]


def test_a_schema_that_is_declared_or_not_any_more_is_told(tmp_path: Path) -> None:
    here = shop()
    before = dict(here.files)
    words = json.loads(here.files[f"{FOLDER}/product.yaml"])
    words["schemas"] |= {"refund": {}}
    here.files[f"{FOLDER}/product.yaml"] = json.dumps(words)
    here.files[f"{FOLDER}/schemas/refund/1.0.0.json"] = "{}"
    *_, told, back = tellings(files(tmp_path / "registry", before, here.files, before))
    assert "schema.declared" in types(told)
    assert {"schema.undeclared", "version.removed"} <= set(types(back))


def test_hostile_text_of_any_length_stays_within_bounds(tmp_path: Path) -> None:
    here = shop()
    before = dict(here.files)
    words = json.loads(here.files[f"{FOLDER}/product.yaml"])
    nasty = "<!channel> \x1b[31m \u202e [x](https://evil.example) @here ::error::" + "A" * 300_000
    words |= {"title": nasty, "description": nasty, "purpose": nasty}
    here.files[f"{FOLDER}/product.yaml"] = json.dumps(words)
    path = f"{FOLDER}/deprecations/email.yaml"
    here.files[path] = json.dumps(
        {"target": "orders/order#email", "sunset": "2026-07-01", "reason": nasty}
    )
    told = last(files(tmp_path / "registry", before, here.files))
    texts = [
        text
        for each in told.news
        for pair in (("", each.event.title), *each.event.details)
        for text in pair
    ]
    assert max(map(len, texts)) <= 500
    assert all(len(each.event.details) <= 40 for each in told.news)


def test_so_many_releases_at_once_are_an_import_and_not_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemareg.notifications.events.verdicts.MOST", 2)
    story = [
        ("2026-02-02", "release 1.1.0 with a=string\nrelease 1.2.0 with b=string\n"),
        ("2026-02-03", "release 1.3.0 with c=string\nrelease 1.4.0 with d=string\n"),
        ("2026-02-04", "\n".join(f"release 2.{n}.0 with f{n}=string" for n in range(3))),
    ]
    told = last(land(tmp_path / "registry", story))
    assert [each.event.severity.value for each in told.news] == [*["notice"] * 3, "warning"]
    assert only(told, "landing.invalid").title == (
        "3 versions landed at once and were not judged again"
    )


def test_the_page_of_events_has_every_type_with_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "registry" / "docs" / "reference-events.md").read_text(
        "utf-8"
    )
    rows = re.findall(r"^\| `([a-z.-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert dict(rows) == TYPES
    assert len(rows) == len(TYPES)


def test_the_event_on_the_page_is_one() -> None:
    page = (Path(__file__).parents[2] / "registry" / "docs" / "reference-events.md").read_text(
        "utf-8"
    )
    (shown,) = re.findall(r"```json\n(.+?)\n```", page, re.DOTALL)
    event = cloudevents.read(shown)
    assert json.loads(shown) == cloudevents.document(event)
    Draft202012Validator(json.loads(schema_text("event"))).validate(json.loads(shown))


def test_every_kind_of_fact_is_told_by_somebody() -> None:
    by_the_verdict = {"version.released"}
    by_the_audit = {"version.altered", "version.removed", "version.returned"}
    assert happenings.TELLERS.keys() | by_the_verdict | by_the_audit == KINDS.keys()
