"""`eduaudit traffic export`: a capture as HAR without personal data, to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.render.language import default_lang

from .options import FILE, lang_option

DROPPED = {
    "binary": ("二进制内容", "binary texts"),
    "body_missing": ("录制中没有的正文", "bodies the capture does not hold"),
    "capture_truncated": ("录制文件残缺", "a cut capture"),
    "code": ("无法辨认的编码串", "codes nobody can read"),
    "credential": ("凭证", "credentials"),
    "decode_failed": ("无法解码的内容", "contents that could not be decoded"),
    "limit_reached": ("超出解码上限", "contents beyond the bounds of decoding"),
    "long": ("过长文本的后部", "ends of long texts"),
    "named": ("键名指明为个人信息的值", "values under keys that name personal data"),
    "number": ("长数字", "long numbers"),
    "stream": ("非 HTTP 的数据流", "streams that are no HTTP"),
}


@click.command(help="导出去除个人信息的 HAR / export as HAR without personal data.")
@click.argument("capture", type=FILE)
@click.option("--output", type=FILE, required=True, metavar="PATH", help="写入的 HAR 文件 / HAR file to write")
@click.option("--profile", type=FILE, metavar="FILE", help="设备档案 / device profile")
@lang_option
def export(capture: Path, output: Path, profile: Path | None, lang: str | None) -> int:  # noqa: D103  # the help text is the documentation
    from analyzer.catalogue import load_catalogue
    from analyzer.model import EduauditError
    from proxy_addons import ENGINE
    from proxy_addons.evidence.redacted_har import write_har
    from proxy_addons.evidence.redactor import Redactor
    from proxy_addons.match.matcher import Matcher
    from proxy_addons.redaction import Tags
    from proxy_addons.replay import load_profile
    from proxy_addons.sources.capture import open_capture

    lang = lang or default_lang()
    at = 0 if lang == "zh" else 1
    opened = open_capture(capture)
    if output.exists() and output.samefile(capture):
        raise EduauditError(f"{output}: 不能覆盖录制文件本身 / the capture itself is not overwritten")
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    matcher = Matcher(known.values if known else {}, known.keys if known else {}, catalogue.identifiers)
    count, dropped = write_har(opened.messages(), Redactor(catalogue, matcher, Tags()), output, ENGINE)
    click.echo(f"{output}: {count} " + ("个请求" if lang == "zh" else "requests"))
    if known is None:
        click.echo(
            "未提供设备档案：只按格式识别，请人工复核 / no device profile: only forms were looked for, check by hand",
            err=True,
        )
    if dropped:
        listed = ("；" if lang == "zh" else "; ").join(
            f"{DROPPED.get(reason, (reason, reason))[at]} {times}" for reason, times in dropped.items()
        )
        click.echo(("未导出：" if lang == "zh" else "left out: ") + listed, err=True)
    return 0
