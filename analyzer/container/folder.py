"""A folder as one package: its splits, or its DEX files and manifest, packed into one archive, the same each time."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from analyzer.model import UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

_CODE = re.compile(r"classes\d*\.dex|AndroidManifest\.xml|resources\.arsc")
_STAMP = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 22


def pack_folder(folder: Path, target: Path) -> Path:
    """Pack the packages (or else the code and manifest) that stand directly in ``folder`` into a file in ``target``.

    Nothing is compressed; names are sorted and carry one fixed time, so that equal folders give equal files. Returns
    the file, named after the folder. Raises `UnreadableInputError` for a folder that holds neither.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise UnreadableInputError(folder, error.strerror or str(error)) from error
    splits = [path for path in files if path.suffix.lower() == ".apk"]
    code = [path for path in files if _CODE.fullmatch(path.name)]
    if not splits and not any(path.suffix == ".dex" for path in code):
        raise UnreadableInputError(folder, "a folder without APK or DEX files directly in it")
    made = target / f"{folder.resolve().name or 'folder'}{'.apks' if splits else '.zip'}"
    try:
        with zipfile.ZipFile(made, "w") as archive:
            for path in splits or code:
                with archive.open(zipfile.ZipInfo(path.name, _STAMP), "w", force_zip64=True) as entry:
                    _copy(path, entry)
    except OSError as error:
        raise UnreadableInputError(folder, error.strerror or str(error)) from error
    return made


def _copy(path: Path, entry: object) -> None:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            entry.write(block)  # type: ignore[attr-defined]  # an entry of a ZIP archive
