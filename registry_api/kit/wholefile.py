"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from analyzer.model import EduauditError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` that takes its name when the block ends well: an interrupted one leaves the old file.

    A device or a pipe is written to directly: a new file in its place would take it away from everybody.
    Raises `EduauditError` when it cannot be written.
    """
    direct = path.exists() and not path.is_file()
    part = path if direct else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            if not direct:
                os.fsync(file.fileno())
        if not direct:
            part.replace(path)
    except OSError as error:
        raise EduauditError(f"{path}: 不能写入 / cannot be written: {error.strerror}") from error
    finally:
        if not direct:
            part.unlink(missing_ok=True)
