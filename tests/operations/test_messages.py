"""What is to be told, of real repositories: by landing, by day, after a rewrite, and `reg events`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.stories import BEGIN, FOLDER, Chronicle, Shop

from schemareg.adapters.history.history import history
from schemareg.model.errors import RegistryError, Undecidable
from schemareg.notifications.channels import cloudevents
from schemareg.operations.notify import messages as notify_messages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.conftest import Repo

    from schemareg.notifications.delivery.message import Message

POLICY = """version: 1
channels:
  checkout-chat: {url: "${CHECKOUT_URL}"}
  billing-chat: {url: "${BILLING_URL}", threshold: warning}
  hub-chat: {url: "${HUB_URL}"}
notify: {default: [hub-chat]}
"""
TODAY = date(2026, 5, 1)
STORY = (
    ("2026-02-02", "release 1.1.0 with note=string"),
    ("2026-02-03", "nothing"),
    ("2026-02-04", "deprecate orders/order#email 2026-06-01"),
    ("2026-02-05", "release 1.2.0 without status"),
)


def shop() -> Shop:
    found = Shop()
    found.begin()
    found.files["registry.yaml"] = POLICY
    found.tell('product {"owner": {"team": "checkout", "channels": ["checkout-chat"]}}')
    found.tell("consumer billing reads email,status channels billing-chat")
    return found


def land(
    folder: Path, landings: Sequence[tuple[str, str]] = STORY, *, also: dict[str, str] | None = None
) -> Path:
    here = shop()
    chronicle = Chronicle()
    tip = chronicle.commit("main", here.files, BEGIN)
    for day, lines in landings:
        here.tell(lines)
        here.files |= also or {}
        tip = chronicle.commit("main", here.files, date.fromisoformat(day), after=tip)
    chronicle.write(folder)
    return folder


def told(
    folder: Path, after: int | None, until: int | None = None, head: str = "main"
) -> list[tuple[int, tuple[Message, ...]]]:
    with history(folder, head) as line:
        landings = line.line()
        since = None if after is None else landings[after]
        end = None if until is None else landings[until]
        found = notify_messages.messages_between(folder, line, since, end, today=TODAY)
        return [(landing.ordinal, messages) for landing, messages in found]


def short(messages: Sequence[Message]) -> dict[str, list[str]]:
    return {
        each.channel: [f"{one.severity.value} {one.type}" for one in each.events]
        for each in messages
    }


def test_each_landing_is_a_message_to_each_channel_that_it_concerns(tmp_path: Path) -> None:
    found = told(land(tmp_path / "registry"), 0)
    assert {number: short(messages) for number, messages in found} == {
        1: {"checkout-chat": ["notice version.released"]},
        3: {
            "billing-chat": ["warning deprecation.announced"],
            "checkout-chat": ["warning deprecation.announced"],
        },
        4: {
            "billing-chat": ["error breaking.landed"],
            "checkout-chat": ["error breaking.landed", "notice version.released"],
            "hub-chat": ["error breaking.landed"],
        },
    }
    (_, messages) = found[-1]
    assert messages[1].headline == (
        "orders/order@1.2.0 breaks its readers, and landed despite that, and 1 more"
    )
    assert messages[1].because == ("checkout owns orders",)


def test_a_range_in_parts_is_the_same_as_in_one_go(tmp_path: Path) -> None:
    folder = land(tmp_path / "registry")
    whole = told(folder, 0)
    assert told(folder, 0, 2) + told(folder, 2, 4) == whole
    assert told(folder, 0, 3) + told(folder, 3) == whole
    shutil.rmtree(folder / "reg")
    assert told(folder, 0) == whole


def test_after_the_newest_landing_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert told(land(tmp_path / "registry"), 4) == []


def test_where_nothing_was_told_before_the_newest_landing_is_and_that_all_will_be(
    tmp_path: Path,
) -> None:
    ((number, messages),) = told(land(tmp_path / "registry"), None)
    assert number == 4
    assert short(messages)["hub-chat"] == ["error breaking.landed", "notice registry.watched"]
    (*_, hub) = messages
    assert hub.digest[-1].title == ("notification starts for this registry; it has 1 product")


def test_the_word_that_all_is_told_goes_out_though_the_newest_landing_says_nothing(
    tmp_path: Path,
) -> None:
    ((number, messages),) = told(land(tmp_path / "registry", STORY[:2]), None)
    assert (number, short(messages)) == (2, {"hub-chat": ["notice registry.watched"]})


def test_a_repository_of_which_nothing_has_landed_tells_nothing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "empty")], check=True)
    with history(tmp_path / "empty", "") as line:
        assert list(notify_messages.messages_between(tmp_path, line, None, today=TODAY)) == []
        with pytest.raises(RegistryError, match="nothing has landed yet"):
            notify_messages.messages_of_rewrite(tmp_path, line, "a" * 40, today=TODAY)


def test_channels_are_those_of_the_newest_policy_for_that_is_who_sends(tmp_path: Path) -> None:
    renamed = POLICY.replace("checkout-chat", "checkout-room")
    folder = land(
        tmp_path / "registry",
        [
            ("2026-02-02", "release 1.1.0 with note=string"),
            (
                "2026-02-03",
                'product {"owner": {"team": "checkout", "channels": ["checkout-room"]}}',
            ),
        ],
        also={"registry.yaml": renamed},
    )
    ((_, first), *_) = told(folder, 0)
    assert [(each.channel, each.because) for each in first] == [
        (
            "hub-chat",
            (
                "checkout owns orders; registry.yaml has no channel checkout-chat",
                "this is the registry's default",
            ),
        )
    ]


def test_a_policy_that_landed_wrong_does_not_silence_the_registry(tmp_path: Path) -> None:
    for name, text in (("wrong", "version: [1\n"), ("other", "version: 1\nchanels: {}\n")):
        folder = land(tmp_path / name, [("2026-02-02", "nothing")], also={"registry.yaml": text})
        ((_, messages),) = told(folder, 0)
        assert short(messages) == {
            "hub-chat": ["error landing.invalid", "notice policy.changed"],
        }


def rewritten(tmp_path: Path, *, kept: bool = True) -> tuple[Path, str]:
    """A repository whose main was replaced, and the previous head before."""
    folder = land(tmp_path / "registry")
    with history(folder, "main") as line:
        old = line.commit
    here = shop()
    here.tell("release 1.1.0 with other=string")
    chronicle = Chronicle()
    tip = chronicle.commit("main", shop().files, BEGIN)
    chronicle.commit("main", here.files, date(2026, 2, 6), after=tip)
    target = folder
    if not kept:
        target = tmp_path / "elsewhere"
        chronicle.write(target)
    else:
        stream = b"".join(chronicle._lines)
        subprocess.run(
            ["git", "-C", str(folder), "fast-import", "--quiet", "--force"],
            input=stream,
            check=True,
        )
    return target, old


def test_a_rewritten_history_is_told_tree_by_tree(tmp_path: Path) -> None:
    folder, old = rewritten(tmp_path)
    with history(folder, "main") as line:
        assert line.landing(old) is None
        messages = notify_messages.messages_of_rewrite(folder, line, old, today=TODAY)
    assert short(messages) == {
        "billing-chat": ["error version.altered", "error version.removed"],
        "checkout-chat": [
            "error version.altered",
            "error version.removed",
            "notice deprecation.withdrawn",
        ],
        "hub-chat": ["error history.rewritten", "error version.altered", "error version.removed"],
    }
    (*_, hub) = messages
    assert dict(hub.alarms[0].details)["the previous head"] == old
    assert ("product", "orders") in hub.alarms[0].details


def test_a_rewritten_history_whose_old_one_is_gone_is_told_as_that(tmp_path: Path) -> None:
    folder, old = rewritten(tmp_path, kept=False)
    with history(folder, "main") as line:
        messages = notify_messages.messages_of_rewrite(folder, line, old, today=TODAY)
    ((channel, types),) = short(messages).items()
    assert (channel, types) == ("hub-chat", ["error history.rewritten"])
    assert dict(messages[0].alarms[0].details)["what differs"] == (
        "unknown: that commit is not available"
    )


def test_a_shallow_clone_cannot_tell_and_says_what_to_fetch(tmp_path: Path) -> None:
    folder = land(tmp_path / "registry")
    quiet = ("git", "clone", "-q", "--bare", "--depth", "2", folder.as_uri())
    subprocess.run([*quiet, str(tmp_path / "shallow")], check=True)
    with pytest.raises(Undecidable, match="shallow"):
        told(tmp_path / "shallow", None)


def test_a_treeless_clone_tells_the_same(tmp_path: Path) -> None:
    folder = land(tmp_path / "registry")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", "-C", str(folder), "config", key, "true"], check=True)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--filter=tree:0", folder.as_uri(), str(clone)], check=True
    )
    assert told(clone, 0) == told(folder, 0)


# -- days -----------------------------------------------------------------------------------------


def test_a_day_brings_its_reminders_until_they_are_told(tmp_path: Path) -> None:
    folder = land(tmp_path / "registry", STORY[:3])
    near = notify_messages.reminders_today(folder, date(2026, 5, 3))
    assert short(near) == {
        "billing-chat": ["warning sunset.approaching"],
        "checkout-chat": ["warning sunset.approaching"],
    }
    known = {event.id for message in near for event in message.events}
    assert notify_messages.reminders_today(folder, date(2026, 5, 10), known) == ()
    here = notify_messages.reminders_today(folder, date(2026, 6, 1), known)
    assert short(here)["billing-chat"] == ["error sunset.reached"]
    over = notify_messages.reminders_today(folder, date(2026, 6, 9), known)
    assert over[0].headline == (
        "orders/order#email still exists, 1 week after its sunset on 2026-06-01"
    )


def test_what_left_at_its_sunset_is_not_overdue(tmp_path: Path) -> None:
    story = [*STORY[:3], ("2026-06-01", "release 1.2.0 without email")]
    folder = land(tmp_path / "registry", story)
    assert notify_messages.reminders_today(folder, date(2026, 6, 9)) == ()


def test_waivers_that_run_out_are_told_to_the_owner_and_to_the_hub(tmp_path: Path) -> None:
    name = "0123456789abcdef"
    text = (
        f"fingerprint: {name}\nrule: field-removed\nreason: An emergency.\napprover: hub\n"
        "until: 2026-05-20\n"
    )
    waivers = {
        f"{FOLDER}/waivers/{name}.yaml": text,
        f"{FOLDER}/waivers/odd.yaml": "- no waiver\n",
    }
    folder = land(tmp_path / "registry", STORY[:1], also=waivers)
    near = notify_messages.reminders_today(folder, date(2026, 5, 13))
    assert short(near) == {
        "checkout-chat": ["warning waiver.expiring"],
        "hub-chat": ["warning waiver.expiring"],
    }
    assert near[0].headline == "orders: the waiver of field-removed expires on 2026-05-20"
    gone = notify_messages.reminders_today(folder, date(2026, 5, 21))
    assert short(gone)["hub-chat"] == ["error waiver.expired"]


# -- reg events -----------------------------------------------------------------------------------


def test_the_newest_landing_is_shown_to_people(
    tmp_path: Path, reg: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None]
) -> None:
    code, out, err = reg("events", "..main", "-C", str(land(tmp_path / "registry")))
    assert (code, err) == (0, "")
    golden("events.text", out)
    # The newest landing alone is what the whole ends with.
    _, newest, _ = reg("events", "-C", str(tmp_path / "registry"))
    assert out.endswith(f"\n{newest}")


@pytest.mark.parametrize("span", ["2026-02-03..", "2026-02-03..main", "2026-02-03..2026-02-05"])
def test_a_range_may_name_days(
    span: str, tmp_path: Path, reg: Callable[..., tuple[int, str, str]]
) -> None:
    folder = land(tmp_path / "registry")
    code, out, _ = reg("events", span, "--format", "jsonl", "-C", str(folder))
    found = [cloudevents.read(line) for line in out.splitlines()]
    assert (code, [each.type for each in found]) == (
        0,
        ["deprecation.announced", "version.released", "breaking.landed"],
    )


def test_one_landing_can_be_named(tmp_path: Path, reg: Callable[..., tuple[int, str, str]]) -> None:
    folder = land(tmp_path / "registry")
    code, out, _ = reg("events", "main~1", "--format", "jsonl", "-C", str(folder))
    assert (code, [json.loads(line)["type"] for line in out.splitlines()]) == (
        0,
        ["dev.schemareg.deprecation.announced"],
    )
    assert reg("events", "main~2", "-C", str(folder)) == (0, "no events\n", "")
    code, out, _ = reg("events", "main~4", "-C", str(folder))
    assert "orders/order@1.0.0 landed, its first version" in out


def test_what_the_day_brings_is_shown_as_well(
    tmp_path: Path, reg: Callable[..., tuple[int, str, str]]
) -> None:
    folder = land(tmp_path / "registry", STORY[:3])
    asked = ("events", "--reminders", "--today", "2026-05-03", "-C", str(folder))
    code, out, _ = reg(*asked)
    assert (code, out.splitlines()[:2]) == (
        0,
        ["2026-05-02  this day", "  warning orders/order#email ends on 2026-06-01"],
    )
    assert reg(*asked[:3], "2026-04-03", *asked[4:]) == (0, "no events\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere..main",), "there is no commit 'nowhere' in this clone"),
        (("main..nowhere",), "there is no commit 'nowhere' in this clone"),
        (("aside..main",), "aside is not among these landings"),
        (("..main", "--reminders"), "reminders belong to a day, not to a range of landings"),
        (("2026-02-30..",), "2026-02-30 is not in the calendar"),
        (("2025-01-01..",), "nothing had landed by 2025-01-01"),
    ],
)
def test_a_range_that_is_none_is_refused_with_the_mend(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    reg: Callable[..., tuple[int, str, str]],
) -> None:
    folder = land(tmp_path / "registry", STORY[:1])
    asked = ("git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.com")
    tree = subprocess.run(
        [*asked, "commit-tree", "-m", "Aside", "main^{tree}"], capture_output=True, check=True
    )
    subprocess.run([*asked, "branch", "aside", tree.stdout.decode().strip()], check=True)
    code, out, err = reg("events", *arguments, "-C", str(folder))
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) >= 2


def test_people_and_pull_request_are_those_of_the_merge(
    repo: Repo, reg: Callable[..., tuple[int, str, str]]
) -> None:
    repo.commit(shop().files, "Add orders")
    repo.git("remote", "add", "origin", "git@github.com:shop/registry.git")
    repo.branch("change")
    here = shop()
    here.tell("release 1.1.0 with note=string")
    repo.commit(here.files, "orders: a note")
    repo.checkout("main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from shop/change", "change")
    code, out, _ = reg("events", "--format", "jsonl", "-C", str(repo.path))
    value = json.loads(out)
    commit = repo.git("rev-parse", "HEAD")
    assert (code, value["source"]) == (0, "https://github.com/shop/registry")
    assert value["data"]["pull_request"] == "12"
    assert value["data"]["actor"] == "Ada Lovelace"
    assert value["data"]["link"] == f"https://github.com/shop/registry/commit/{commit}"


def test_names_that_no_registry_has_are_told_or_left_out_and_stop_nothing(
    repo: Repo, reg: Callable[..., tuple[int, str, str]]
) -> None:
    repo.commit(shop().files, "Add orders")
    words = "title: T\nowner: {team: t}\n"
    odd = {
        os.fsdecode(b"products/\xff\xfe/product.yaml"): words,
        "products/Ünï [x](y) @here/product.yaml": words,
        "products/\x1b[31m/product.yaml": words,
        "products/a/b/c/d/product.yaml": words,
        f"{FOLDER}/deprecations/a\nb.yaml": "target: orders/order#email\nreason: It goes.\n",
        f"{FOLDER}/deprecations/::error::.yaml": "target: orders/nothing#x\nreason: It goes.\n",
        f"{FOLDER}/waivers/nobody.yaml": "- 1\n",
        f"{FOLDER}/consumers/<!channel>.yaml": "team: '<!channel>'\nuses: []\n",
        f"{FOLDER}/schemas/order/9.9.9.txt": "no version",
        f"{FOLDER}/schemas/Order/1.0.0.json": "{}",
        f"{FOLDER}/schemas/order/1.1.0.json": "not json",
    }
    repo.commit(odd, "Odd")
    (repo.path / "link.yaml").write_text(words, encoding="utf-8")
    (repo.path / "products" / "linked").mkdir()
    (repo.path / "products" / "linked" / "product.yaml").symlink_to("../../link.yaml")
    repo.git("add", "--all")
    repo.commit({}, "A link")
    asked = ("events", "HEAD~2..", "-C", str(repo.path))
    code, out, err = reg(*asked, "--format", "jsonl")
    assert (code, err) == (0, "")
    found = [cloudevents.read(line) for line in out.splitlines()]
    assert "landing.invalid" in {each.type for each in found}
    assert "orders/order@1.1.0 landed; it was not judged" in {each.title for each in found}
    code, out, err = reg(*asked)
    assert (code, err) == (0, "")
    assert not re.search(r"^\s*::|[\x00-\x09\x0b-\x1f]", out, re.MULTILINE)
    with history(repo.path, "main") as line:
        told = list(
            notify_messages.messages_between(
                repo.path, line, line.line()[0], today=date(2026, 5, 1)
            )
        )
    assert told
    assert notify_messages.reminders_today(repo.path, date(2026, 5, 1)) == ()
