"""Certificates of filing: check one anywhere, make one on the machine of the record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.model import EduauditError
from registry_api.commands.group import data_option, existing, operator, registry
from registry_api.console import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_FIELDS = (
    ("number", "备案号 / number"),
    ("app", "应用 / app"),
    ("package", "包名 / package"),
    ("provider", "备案单位 / provider"),
    ("province", "备案地 / province"),
    ("filed_on", "备案日期 / filed on"),
    ("key", "签名公钥 / key"),
)
_BIGGEST = 30 * 1024 * 1024


@registry.group()
def certificate() -> None:
    """备案证明 / certificates of filing."""


@certificate.command()
@click.argument("source", metavar="FILE|TEXT")
@click.option("--key", "keys", multiple=True, metavar="PUB", help="公钥文件或内容，可重复 / public key, file or text")
@data_option
def verify(source: str, keys: tuple[str, ...], data: Path | None) -> None:
    """离线核验备案证明（PDF 或二维码内容） / check a certificate offline: its PDF, or the text of its QR code.

    Exit 0: signed by that key; 1: not; 2: no certificate. Whether it is in force today only the registry tells.
    """
    from registry_api.certificates.token import check

    checked = check(_text_of(source), _keys(keys, data))
    for name, title in _FIELDS:
        say(f"{title}: {getattr(checked.certificate, name)}")
    if checked.verdict == "valid":
        say("签名有效；请与纸面内容逐项核对，当前状态以公示平台为准")
        say("signature valid; compare with the paper; whether it is in force today, the portal tells")
        return
    if checked.verdict == "forged":
        click.echo("签名无效：内容被改动或不是该密钥签发 / NOT VALID: altered, or not signed by this key", err=True)
    else:
        click.echo("未核验：没有该编号的公钥 / NOT CHECKED: the key with this id is not among those given", err=True)
    sys.exit(1)


def _text_of(source: str) -> str:
    if source == "-":
        return sys.stdin.read(_BIGGEST)
    path = Path(source)
    if source.startswith(("EDUCERT", "http://", "https://")) or not _is_file(path):
        return source
    try:
        if path.stat().st_size > _BIGGEST:
            raise EduauditError(f"{path}: 文件过大 / is too large for a certificate")
        content = path.read_bytes()
    except OSError as error:
        raise EduauditError(f"{path}: {error.strerror}") from None
    if not content.startswith(b"%PDF-"):
        return content.decode("utf-8-sig", "replace")
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as document:
            return str(document.get_metadata_value("Keywords"))
    except pypdfium2.PdfiumError as error:
        raise EduauditError(f"{path}: PDF 无法读取 / cannot be read: {error}") from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a text that is too long for a name is a text
        return False


def _keys(given: tuple[str, ...], data: Path | None) -> Mapping[str, Ed25519PublicKey]:
    from registry_api.certificates.keys import public_keys, read_public_key
    from registry_api.settings import read_settings

    if not given:
        folder = read_settings(data=data).data
        found = public_keys(folder)
        if not found:
            raise EduauditError(f"{folder}: 没有公钥，请用 --key 指定 / no public key there; give one with --key")
        return found
    keys = {}
    for item in given:
        path = Path(item)
        try:
            text = path.read_text("utf-8", "replace") if _is_file(path) else item
        except OSError as error:
            raise EduauditError(f"{item}: {error.strerror}") from None
        identity, key = read_public_key(text, item[:80])
        keys[identity] = key
    return keys


@certificate.command("key")
@data_option
def key_(data: Path | None) -> None:
    """输出签名公钥 / print the public key that certificates are signed with; it is made when there is none."""
    from registry_api.certificates.keys import pem, signing_key

    made = existing(data)
    try:
        identity, secret = signing_key(made.settings.data)
    finally:
        made.close()
    click.echo(f"{identity}", err=True)
    say(pem(secret.public_key()).rstrip())


@certificate.command()
@click.argument("number")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="写入文件 / file to write")
@data_option
def issue(number: str, output: Path | None, data: Path | None) -> None:
    """按备案号生成证明 PDF / write the certificate of a number as PDF."""
    from registry_api.certificates.papers import certificate_paper
    from registry_api.certificates.service import find_certified
    from registry_api.kit.wholefile import whole_file

    made = existing(data)
    try:
        with made.database.read() as session:
            content = certificate_paper(made, session, find_certified(session, operator(), number))
    finally:
        made.close()
    target = output or Path(f"{number}.pdf")
    with whole_file(target) as file:
        file.write(content)
    say(f"{target}: {len(content)} bytes")
