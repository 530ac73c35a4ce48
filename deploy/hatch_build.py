"""Build hook: compiles the core of the DEX reader into wheels and editable installs, where there is a C compiler."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

_COMPILER = "analyzer/dex/native/compiler.py"


class CompiledCore(BuildHookInterface):  # type: ignore[type-arg]  # of the configuration, which it does not use
    """Adds the library to a wheel, which then is one for this platform; without a compiler it stays one for all."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the interface of hatchling
        """Build the library beside its sources and put it into the wheel."""
        if self.target_name != "wheel":
            return
        # By its path: the package itself needs what is not installed while a wheel is built.
        spec = importlib.util.spec_from_file_location("compiler", Path(self.root, _COMPILER))
        if spec is None or spec.loader is None:
            raise FileNotFoundError(_COMPILER)
        compiler = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(compiler)
        library, why = compiler.build_in_place(Path(self.root, _COMPILER).parent)
        if library is None:
            self.app.display_warning(f"no compiled core, the same is done in Python: {why}")
            return
        build_data["artifacts"].append(f"/{Path(library).relative_to(self.root).as_posix()}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def _platform() -> str:
    """Return the tag of this platform: not that of a ``manylinux``, whose promises nobody has checked."""
    return next(tag.platform for tag in sys_tags() if not tag.platform.startswith(("manylinux", "musllinux")))
