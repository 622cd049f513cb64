"""Shell completion: names read from the folders, without Git, YAML or a schema."""

import os
from collections.abc import Iterator
from pathlib import Path

import typer


def products(context: typer.Context, incomplete: str) -> list[str]:
    """Names of products."""
    return sorted(name for name, _ in _products(context) if name.startswith(incomplete))


def schemas(context: typer.Context, incomplete: str) -> list[str]:
    """`orders/order_placed`."""
    return sorted(name for name in _schemas(context) if name.startswith(incomplete))


def versions(context: typer.Context, incomplete: str) -> list[str]:
    """`orders/order_placed@1.2.0`, once the schema is typed; before, names of schemas."""
    if "@" not in incomplete:
        return schemas(context, incomplete)
    from schemareg.formats.catalogue import BY_ENDING

    found = _schemas(context)
    name = incomplete.partition("@")[0]
    folder = found.get(name)
    files = _names(folder) if folder else []
    return sorted(
        f"{name}@{Path(file).stem}"
        for file in files
        if file.endswith(tuple(BY_ENDING)) and f"{name}@{Path(file).stem}".startswith(incomplete)
    )


def anything(context: typer.Context, incomplete: str) -> list[str]:
    """Names of products, schemas and, after an @, versions."""
    if "@" in incomplete:
        return versions(context, incomplete)
    return schemas(context, incomplete) if "/" in incomplete else products(context, incomplete)


def deprecated(context: typer.Context, incomplete: str) -> list[str]:
    """Deprecated targets, read from single lines of the files."""
    files = [
        folder / "deprecations" / name
        for _, folder in _products(context)
        for name in _names(folder / "deprecations")
    ]
    found = {_target(path) for path in files if path.suffix == ".yaml"}
    return sorted(target for target in found if target and target.startswith(incomplete))


def rules(incomplete: str) -> list[tuple[str, str]]:
    """Rule ids with their titles."""
    from schemareg.reports.views.rules import titles

    return [(name, title) for name, title in titles() if name.startswith(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """File kinds that have a JSON Schema."""
    from schemareg.reports.views.json_schemas import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


def _target(path: Path) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    said = [line.removeprefix("target:") for line in lines if line.startswith("target:")]
    return said[0].partition(" #")[0].strip().strip("\"'") if said else ""


def _schemas(context: typer.Context) -> dict[str, Path]:
    return {
        f"{product}/{name}": folder / "schemas" / name
        for product, folder in _products(context)
        for name in _names(folder / "schemas")
    }


def _products(context: typer.Context) -> Iterator[tuple[str, Path]]:
    """Name and folder; a folder without a product.yaml is a domain, which contains products."""
    top = _top(Path(context.params.get("root") or "."))
    for name in _names(top):
        if (top / name / "product.yaml").is_file():
            yield name, top / name
        else:
            yield from ((inner, top / name / inner) for inner in _names(top / name))


def _top(start: Path) -> Path:
    """The nearest `products/` in this folder and its parents."""
    here = Path(os.path.abspath(start))  # noqa: PTH100  it follows no links
    return next(
        (folder / "products" for folder in (here, *here.parents) if (folder / "products").is_dir()),
        here / "products",
    )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
    except OSError:
        return []
