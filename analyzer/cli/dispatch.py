"""Runs one command group and turns every way in which it can end into an exit status and at most one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from analyzer.model.errors import EduauditError

USAGE_ERROR = 2
INTERRUPTED = 130
EXTRAS = {"proxy_addons": "proxy", "registry_api": "registry"}


def run(name: str, target: str, args: list[str]) -> int:  # noqa: PLR0911  # one return for each way to end
    """Import the group ``target`` (``module:attribute``) and run it; returns the exit status."""
    module, _, attribute = target.partition(":")
    try:
        command = getattr(import_module(module), attribute)
        result: Any = command.main(args=args, prog_name=f"eduaudit {name}", standalone_mode=False)
    except EduauditError as error:
        return fail(f"eduaudit {name}: {error}")
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return USAGE_ERROR
    except (KeyboardInterrupt, click.Abort):
        return fail(f"eduaudit {name}: 已中断 / interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to say, and nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last fence: a person gets one line, a developer the traceback
        if os.environ.get("EDUAUDIT_DEBUG"):
            raise
        return fail(_explain(name, module, error))
    return result if isinstance(result, int) else 0


def _explain(name: str, module: str, error: Exception) -> str:
    extra = EXTRAS.get(module.partition(".")[0])
    if extra and isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] not in EXTRAS:
        return f"eduaudit {name}: 缺少组件 / missing library {error.name!r}: pip install 'eduaudit[{extra}]'"
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"eduaudit {name}: 内部错误 / internal error: {what} (EDUAUDIT_DEBUG=1)"


def fail(line: str, status: int = USAGE_ERROR) -> int:
    """Write one line to standard error and return the exit status."""
    sys.stderr.write(line + "\n")
    return status
