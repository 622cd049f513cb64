"""The entry of `reg`: starts a command, and turns what goes wrong into words and an exit code.

Exit codes: 0 nothing breaks; 1 something breaks; 2 the input or the call is wrong; 3 it cannot be
decided; 70 a bug of ours; 130 interrupted; 141 nobody reads the answer any more.
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
"""EX_SOFTWARE of sysexits.h: none of the codes a gate may take for an answer."""
INTERRUPTED = 130
"""What a shell says of a process ended by SIGINT."""
UNREAD = 141
"""What a shell says of a process ended by SIGPIPE."""


def run() -> None:
    """Run the command that the process was started with, and end it."""
    # Modules and values live until the end of so short a process; looking for cycles among them
    # costs a tenth of a check. What a long one leaves behind is still collected.
    gc.set_threshold(100_000, 20, 20)
    code = main(sys.argv[1:])
    # At its end Python looks for cycles once more, for a fifth of the time of a short command.
    gc.freeze()
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code. Answers go to stdout, complaints to stderr."""
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
    except Exception as error:  # noqa: BLE001  the last door: a traceback must not reach a user
        return _explained(error)
    return code


def _command(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):  # before typer is imported: five times as fast
        from schemareg.version import __version__

        terminal.say(f"reg {__version__}\n")
        return 0
    from schemareg_cli.command_table import application

    try:
        # Typer's own error texts are left aside (standalone_mode): ours name the mend.
        code = application().main(
            args=arguments or ["--help"], prog_name=_name(), standalone_mode=False
        )
    except SystemExit as left:  # Typer leaves so on a broken pipe and after installing completion
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        code = left.code
    return code if isinstance(code, int) else 0


def _name() -> str:
    """`reg` or `schemareg`: which of the two the user called, for help and completion."""
    called = os.path.basename(sys.argv[0]).removesuffix(".exe")  # noqa: PTH119  pathlib costs 5 ms
    return called if called in ("reg", "schemareg") else "reg"


def _explained(error: Exception) -> int:
    """The exit code of an error, after telling it."""
    from schemareg.model.errors import InvalidFiles, RegistryError

    if isinstance(error, InvalidFiles):
        return _invalid(error)
    if isinstance(error, RegistryError):
        return _told(error)
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


def _told(error: RegistryError) -> int:
    from schemareg.text import escape

    where = f"{escape.visible(error.where)}: " if error.where else ""
    remedy = f"  {escape.visible(error.remedy)}\n" if error.remedy else ""
    terminal.complain(f"reg: {where}{escape.visible(error.what)}\n{remedy}")
    return error.exit_code


def _misused(error: Exception) -> int:
    """A call that does not parse: what is wrong with it, and whose help says how it goes."""
    from schemareg.text import escape

    message = str(getattr(error, "format_message", error.__str__)())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else _name()
    message = escape.visible(message[:1].lower() + message[1:])
    terminal.complain(f"reg: {message}\n  {command} --help\n")
    return WRONG


_REMEDIES = {
    "EACCES": "Give yourself the right to read it, and to write there",
    "EPERM": "Give yourself the right to read it, and to write there",
    "EROFS": "Work where you may write: git clone",
    "ENOSPC": "Make room there",
    "EDQUOT": "Make room there",
    "ENOENT": "Look for a slip in its name",
    "ENOTDIR": "A file stands where a folder is wanted: move it away, or name another place",
    "EISDIR": "This is a folder: name a file",
    "EEXIST": "Move away what is there, or name another place",
}
"""What mends it, by the name of what the machine says."""


def _environment(error: OSError) -> int:
    """The machine refuses: no permission, no room, no such folder."""
    from schemareg.text import escape

    where = f"{escape.visible(os.fsdecode(error.filename))}: " if error.filename else ""
    remedy = _REMEDIES.get(errno.errorcode.get(error.errno or 0, ""), "")
    mend = f"  {remedy}\n" if remedy else ""
    terminal.complain(f"reg: {where}{error.strerror or error}\n{mend}")
    return WRONG


def _bug(error: Exception) -> int:
    if os.environ.get("REG_DEBUG"):
        import traceback

        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    from schemareg.text import escape

    terminal.complain(
        f"reg: this is a bug of ours, not a mistake of yours: {escape.shortened(escape.visible(what), 300)}\n"
        "  Set REG_DEBUG=1 and run it again to see where; please report what it prints.\n"
    )
    return BUG


def _unread() -> int:
    """Quietly: whoever read the answer has gone, as `head` does."""
    _forget(sys.stdout)
    return UNREAD


def _forget(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that Python's own flush at the end is silent."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
