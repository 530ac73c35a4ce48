"""Why something was not looked at, in words: of reports, of pages, of captures."""

from __future__ import annotations

COVERAGE_WORDS: dict[str, tuple[str, str]] = {
    "coverage.ambiguous_structure": ("结构可有不同读法，手机上的内容可能不同", "read differently by phones and tools"),
    "coverage.analyser_crashed": ("分析进程异常终止", "the analysis crashed"),
    "coverage.analyser_error": ("分析出错", "error of the analysis"),
    "coverage.archive_damaged": ("压缩包损坏", "archive damaged"),
    "coverage.body_missing": ("缺少正文", "body missing"),
    "coverage.capture_truncated": ("抓包文件不完整", "capture cut off"),
    "coverage.decode_failed": ("无法解码", "cannot be decoded"),
    "coverage.dex_unreadable": ("DEX 无法读取", "DEX unreadable"),
    "coverage.dynamic_loading": ("动态加载代码", "code loaded at run time"),
    "coverage.entry_unreadable": ("文件无法读取", "entry unreadable"),
    "coverage.format_unsupported": ("格式不支持", "format not supported"),
    "coverage.hybrid_bundle": ("混合框架脚本", "hybrid bundle"),
    "coverage.limit_reached": ("达到限额", "limit reached"),
    "coverage.manifest_unreadable": ("清单无法读取", "manifest unreadable"),
    "coverage.native_only": ("仅有本机代码", "native code only"),
    "coverage.native_reads": ("本机代码中的读取未跟踪", "reads in native code not followed"),
    "coverage.natives_unsearched": ("本机库未检索", "native libraries not searched"),
    "coverage.nested_code": ("嵌套的代码", "nested code"),
    "coverage.no_manifest": ("没有清单", "no manifest"),
    "coverage.not_examined": ("未检查", "not examined"),
    "coverage.not_recorded": ("未能录制", "not recorded"),
    "coverage.other_app": ("其他应用的流量", "traffic of other apps"),
    "coverage.packed": ("已加固", "packed"),
    "coverage.quic_blocked": ("QUIC 已阻断", "QUIC blocked"),
    "coverage.reflection": ("反射调用未能解析", "reflection not resolved"),
    "coverage.resources_unreadable": ("资源无法读取", "resources unreadable"),
    "coverage.split_unreadable": ("拆分包无法读取", "split unreadable"),
    "coverage.splits_missing": ("缺少拆分包", "splits missing"),
    "coverage.tls_failed": ("TLS 未能解密", "TLS not decrypted"),
    "coverage.tls_pinned": ("证书固定，未解密", "certificate pinned, not decrypted"),
}
"""``coverage.<code>`` → (Chinese, English)."""
