"""A small value as YAML on one line: `{schema: orders/order, fields: [id, "lines[].sku"]}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.documents.yaml_scalar import scalar

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue


def flow(value: JsonValue, *, inside: bool = False) -> str:
    """Strings, lists and objects of them as they are written after a key, or `inside` brackets.

    Raises RegistryError for a string that is not valid text.
    """
    if isinstance(value, dict):
        members = (
            f"{scalar(key, flow=True)}: {flow(each, inside=True)}" for key, each in value.items()
        )
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(each, inside=True) for each in value)}]"
    return scalar(str(value), flow=inside)
