"""The command line: `tagloom VERB ...`. Verbs are imported when they are called, so that each costs only itself."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tagloom.cli.exits import INTERRUPTED, OTHER, USAGE, error_lines, exit_code
from tagloom.cli.parameter import for_cyclopts
from tagloom.cli.plain_line import read_plain_line
from tagloom.cli.services import Services, real_services
from tagloom.errors import TagloomError

if TYPE_CHECKING:
    from cyclopts import CycloptsError

VERBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "paint": "Paint pictures from a prompt.",
        "explain": "Show how a prompt is read.",
        "check": "Say what is wrong with a prompt in a file.",
        "format": "Write a prompt in its canonical form.",
        "convert": "Write a prompt for another tool.",
        "sort": "Bring a prompt's tags into the recommended order.",
        "styles": "List the styles there are, or keep your own.",
        "tags": "Search tags, show one, list their groups, import a list.",
        "translate": "Write a prompt in another language.",
        "redo": "Paint a picture again from its own metadata.",
        "info": "Show what a picture says about itself.",
        "score": "Say how well a picture fits a text.",
        "models": "List the models there are, or export one.",
        "doctor": "Check the installation.",
    }
)
_OF_PROMPTS: Final = frozenset({"paint", "explain", "translate", "sort"})
_PLAIN: Final = frozenset({"check", "convert", "explain", "format", "sort", "translate"})
"""Verbs that are done sooner than cyclopts is imported."""

_SUMMARY: Final = "Paint pictures with Stable Diffusion's whole prompt language."


def main() -> None:
    """The entry point of the `tagloom` command."""
    sys.exit(run(sys.argv[1:], os.environ))


def run(arguments: Sequence[str], environment: Mapping[str, str], services: Services | None = None) -> int:
    """Run a command line and return its exit code; no traceback reaches the user.

    `services` stands in for the process's own; TAGLOOM_DEBUG=1 in the environment shows tracebacks of our own mistakes.
    """
    try:
        return _run(arguments, services or real_services(environment))
    except TagloomError as error:
        _say(error_lines(error))
        return exit_code(error)
    except KeyboardInterrupt:
        _say("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output is gone; Python would complain once more when it flushes it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OTHER
    except Exception as error:  # the last door: whatever comes here is a mistake of ours
        if environment.get("TAGLOOM_DEBUG"):
            import traceback

            traceback.print_exc()
        _say(f"error: {type(error).__name__}: {error}\n  hint: this is a mistake in tagloom; TAGLOOM_DEBUG=1 shows where")
        return OTHER


def _run(arguments: Sequence[str], services: Services) -> int:
    called = arguments[0] if arguments else ""
    if called not in _PLAIN:
        return _run_with_cyclopts(arguments, services, called, f"tagloom.cli.{called}:{called}")
    verb: Callable[..., int] = getattr(import_module(f"tagloom.cli.{called}"), called)
    bound = read_plain_line(verb, arguments[1:])
    if bound is None:
        return _run_with_cyclopts(arguments, services, called, for_cyclopts(verb))
    return verb(*bound.args, **bound.kwargs, services=services)


def _run_with_cyclopts(
    arguments: Sequence[str], services: Services, called: str, command_called: str | Callable[..., int]
) -> int:
    """`command_called` is what carries out the verb that is called, or where cyclopts finds it."""
    from cyclopts import App, CycloptsError

    app = App(name="tagloom", help=_SUMMARY, version=_version, help_format="plaintext")
    for verb, summary in VERBS.items():
        # A verb that is not called is listed by its summary alone, so that it need not be imported.
        if verb == called:
            app.command(command_called, name=verb)
        else:
            app.command(f"tagloom.cli.{verb}:{verb}", name=verb, help=summary)
    try:
        command, bound, unparsed = app.parse_args(list(arguments), print_error=False, exit_on_error=False)
    except CycloptsError as error:
        _say(_usage(error, called))
        return USAGE
    extra = {"services": services} if "services" in unparsed else {}
    code = command(*bound.args, **bound.kwargs, **extra)
    return code if isinstance(code, int) else 0


def _usage(error: "CycloptsError", verb: str) -> str:
    """What is wrong with a command line, and where to look."""
    from cyclopts.exceptions import UnusedCliTokensError

    hint = f"tagloom {verb} --help" if verb in VERBS else "tagloom --help"
    if not isinstance(error, UnusedCliTokensError):
        return f"error: {error}\n  hint: {hint}"
    if verb in _OF_PROMPTS:
        hint = f"put a prompt of several words into quotation marks; {hint}"
    return f"error: '{(error.unused_tokens or [''])[0]}' is one argument too many\n  hint: {hint}"


def _version() -> str:
    from importlib.metadata import version

    return f"tagloom {version('tagloom')}"


def _say(text: str) -> None:
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")
