"""A registry at its remote, its clones, and the chats of those who are told: for journeys of delivery."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Repo
from tests.doubles.receivers import receiving

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.doubles.receivers import Hook

POLICY = """\
version: 1
channels:
  hub-hook: {url: "${HUB}", kind: webhook, secret: "${KEY}"}
  shop-chat: {url: "${CHAT}/shop", kind: slack}
  billing-chat: {url: "${CHAT}/billing", kind: slack}
notify: {default: [hub-hook]}
"""
PRODUCT = """\
title: Orders
owner: {team: checkout, channels: [shop-chat, hub-hook]}
schemas: {order: {}}
"""
CONSUMER = "team: billing\nchannels: [billing-chat]\nuses: [{schema: orders/order}]\n"
KEY = "whsec_c2VjcmV0LXRoYXQtc3RhbmRzLW5vd2hlcmU="
NOON = "2026-03-02T12:00Z"
BEGIN: Mapping[str, str] = {
    "registry.yaml": POLICY,
    "products/orders/product.yaml": PRODUCT,
    "products/orders/consumers/billing.yaml": CONSUMER,
}


def order(*fields: str) -> str:
    """A schema with these fields beside its id."""
    properties = {name: {"type": "string"} for name in ("id", *fields)}
    return json.dumps({"type": "object", "properties": properties, "required": ["id"]}, indent=1)


@dataclass
class World:
    """The remote `hub`, a clone `shop` from which main is pushed, and one hook for all channels."""

    hub: Repo
    shop: Repo
    hook: Hook
    environment: Mapping[str, str]
    clones: int = 0
    seen: int = 0

    def lands(
        self, files: Mapping[str, str | None], subject: str, on: date = date(2026, 3, 2)
    ) -> str:
        """A commit on main, pushed; its id."""
        commit = self.shop.commit(files, subject, on=on)
        self.pushes()
        return commit

    def pushes(self) -> None:
        """What `shop` has of main is what the remote has, whatever was there."""
        self.shop.git("push", "--quiet", "--force", "origin", "main")

    def releases(self, version: str, *fields: str, on: date = date(2026, 3, 2)) -> str:
        """A version landed; the commit."""
        path = f"products/orders/schemas/order/{version}.json"
        return self.lands({path: order(*fields)}, f"Order {version}", on)

    def clone(self, *options: str) -> Path:
        """What a workflow has checked out."""
        self.clones += 1
        path = self.hub.path.parent / f"clone-{self.clones}"
        self.hub.git("clone", "--quiet", *options, f"file://{self.hub.path}", str(path))
        return path

    def arrived(self) -> list[str]:
        """What the channels got since the last time, sorted: where, and meaning."""
        new = self.hook.posts[self.seen :]
        self.seen = len(self.hook.posts)
        return sorted(
            f"{post.path.removeprefix('/hook/')}: {_said(json.loads(post.body))}" for post in new
        )

    def ledger(self) -> dict[str, Any]:
        """The files of the ledger at the remote."""
        paths = self.hub.git("ls-tree", "-r", "--name-only", "refs/reg/ledger").splitlines()
        return {
            path: json.loads(self.hub.git("cat-file", "blob", f"refs/reg/ledger:{path}"))
            for path in paths
        }

    def deliveries(self) -> list[str]:
        """Channel, state and outcomes of each delivery, sorted."""
        return sorted(
            f"{each['channel']}: {each['state']}"
            f" ({', '.join(one.get('outcome', '?') for one in each['attempts'])})"
            for path, each in self.ledger().items()
            if path.startswith(("outbox/", "deliveries/"))
        )


def _said(value: dict[str, Any]) -> str:
    """The headline of a Slack message, two words of it, or type and subject of a CloudEvent."""
    if "specversion" in value:
        return f"{value['type'].removeprefix('dev.schemareg.')} {value.get('subject', '')}".strip()
    return " ".join(value["text"].split()[1:3]).rstrip(",;:")


def world(folder: Path, hook: Hook, template: Path | None = None) -> World:
    """A registry whose first commit has landed; or what an earlier one had become, as a copy."""
    if template is not None:
        for name in ("hub.git", "shop"):
            shutil.copytree(template / name, folder / name)
    hub = Repo(folder / "hub.git", "--bare")
    shop = Repo(folder / "shop")
    environment = {"HUB": f"{hook.url}/hub", "CHAT": hook.url, "KEY": KEY}
    found = World(hub, shop, hook, environment)
    if template is not None:
        shop.git("remote", "set-url", "origin", f"file://{hub.path}")
        return found
    hub.git("config", "uploadpack.allowFilter", "true")
    hub.git("config", "uploadpack.allowAnySHA1InWant", "true")
    shop.git("remote", "add", "origin", f"file://{hub.path}")
    first = {"products/orders/schemas/order/1.0.0.json": order()}
    found.lands({**BEGIN, **first}, "Begin", date(2026, 3, 1))
    return found


def told(folder: Path) -> Path:
    """A folder to copy a world from: one whose beginning has been told."""
    from schemareg_cli.main import main

    with receiving() as hook, pytest.MonkeyPatch.context() as patch:
        found = world(folder, hook)
        clean(patch, found)
        when = ("--today", "2026-03-01T13:00Z")
        assert main(["notify", *when, "-C", str(found.clone())]) == 0
        assert [each.partition(": ")[2] for each in found.deliveries()] == ["sent (sent)"] * 3
    return folder


def clean(patch: pytest.MonkeyPatch, found: World) -> None:
    """The environment of a run at this world, and nothing of a workflow's around it."""
    for name in ("GITHUB_ACTIONS", "GITHUB_RUN_ID", "GITHUB_REPOSITORY", "GITHUB_TOKEN"):
        patch.delenv(name, raising=False)
    for name, value in found.environment.items():
        patch.setenv(name, value)
