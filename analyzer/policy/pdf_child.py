"""The child process that reads one PDF: `python -m analyzer.policy.pdf_child` takes it on standard input.

Answers with JSON: ``{"pages": [text …], "images": n}`` or ``{"error": phrase}``.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from .pdf import MAX_CHARACTERS, MAX_PAGES, MEMORY, SECONDS

_PASSWORD = "incorrect password"  # noqa: S105  # what PDFium says
_PICTURE = 3  # FPDF_PAGEOBJ_IMAGE


def answer(data: bytes) -> dict[str, Any]:
    """Return the pages' texts, or why there are none."""
    import pypdfium2  # noqa: PLC0415  # after the limits are set

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        encrypted = _PASSWORD in str(error).lower()
        return {"error": "is an encrypted PDF: hand it in without a password" if encrypted else "is a damaged PDF"}
    if len(document) > MAX_PAGES:
        return {"error": f"is a PDF of {len(document)} pages: more than {MAX_PAGES} are no privacy policy"}
    pages: list[str] = []
    images = length = 0
    try:
        for page in document:
            text = page.get_textpage().get_text_range()
            length += len(text)
            if length > MAX_CHARACTERS:
                return {"error": f"is a PDF of more than {MAX_CHARACTERS} characters"}
            # PDFium marks a hyphen at the line end with U+FFFE
            pages.append(text.replace("\ufffe", "-").replace("\x00", ""))
            images += sum(1 for _ in page.get_objects(filter=[_PICTURE], max_depth=2))
    except pypdfium2.PdfiumError:
        return {"error": "is a damaged PDF"}
    return {"pages": pages, "images": images}


def main() -> None:
    """Set the limits, read, answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    result = answer(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
