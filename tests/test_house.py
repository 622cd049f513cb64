"""The house keeps its shape: rooms look one way, doors are where the table says, help is light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import schemareg

TOP = Path(__file__).parent.parent
ROOTS = ("registry", "cli")

LAYERS = {
    "nouns": ("model", "text", "regex", "version"),
    "texts and places": ("documents", "rules"),
    "schema languages": ("formats",),
    "the registry as a value": ("history", "manifests", "snapshot", "scan"),
    "consumers and time": ("consumers", "deprecation", "sql"),
    "judgement": ("validation", "compatibility", "review", "audit", "changelog"),
    "around a change": ("authoring", "catalog", "notifications"),
    "what is shown": ("reports",),
}
"""Every room of the core. A room imports from its own layer and those above it in this table."""

ADAPTERS_KNOW = {"model", "adapters"}
"""Adapters bring bytes; the core gives them meaning."""

TYPES_ONLY = {("rules", "formats"), ("regex", "formats")}
"""What looks the other way, in annotations alone: a rule names a refusal that the engine found."""

HEAVY = {
    "apprise": ("schemareg.adapters.delivery.apprise",),
    "duckdb": ("schemareg.adapters.database",),
    "deepdiff": ("schemareg.review.metadata",),
    "avro": (),
    "fastavro": ("schemareg.formats.avro.witness", "schemareg.formats.avro.infer"),
    "jsonschema": (
        "schemareg.documents.conformance",
        "schemareg.formats.json_schema.solver.witness",
    ),
    "jsonschema_rs": ("schemareg.formats.json_schema.solver.external_prover",),
    "jsonschema_specifications": (
        *(
            "schemareg.formats.json_schema.solver.witness",
            "schemareg.formats.json_schema.solver.compare",
        ),
    ),
    "pygit2": ("schemareg.adapters.git",),
    "referencing": ("schemareg.formats.json_schema.solver.witness",),
    "rich": (),
    "sqlalchemy": ("schemareg.adapters.database",),
    "sqlglot": ("schemareg.sql",),
    "typer": ("schemareg_cli",),
    "yaml": ("schemareg.documents",),
}
"""Each heavy library, and where its modules are: names that begin like this."""

DOORS = frozenset(
    (
        *("asyncio", "ctypes", "fileinput", "ftplib", "glob", "http", "logging", "mmap"),
        *("multiprocessing", "os", "pathlib", "secrets", "shutil", "signal", "smtplib", "socket"),
        *("sqlite3", "ssl", "subprocess", "tempfile", "threading", "urllib.request", "webbrowser"),
    )
)
"""Modules of the standard library that reach out of the process: for edges and the command."""

CLOCKS = {
    "datetime": frozenset({"now", "today", "utcnow"}),
    "date": frozenset({"today"}),
    "time": frozenset(
        (
            *("time", "time_ns", "localtime", "gmtime", "ctime", "strftime", "sleep"),
            *("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"),
        )
    ),
}
"""What reads a clock. `time.thread_time` is left out: budgets count work, not hours (decision 0007)."""

MAY_READ_CLOCKS = {
    "schemareg.adapters.clock": "the one place that knows what day it is, and how long it took",
    "schemareg.operations.compat": "gives bulk judging the stopwatch for its `ms`",
}

PACKAGE_DATA = {"schemareg.manifests.schemas", "schemareg.reports.views.json_schemas"}
"""What ships inside the package is read through importlib.resources, and nothing else is."""


OUTER = ("adapters", "operations", "schemareg_cli")
"""The rooms that may reach out of the process."""


class Import(NamedTuple):
    """One import of one module, as it stands."""

    importer: str
    imported: str
    line: int
    inside: bool
    """Whether it stands in a function, so that it costs only those who call it."""
    types: bool
    """Whether it stands under TYPE_CHECKING."""

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def modules() -> dict[str, Path]:
    found = {}
    for root in ROOTS:
        for path in sorted((TOP / root).rglob("*.py")):
            parts = path.relative_to(TOP / root).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text("utf-8"))


@cache
def imports() -> tuple[Import, ...]:
    return tuple(each for name in modules() for each in _imports(name, tree(name), False, False))


def _imports(name: str, node: ast.AST, inside: bool, types: bool) -> list[Import]:
    found: list[Import] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            targets = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(name, child)
            wholes = [f"{base}.{alias.name}" for alias in child.names]
            targets = [each if each in modules() else base for each in wholes]
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checked = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            found += _imports(name, child, inside or function, types or checked)
            continue
        found += [Import(name, each, child.lineno, inside, types) for each in targets]
    return found


def _absolute(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = name.split(".")
    if modules()[name].name != "__init__.py":
        package = package[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def room(module: str) -> str:
    """`schemareg.formats.json_schema.solver.tableau` stands in the room `compatibility`; the command is one room."""
    first, *rest = module.split(".")
    return rest[0] if first == "schemareg" and rest else first


def test_every_room_has_its_place_in_the_table() -> None:
    placed = {each for rooms in LAYERS.values() for each in rooms}
    apart = {"adapters", "operations", "schemareg", "schemareg_cli"}
    assert {room(module) for module in modules()} == placed | apart, "see LAYERS in this file"


def test_no_room_takes_the_place_of_a_public_name() -> None:
    # Importing a room puts it into the package, under its name: over a function of that name.
    assert {room(module) for module in modules()} & set(schemareg.__all__) == set()


def test_imports_flow_one_way() -> None:
    depth = {each: number for number, rooms in enumerate(LAYERS.values()) for each in rooms}
    wrong = []
    for each in imports():
        here, there = room(each.importer), room(each.imported)
        if here not in depth or not each.imported.startswith("schemareg") or here == there:
            continue
        if each.types and (here, there) in TYPES_ONLY:
            continue
        if depth.get(there, len(depth)) > depth[here]:
            wrong.append(str(each))
    assert wrong == []


def test_no_circle_of_imports_joins_two_rooms() -> None:
    wanted: dict[str, set[str]] = {room(name): set() for name in modules()}
    for each in imports():
        here, there = room(each.importer), room(each.imported)
        if not each.types and there in wanted and here != there:
            wanted[here].add(there)
    while leaves := {name for name, needs in wanted.items() if not needs & wanted.keys()}:
        wanted = {name: needs for name, needs in wanted.items() if name not in leaves}
    assert sorted(wanted) == []


def test_no_public_class_name_means_two_things() -> None:
    places: dict[str, list[str]] = {}
    for name in modules():
        for node in tree(name).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_a_room_is_small_enough_to_look_around() -> None:
    beside = Counter(
        path.parent for name, path in modules().items() if name.startswith("schemareg.")
    )
    assert {str(folder): count for folder, count in beside.items() if count > 21} == {}
    loose = {name for name, path in modules().items() if path.parent == TOP / "registry/schemareg"}
    assert loose == {"schemareg", "schemareg.version"}


def test_only_operations_and_commands_join_core_and_adapters() -> None:
    core_to_edge = [
        str(each)
        for each in imports()
        if room(each.imported) == "adapters" and room(each.importer) not in OUTER
    ]
    edge_to_core = [
        str(each)
        for each in imports()
        if room(each.importer) == "adapters"
        and each.imported.startswith("schemareg")
        and room(each.imported) not in ADAPTERS_KNOW
    ]
    to_command = [
        str(each)
        for each in imports()
        if room(each.imported) == "schemareg_cli" != room(each.importer)
    ]
    assert (core_to_edge, edge_to_core, to_command) == ([], [], [])


COMMANDS_KNOW = {"operations", "reports", "model", "text", "version"}
"""What a command imports beside the command line: it calls an operation, and renders its value."""

STREAMS = {"stdin", "stdout", "stderr", "__stdout__", "__stderr__", "argv", "exit"}
"""Names of `sys` that belong to the process, and so to the command line."""


def test_a_command_calls_operations_and_renders_their_values() -> None:
    wrong = [
        str(each)
        for each in imports()
        if each.importer.startswith("schemareg_cli.commands.")
        and each.imported.startswith("schemareg.")
        and not each.types
        and room(each.imported) not in COMMANDS_KNOW
    ]
    assert wrong == []


def test_only_the_command_line_prints_reads_arguments_and_ends_the_process() -> None:
    printed = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name in modules()
        if room(name) != "schemareg_cli"
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call | ast.Attribute | ast.ImportFrom) and _is_of_a_process(node)
    ]
    assert printed == []


def _is_of_a_process(node: ast.Call | ast.Attribute | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called in ("print", "input", "exit", "quit", "os._exit", "typer.echo")
    if isinstance(node, ast.ImportFrom):
        return node.module == "sys" and bool({each.name for each in node.names} & STREAMS)
    return ast.unparse(node.value) == "sys" and node.attr in STREAMS


def test_no_module_imports_itself_in_a_circle() -> None:
    wanted: dict[str, set[str]] = {name: set() for name in modules()}
    for each in imports():
        if not each.types and each.imported in wanted and each.imported != each.importer:
            wanted[each.importer].add(each.imported)
    while leaves := {name for name, needs in wanted.items() if not needs & wanted.keys()}:
        wanted = {name: needs for name, needs in wanted.items() if name not in leaves}
    assert sorted(wanted) == [], "these, or what they lead to, import each other"


def test_no_module_outside_formats_imports_a_format() -> None:
    leaks = [
        str(each)
        for each in imports()
        if room(each.importer) != "formats"
        and each.imported.startswith("schemareg.formats.")
        and each.imported.count(".") > 2
    ]
    assert leaks == []


def test_each_heavy_library_has_its_room_and_is_imported_when_it_is_used() -> None:
    astray, early = [], []
    for each in imports():
        library = each.imported.split(".")[0]
        if library not in HEAVY:
            continue
        if not each.importer.startswith(HEAVY[library] or ("nowhere",)):
            astray.append(str(each))
        if not each.inside and not each.types and library != "typer":
            early.append(str(each))
    assert (astray, early) == ([], [])


def test_the_core_opens_no_file_and_reads_no_clock() -> None:
    doors = [
        str(each)
        for each in imports()
        if room(each.importer) not in OUTER
        and not each.types
        and (each.imported in DOORS or each.imported.split(".")[0] in DOORS - {"urllib.request"})
    ]
    assert doors == []
    opened = [
        f"{name}:{node.lineno}"
        for name in modules()
        if room(name) not in OUTER
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and _opens(node) and name not in PACKAGE_DATA
    ]
    assert opened == []
    clocks = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name in modules()
        if name not in MAY_READ_CLOCKS
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute | ast.ImportFrom) and _reads_a_clock(node)
    ]
    assert clocks == []


def _opens(node: ast.Call) -> bool:
    if isinstance(node.func, ast.Name):
        return node.func.id in ("open", "print", "input", "exec", "eval", "__import__")
    return isinstance(node.func, ast.Attribute) and (
        node.func.attr in ("read_text", "read_bytes", "write_text", "write_bytes")
        or ast.unparse(node.func) in ("io.open", "io.FileIO", "codecs.open")
    )


def _reads_a_clock(node: ast.Attribute | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "time" and bool({each.name for each in node.names} & CLOCKS["time"])
    owner = ast.unparse(node.value).rpartition(".")[2]
    return node.attr in CLOCKS.get(owner, ())


def test_what_is_public_says_what_it_is() -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name in modules()
        for node in (*_defined(tree(name)), *_methods(tree(name)))
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []
    assert [name for name in modules() if not ast.get_docstring(tree(name))] == []


def _defined(
    node: ast.Module | ast.ClassDef,
) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [each for each in node.body if isinstance(each, kinds)]


def _methods(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    classes = [each for each in module.body if isinstance(each, ast.ClassDef)]
    return [
        method
        for each in classes
        if not each.name.startswith("_")
        for method in _defined(each)
        if not any(ast.unparse(mark).endswith("override") for mark in method.decorator_list)
    ]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    light = frozenset(HEAVY) - {"typer"} | {
        "pydantic",
        "asyncio",
        "email",
        "sqlite3",
        "importlib.metadata",
    }
    script = (
        "import sys\n"
        "from schemareg_cli.main import main\n"
        f"code = main([{option!r}])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    paths = os.pathsep.join(str(TOP / root) for root in ROOTS)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout
    imported = set(done.stderr.split())
    assert "schemareg_cli.main" in imported
    assert imported & light == set()
    if option == "--version":
        assert "typer" not in imported
