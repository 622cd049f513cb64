"""The history in the registry's words: which facts landed, and who stands behind them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from schemareg.adapters.git.commit_messages import read_messages
from schemareg.adapters.history.history import history
from schemareg.changelog.facts import KINDS, Facts
from schemareg.history import paths
from schemareg.manifests import layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

ORDERS = "products/orders"
V1 = f"{ORDERS}/schemas/order/1.0.0.json"
V2 = f"{ORDERS}/schemas/order/1.1.0.json"
RC = f"{ORDERS}/schemas/order/2.0.0-rc.1.json"
NOTE = f"{ORDERS}/deprecations/note.yaml"
BILLING = f"{ORDERS}/consumers/billing.yaml"
WAIVER = f"{ORDERS}/waivers/0123456789abcdef.yaml"
MANIFEST = f"{ORDERS}/product.yaml"
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def product(team: str = "checkout", stability: str = "stable", more: str = "") -> str:
    return (
        f"title: Orders\ndescription: Every order.\nowner: {{team: {team}}}\n"
        f"stability: {stability}\nschemas:\n  order: {{}}\n{more}"
    )


def deprecation(sunset: str, reason: str = "Nobody reads it.") -> str:
    return f"target: orders/order#note\nsunset: {sunset}\nreason: {reason}\n"


CONSUMER = "team: billing\ncontact: b@example.com\nuses: [{schema: orders/order}]\n"
GRANTED = "fingerprint: 0123456789abcdef\nreason: Agreed.\napprover: Ada\nuntil: 2026-12-31\n"
STORY: tuple[tuple[dict[str, str | None], tuple[tuple[str, str, dict[str, str]], ...]], ...] = (
    (
        {"registry.yaml": "version: 1\n", MANIFEST: product(), V1: "{}", "products/n.md": "n"},
        (
            (
                "product.created",
                "orders",
                {"stability": "stable", "team": "checkout", "title": "Orders"},
            ),
            ("version.released", "orders/order@1.0.0", {"bump": "first"}),
            ("policy.set", "", {}),
        ),
    ),
    ({V2: "{}"}, (("version.released", "orders/order@1.1.0", {"bump": "minor", "over": "1.0.0"}),)),
    ({V2: '{"title": "x"}'}, (("version.altered", "orders/order@1.1.0", {}),)),
    ({V2: None}, (("version.removed", "orders/order@1.1.0", {}),)),
    ({V2: "{}"}, (("version.returned", "orders/order@1.1.0", {}),)),
    ({RC: "{}"}, (("prerelease.landed", "orders/order@2.0.0-rc.1", {}),)),
    ({RC: "[]"}, (("prerelease.changed", "orders/order@2.0.0-rc.1", {}),)),
    ({RC: None}, (("prerelease.removed", "orders/order@2.0.0-rc.1", {}),)),
    (
        {NOTE: deprecation("2026-09-01")},
        (
            (
                "deprecation.announced",
                "orders/order#note",
                {"reason": "Nobody reads it.", "sunset": "2026-09-01"},
            ),
        ),
    ),
    (
        {NOTE: deprecation("2026-10-01")},
        (("deprecation.moved", "orders/order#note", {"from": "2026-09-01", "to": "2026-10-01"}),),
    ),
    (
        {NOTE: deprecation("2026-10-01", "Too long.")},
        (
            (
                "deprecation.reworded",
                "orders/order#note",
                {"reason": "Too long.", "sunset": "2026-10-01"},
            ),
        ),
    ),
    (
        {NOTE: None},
        (
            (
                "deprecation.withdrawn",
                "orders/order#note",
                {"reason": "Too long.", "sunset": "2026-10-01"},
            ),
        ),
    ),
    ({NOTE: "target: [\n"}, (("file.unreadable", "orders", {}),)),
    (
        {BILLING: CONSUMER},
        (
            (
                "consumer.joined",
                "orders",
                {"consumer": "billing", "team": "billing", "uses": "orders/order"},
            ),
        ),
    ),
    (
        {BILLING: None},
        (
            (
                "consumer.left",
                "orders",
                {"consumer": "billing", "team": "billing", "uses": "orders/order"},
            ),
        ),
    ),
    (
        {WAIVER: GRANTED},
        (
            (
                "waiver.granted",
                "orders",
                {
                    "approver": "Ada",
                    "fingerprint": "0123456789abcdef",
                    "reason": "Agreed.",
                    "until": "2026-12-31",
                },
            ),
        ),
    ),
    (
        {MANIFEST: product("sales", "beta", "  refund: {}\ndomain: shop\n")},
        (
            (
                "owner.changed",
                "orders",
                {"from": '{"team": "checkout"}', "to": '{"team": "sales"}'},
            ),
            ("product.changed", "orders", {"keys": "domain"}),
            ("schema.declared", "orders/refund", {}),
            ("stability.changed", "orders", {"from": "stable", "to": "beta"}),
        ),
    ),
    (
        {"registry.yaml": "version: 1\noverrides: nothing\n"},
        (("policy.changed", "", {"overrides": "(nothing) → nothing"}),),
    ),
    (
        {MANIFEST: None},
        (
            (
                "product.retired",
                "orders",
                {"stability": "beta", "team": "sales", "title": "Orders"},
            ),
        ),
    ),
)


def test_each_landing_is_told_in_the_words_of_the_registry(repo: Repo) -> None:
    commits = [repo.commit(files, on=MARCH) for files, _ in STORY]
    with history(repo.path, "main") as line:
        told = list(Facts(line).of(line.changes("")))
    for commit, (_, expected) in zip(commits, STORY, strict=True):
        here = [each for each in told if each.landing.commit == commit]
        assert tuple((each.kind, each.target, dict(each.details)) for each in here) == expected
    assert {each.kind for each in told} <= KINDS.keys()


def test_a_fact_has_one_canonical_text(repo: Repo) -> None:
    commit = repo.commit({V1: "{}"}, on=MARCH)
    with history(repo.path, "main") as line:
        (fact,) = Facts(line).of(line.changes(""))
    assert fact.canonical() == (
        '{"after":"file 9e26dfeeb6e641a33dae4961196235bdb965b21b","before":null,'
        f'"commit":"{commit}","details":{{"bump":"first"}},"kind":"version.released",'
        f'"path":"{V1}","target":"orders/order@1.0.0","time":"2026-03-01T12:00:00Z"}}'
    )


@pytest.fixture
def told(reg: Callable[..., Any], repo: Repo) -> Callable[..., list[dict[str, Any]]]:
    """Runs `reg log`; the facts of its JSON."""

    def run(*arguments: str) -> list[dict[str, Any]]:
        call = ("log", "-C", str(repo.path), "--format", "json", "--today", "2026-06-01")
        code, out, err = reg(*call, *arguments)
        assert (code, err) == (0, "")
        return list(json.loads(out)["facts"])

    return run


def begin(repo: Repo) -> None:
    repo.commit({"registry.yaml": "version: 1\n", MANIFEST: product(), V1: "{}"}, on=MARCH)
    repo.branch("side")
    repo.commit({V2: "{}"}, "Add 1.1.0\n\nReviewed-by: Grace <g@example.com>", on=MARCH)
    repo.checkout("main")
    repo.git(
        *("-c", "user.name=x", "merge", "--quiet", "--no-ff", "-m"),
        "Merge pull request #12 from checkout/side\n\nApproved-by: Alan <a@example.com>",
        *("side",),
        on=APRIL,
    )
    repo.commit({NOTE: deprecation("2026-09-01")}, "Deprecate the note (#13)", on=MAY)


def kinds(facts: list[dict[str, Any]]) -> list[str]:
    return [each["kind"] for each in facts]


def test_the_newest_comes_first_with_the_people_behind_it(
    repo: Repo, told: Callable[..., Any]
) -> None:
    begin(repo)
    everything = told()
    assert kinds(everything) == [
        *("deprecation.announced", "version.released"),
        *("policy.set", "version.released", "product.created"),
    ]
    merged = everything[1]
    assert {key: merged[key] for key in ("pull_request", "reviewed_by", "approved_by", "time")} == {
        "pull_request": "12",
        "reviewed_by": ["Grace <g@example.com>"],
        "approved_by": ["Alan <a@example.com>"],
        "time": "2026-04-01T12:00:00Z",
    }
    assert everything[0]["pull_request"] == "13"
    assert merged["commit"] == repo.git("rev-parse", "HEAD^")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("orders",), 4),
        (("orders/order",), 4),
        (("orders/order@1.1.0",), 3),
        (("orders/order#note",), 4),
        (("orders/order#other",), 3),
        (("--since", "2026-04-01"), 2),
        (("--until", "2026-03-31"), 3),
        (("--kind", "deprecation"), 1),
        (("--kind", "version.released", "--kind", "policy"), 3),
        (("--who", "GRACE"), 1),
        (("--who", "nobody"), 0),
        (("--limit", "2"), 2),
        (("--at", "HEAD~1"), 4),
        (("--at", "2026-03-31"), 3),
        (("--today", "2026-09-01"), 6),
        (("--today", "2026-08-31"), 5),
        (("--kind", "sunset", "--today", "2026-09-01"), 1),
    ],
)
def test_a_question_narrows_the_answer(
    repo: Repo, told: Callable[..., Any], asked: tuple[str, ...], found: int
) -> None:
    begin(repo)
    assert len(told(*asked)) == found


def test_every_form_tells_the_same_facts(repo: Repo, reg: Callable[..., Any]) -> None:
    begin(repo)
    asked = ("log", "-C", str(repo.path), "--today", "2026-06-01", "--format")
    _, out, _ = reg(*asked, "jsonl")
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines == json.loads(reg(*asked, "json")[1])["facts"]
    rows = list(csv.DictReader(io.StringIO(reg(*asked, "csv")[1])))
    assert [row["commit"] for row in rows] == [each["commit"] for each in lines]
    assert reg(*asked, "markdown")[1].count("\n| 2026-") == len(lines)
    text = reg(*asked, "text")[1]
    head = repo.git("rev-parse", "HEAD")[:12]
    told = "2026-05-01  deprecation.announced orders/order#note: reason Nobody reads it., sunset"
    assert text.startswith(told)
    assert f"            {head}  by Ada Lovelace, pull request 13\n" in text


def test_what_cannot_be_asked_is_refused_with_the_way_out(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    begin(repo)
    for asked, code, said in (
        (("nothing",), 2, "no product called 'nothing' ever landed"),
        (("orders/ordr",), 2, "Did you mean orders/order?"),
        (("orders/order@9.9.9",), 2, "orders/order has no version 9.9.9"),
        (("--kind", "deprecated"), 2, "is not a kind of fact"),
        (("--at", "2025-01-01"), 2, "nothing had landed by 2025-01-01"),
        (("--at", "2025-13-01"), 2, "is not in the calendar"),
    ):
        got, out, err = reg("log", "-C", str(repo.path), *asked)
        assert (got, out) == (code, "")
        assert said in err


def test_a_message_cannot_forge_an_entry(repo: Repo, reg: Callable[..., Any]) -> None:
    repo.commit({V1: "{}"}, "x\x1b[2J\x02 |y| =1+1 (#9)\n\nReviewed-by: =cmd()", on=MARCH)
    for form in ("text", "csv", "markdown", "jsonl"):
        code, out, _ = reg("log", "-C", str(repo.path), "--format", form)
        assert code == 0
        assert "\x1b" not in out
        assert "\x02" not in out
    (row,) = csv.DictReader(io.StringIO(reg("log", "-C", str(repo.path), "-f", "csv")[1]))
    assert row["reviewed_by"].startswith("'=")


def test_a_signature_is_told_by_what_git_makes_of_it(repo: Repo) -> None:
    key = repo.path.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    allowed = repo.path.parent / "allowed"
    allowed.write_text(f"ada@example.com {(key.parent / 'key.pub').read_text()}")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key))
    plain = repo.commit({V1: "{}"}, "Plain\n\ngpgsig -----BEGIN SSH SIGNATURE-----", on=MARCH)
    repo.write({V2: "{}"})
    repo.git("add", V2)
    repo.git("commit", "--quiet", "--gpg-sign", "-m", "Signed")
    signed = repo.git("rev-parse", "HEAD")
    found = read_messages(repo.path, [plain, signed], signatures=True)
    states = {id_: each.signature and each.signature.state for id_, each in found.items()}
    assert states == {plain: "none", signed: "unknown"}, "whose keys to believe is not said"
    repo.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    found = read_messages(repo.path, [plain, signed], signatures=True)
    states = {id_: each.signature and each.signature.state for id_, each in found.items()}
    assert states == {plain: "none", signed: "good"}
    assert found[signed].signature.signer == "ada@example.com"  # type: ignore[union-attr]
    assert read_messages(repo.path, [signed])[signed].signature is None


def test_an_export_is_the_same_whole_or_in_parts_and_fits_its_schema(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    for files, _ in STORY[:9]:
        repo.commit(files, on=MARCH)
    line = reg("audit", "checkpoint", "-C", str(repo.path))[1]
    first = reg("audit", "export", "-C", str(repo.path))[1]
    for files, _ in STORY[9:]:
        repo.commit(files, on=APRIL)
    whole = reg("audit", "export", "-C", str(repo.path))[1]
    code, new, err = reg("audit", "export", "-C", str(repo.path), "--since", line)
    assert (code, err) == (0, "")
    assert first + new == whole
    file = repo.path.parent / "facts.jsonl"
    assert reg("audit", "export", "-C", str(repo.path), "-o", str(file)) == (0, "", "")
    assert file.read_text() == whole
    schema = json.loads(reg("schema", "fact")[1])
    facts = [json.loads(each) for each in whole.splitlines()]
    for each in facts:
        jsonschema.validate(each, schema)
    assert len({each["id"] for each in facts}) == len(facts) == sum(len(told) for _, told in STORY)
    repo.git("reset", "--quiet", "--hard", "HEAD~12")
    repo.commit({V1: "{}"}, on=MAY)
    assert reg("audit", "export", "-C", str(repo.path), "--since", line)[::2][0] == 3


def test_a_part_that_never_was_is_refused_and_one_that_went_is_told(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    schema = '{"properties": {"email": {"type": "string"}}}'
    repo.commit({"registry.yaml": "version: 1\n", MANIFEST: product(), V1: schema}, "A", on=MARCH)
    repo.commit({V2: '{"properties": {"id": {"type": "string"}}}'}, "B", on=APRIL)
    asked = ("log", "-C", str(repo.path), "--no-outcomes")
    code, out, err = reg(*asked, "orders/order#emial")
    assert (code, out) == (2, "")
    assert "orders/order@1.1.0 has no field 'emial'" in err
    for there in ("orders/order#email", "orders/order#id", "orders/order@1#email", "orders/order"):
        code, out, err = reg(*asked, there)
        assert (code, err, "version.released" in out) == (0, "", True)
    repo.commit({V1: None, V2: None}, "C", on=MAY)
    for gone in ("orders/order", "orders/order@1.0.0", "orders/order#email", "orders/order@1"):
        code, out, err = reg(*asked, gone)
        assert (code, err, "version.removed" in out) == (0, "", True)
    assert reg(*asked, "orders/order@2")[0] == 2


def test_before_the_first_commit_nothing_has_landed(repo: Repo, reg: Callable[..., Any]) -> None:
    where = ("-C", str(repo.path))
    assert reg("log", *where) == (0, "no matching landing\n", "")
    assert reg("audit", "export", *where) == (0, "", "")
    code, out, err = reg("audit", "verify", *where)
    assert (code, err) == (0, "")
    assert out.endswith("nothing has landed yet\n")
    code, out, err = reg("audit", "checkpoint", *where)
    assert (code, out) == (2, "")
    assert "nothing has landed yet" in err


def test_paths_are_told_apart_by_the_names_that_the_registry_has() -> None:
    names = ("REGISTRY", "PRODUCTS", "PRODUCT", "SCHEMAS", "CONSUMERS", "DEPRECATIONS", "WAIVERS")
    for name in names:
        assert getattr(paths, name) == getattr(layout, name)


def test_the_registry_can_be_looked_at_as_it_stood_on_a_day(
    repo: Repo, reg: Callable[..., Any]
) -> None:
    begin(repo)
    repo.commit({V1: "{}", "products/orders/schemas/order/1.2.0.json": "{}"}, on=MAY)

    def versions(day: str) -> list[str]:
        _, out, _ = reg("show", "-C", str(repo.path), "orders", "--at", day, "--format", "json")
        (schema,) = json.loads(out)["schemas"]
        return [each["version"] for each in schema["versions"]]

    assert versions("2026-03-31") == ["1.0.0"]
    assert versions("2026-04-01") == ["1.0.0", "1.1.0"]
    assert versions("2026-04-30") == ["1.0.0", "1.1.0"]
    assert versions("2027-01-01") == ["1.0.0", "1.1.0", "1.2.0"]

    def announced(day: str) -> bool:
        _, out, _ = reg("status", "-C", str(repo.path), "orders/order", "--at", day)
        return "2026-09-01" in out

    assert (announced("2026-04-30"), announced("2026-05-01")) == (False, True)
    code, out, err = reg("list", "-C", str(repo.path), "--at", "2026-02-28")
    assert (code, out) == (2, "")
    assert "nothing had landed by 2026-02-28" in err
