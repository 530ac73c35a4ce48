"""An electronic signature inside a paper (PAdES, ETSI EN 319 142) when the office has configured a key for it.

The key is a PKCS#12 file (``.p12``) with its certificate chain, as a certification authority hands it out; the extra
``[signing]`` brings pyHanko. Without the setting papers are unsigned and carry only the signed QR code.
"""

from __future__ import annotations

import io
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.model import EduauditError

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

    from registry_api.settings import Settings

FIELD = "EduauditSeal"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def sign_paper(content: bytes, settings: Settings, reason: str) -> bytes:
    """Return the PDF signed with the configured key, or as it is when none is configured.

    Raises `EduauditError` when the key cannot be used: a paper that should be signed is never handed out unsigned.
    """
    if not settings.paper_key:
        return content
    signer = _signer(Path(settings.paper_key), settings.paper_key_password)
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - an extra
    from pyhanko.sign.fields import SigSeedSubFilter  # noqa: PLC0415 - as above
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf  # noqa: PLC0415 - as above

    how = PdfSignatureMetadata(field_name=FIELD, reason=reason, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    sink = io.BytesIO()
    sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), how, signer=signer, output=sink)
    return sink.getvalue()


def check_paper_key(settings: Settings) -> None:
    """Raise `EduauditError` for a key that cannot sign: at the start, not at the first certificate."""
    if settings.paper_key:
        _signer(Path(settings.paper_key), settings.paper_key_password)


def _signer(path: Path, password: str) -> SimpleSigner:
    try:
        status = path.stat()
    except OSError as error:
        raise EduauditError(f"EDUAUDIT_PAPER_KEY: {path}: {error.strerror}") from None
    if status.st_mode & _OTHERS:
        raise EduauditError(f"EDUAUDIT_PAPER_KEY: {path}: others may read the key; chmod 600 it")
    return _load(path, password, status.st_mtime_ns)


@lru_cache(maxsize=2)
def _load(path: Path, password: str, _changed: int) -> SimpleSigner:
    try:
        from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - an extra
    except ImportError:
        raise EduauditError("EDUAUDIT_PAPER_KEY needs pyHanko: pip install 'eduaudit[signing]'") from None
    import logging  # noqa: PLC0415 - only here

    logging.getLogger("pyhanko.sign.signers").setLevel(logging.CRITICAL)  # the failure is raised below
    try:
        signer: SimpleSigner | None = SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]  # its signature is bare
            str(path), passphrase=password.encode()
        )
    except Exception:  # noqa: BLE001 - whatever a broken file does inside the library
        signer = None
    if signer is None:
        raise EduauditError(f"EDUAUDIT_PAPER_KEY: {path}: is no PKCS#12 file, or the password is wrong")
    return signer
