"""The entry point of `reg`: it runs a command, and turns errors into messages and exit codes.

Exit codes: 0 nothing breaks; 1 something breaks; 2 the input or the call is wrong; 3 it cannot be
decided; 70 a bug in reg; 130 interrupted; 141 the reader of the answer has gone.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from typing import TYPE_CHECKING, TextIO

from schemareg_cli import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model.errors import InvalidFiles, RegistryError

WRONG = 2
"""The input or the call is wrong."""
BUG = 70
"""EX_SOFTWARE of sysexits.h: not a code that a gate could take for a result."""
INTERRUPTED = 130
"""The exit code that a shell reports for SIGINT."""
UNREAD = 141
"""The exit code that a shell reports for SIGPIPE."""


def run() -> None:
    """Run the command of the process, and end the process."""
    # Modules and values live until the end of this short process; looking for cycles among them
    # costs a tenth of a check. The garbage of a long process is still collected.
    gc.set_threshold(100_000, 20, 20)
    code = main(sys.argv[1:])
    # At exit Python looks for cycles once more, which takes a fifth of a short command.
    gc.freeze()
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code. Answers go to stdout, errors to stderr."""
    terminal.speak_utf8()
    try:
        code = _command(list(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        return _environment(error)
    except Exception as error:  # noqa: BLE001  no traceback reaches a user
        return _report(error)
    return code


def _command(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):  # before Typer is imported: five times faster
        from schemareg.version import __version__

        terminal.say(f"reg {__version__}\n")
        return 0
    from schemareg_cli.command_table import application

    try:
        # Not Typer's own error texts (standalone_mode): ours name the fix.
        code = application().main(
            args=arguments or ["--help"], prog_name=_name(), standalone_mode=False
        )
    except (
        SystemExit
    ) as left:  # Typer exits this way on a broken pipe, and after installing completion
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        code = left.code
    return code if isinstance(code, int) else 0


def _name() -> str:
    """The name that the user called, `reg` or `schemareg`, for help and completion."""
    called = os.path.basename(sys.argv[0]).removesuffix(".exe")  # noqa: PTH119  pathlib costs 5 ms
    return called if called in ("reg", "schemareg") else "reg"


def _report(error: Exception) -> int:
    """Write an error, and return its exit code."""
    from schemareg.model.errors import InvalidFiles, RegistryError

    if isinstance(error, InvalidFiles):
        return _invalid(error)
    if isinstance(error, RegistryError):
        return _failed(error)
    from typer import Abort, TyperException

    if isinstance(error, TyperException):
        return _misused(error)
    if isinstance(error, Abort):
        return INTERRUPTED
    return _bug(error)


def _invalid(error: InvalidFiles) -> int:
    from schemareg.reports.review import render_mistakes
    from schemareg.reports.review.mistakes import total

    terminal.complain(render_mistakes(error.mistakes, "text", width=terminal.width(sys.stderr)))
    terminal.complain(f"reg: {total(error.mistakes)}\n")
    return error.exit_code


def _failed(error: RegistryError) -> int:
    from schemareg.text import escape

    where = f"{escape.visible(error.where)}: " if error.where else ""
    remedy = f"  {escape.visible(error.remedy)}\n" if error.remedy else ""
    terminal.complain(f"reg: {where}{escape.visible(error.what)}\n{remedy}")
    return error.exit_code


def _misused(error: Exception) -> int:
    """A call that does not parse: what is wrong, and the help to read."""
    from schemareg.text import escape

    message = str(getattr(error, "format_message", error.__str__)())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else _name()
    message = escape.visible(message[:1].lower() + message[1:])
    terminal.complain(f"reg: {message}\n  {command} --help\n")
    return WRONG


_REMEDIES = {
    "EACCES": "Get permission to read it and to write there",
    "EPERM": "Get permission to read it and to write there",
    "EROFS": "Work in a folder that you can write to: git clone",
    "ENOSPC": "Free some space there",
    "EDQUOT": "Free some space there",
    "ENOENT": "Check the spelling of its name",
    "ENOTDIR": "There is a file where a folder is expected: move it, or name another path",
    "EISDIR": "This is a folder: name a file",
    "EEXIST": "Move what is there, or name another path",
}
"""The fix, by the name of the error number."""


def _environment(error: OSError) -> int:
    """The operating system refuses: no permission, no space, no such folder."""
    from schemareg.text import escape

    where = f"{escape.visible(os.fsdecode(error.filename))}: " if error.filename else ""
    remedy = _REMEDIES.get(errno.errorcode.get(error.errno or 0, ""), "")
    fix = f"  {remedy}\n" if remedy else ""
    terminal.complain(f"reg: {where}{error.strerror or error}\n{fix}")
    return WRONG


def _bug(error: Exception) -> int:
    if os.environ.get("REG_DEBUG"):
        import traceback

        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    from schemareg.text import escape

    terminal.complain(
        f"reg: this is a bug in reg, not an error in your input: {escape.shortened(escape.visible(what), 300)}\n"
        "  To see where: set REG_DEBUG=1 and run it again; please report the output.\n"
    )
    return BUG


def _unread() -> int:
    """End quietly: the reader of the answer has gone, as `head` does."""
    _forget(sys.stdout)
    return UNREAD


def _forget(stream: TextIO) -> None:
    """Discard what is still buffered, so that Python's own flush at exit is silent."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
