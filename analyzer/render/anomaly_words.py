"""What is odd about a package, in the reader's language; the record keeps a code and one plain, stable wording."""

from __future__ import annotations

import re

TITLES = {
    "absolute_name": ("绝对路径的条目名", "absolute entry name"),
    "bad_entry_name": ("含控制字符或非 UTF-8 的条目名", "entry name with control characters or not UTF-8"),
    "bogus_compression_method": ("无效的压缩方式", "bogus compression method"),
    "central_directory_damaged": ("中央目录损坏", "damaged central directory"),
    "component_class_missing": ("清单中的类不在代码中", "classes of the manifest that are in no code"),
    "compression_bomb": ("解压炸弹", "compression bomb"),
    "crc_mismatch": ("校验和不符", "wrong checksum"),
    "data_between_entries": ("条目之间有数据", "data between entries"),
    "data_prefix": ("第一个条目之前有数据", "data before the first entry"),
    "dex_gap": ("DEX 文件编号不连续", "gap in the numbers of the DEX files"),
    "duplicate_code": ("代码或清单重复", "duplicate code or manifest"),
    "duplicate_entry": ("重复的条目", "duplicate entry"),
    "encrypted_flag": ("标记为加密", "marked as encrypted"),
    "fake_dex": ("假 DEX 文件", "false DEX file"),
    "header_mismatch": ("两处文件头不一致", "headers that differ"),
    "hidden_entry": ("不在目录中的条目", "entry in no directory"),
    "extra_field_malformed": ("附加字段长度超出范围", "extra field longer than it is"),
    "huge_extra_field": ("超大的附加字段", "huge extra field"),
    "janus_prefix": ("压缩包之前有 DEX（Janus）", "DEX before the archive (Janus)"),
    "local_header_missing": ("缺少本地文件头", "missing local header"),
    "manifest_malformed": ("清单格式异常", "malformed manifest"),
    "name_mismatch": ("两处文件名不一致", "names that differ"),
    "nested_code": ("其他位置的代码", "code in another place"),
    "offsets_shifted": ("偏移量整体偏差", "shifted offsets"),
    "overlapping_entries": ("条目互相重叠", "overlapping entries"),
    "path_traversal": ("路径穿越的条目名", "path traversal in an entry name"),
    "several_end_records": ("多个目录结束记录", "several end records"),
    "signature_broken": ("有签名不成立", "a signature that does not hold"),
    "signature_disputed": ("apksigner 与手机对签名的结论不同", "signature that apksigner and phones judge differently"),
    "signature_incomplete": ("部分系统版本不认可签名", "signature that some releases do not know"),
    "signature_inconsistent": ("各签名的证书不一致", "signatures of different signers"),
    "signature_invalid": ("签名无效", "invalid signature"),
    "signature_missing": ("没有签名", "not signed"),
    "signing_block_malformed": ("签名块异常", "malformed signing block"),
    "size_mismatch": ("大小不符", "wrong size"),
    "source_stamp_broken": ("来源戳不成立", "source stamp that does not hold"),
    "trailing_data": ("末尾有多余数据", "data after the end"),
    "v1_only": ("仅有 v1 签名", "scheme v1 only"),
    "v4_invalid": ("v4 签名文件不成立", "v4 file that does not verify"),
}
"""Anomaly code → Chinese and English title."""

_DETAILS = (
    (r"signed with scheme v1 only: content outside the entries is not protected \(Janus\)",
     "只有 v1 签名：条目之外的内容不受保护（Janus）"),
    (r"the package is not signed", "安装包没有签名"),
    (r"(\d+) classes: (.+)", r"\1 个类：\2"),
    (r"(\d+) end-of-central-directory records", r"\1 个目录结束记录"),
    (r"(.+): phones and tools may read different ones", r"\1：手机与工具可能各读其一"),
    (r"(.+): in no central directory", r"\1：不在中央目录中"),
    (r"(.+): marked as encrypted", r"\1：标记为加密"),
    (r"(.+): no DEX file; phones pass over it", r"\1：不是 DEX 文件，手机会略过"),
    (r"(.+): checksum differs from the stated one", r"\1：校验和与所述不符"),
    (r"(.+): (.+) bytes, (.+) stated", r"\1：实为 \2 字节，所述 \3"),
    (r"(.+): inflates (.+) times to (.+) bytes", r"\1：解压为 \2 倍，\3 字节"),
    (r"(.+): extra field of (.+) bytes", r"\1：附加字段 \2 字节"),
    (r"(.+): method (\d+)", r"\1：方式 \2"),
    (r"(.+): sizes or checksum of the two headers differ", r"\1：两处文件头的大小或校验和不同"),
    (r"(.+): the local header says (.+)", r"\1：本地文件头写作 \2"),
    (r"(.+): not UTF-8", r"\1：不是 UTF-8"),
    (r"(.+) bytes after the end record", r"结束记录之后有 \1 字节"),
    (r"(.+) bytes before the first entry", r"第一个条目之前有 \1 字节"),
    (r"(.+) bytes after (.+)", r"\2 之后有 \1 字节"),
    (r"a DEX file of (.+) bytes stands before the archive", r"压缩包之前有 \1 字节的 DEX 文件"),
    (r"all offsets are (.+) bytes off: data was put before the archive", r"所有偏移量相差 \1 字节：压缩包之前加了数据"),
    (r"central directory lists (.+) entries, its end record says (.+)", r"中央目录列出 \1 个条目，结束记录写 \2 个"),
    (r"(.*)DEX files are not numbered without gaps: (\d+) is missing", r"\1DEX 文件编号不连续：缺第 \2 个"),
    (r"(.+): signed by another than the base", r"\1：签名者与主包不同"),
)  # fmt: skip
_SHAPES = tuple((re.compile(shape), text) for shape, text in _DETAILS)
_SIGNS = {
    "application": "应用类", "file": "文件", "class": "类", "string": "字符串", "yara": "YARA 规则",
    "metadata": "元数据", "native": "本机库", "component": "组件",
}  # fmt: skip


def anomaly_title(code: str, lang: str) -> str:
    """Return what is odd; a code without words stays as it is."""
    return TITLES[code][lang != "zh"] if code in TITLES else code


def anomaly_detail(detail: str, lang: str) -> str:
    """Return where and how; a detail without a translation stays as it is recorded."""
    if lang == "zh":
        for shape, text in _SHAPES:
            if match := shape.fullmatch(detail):
                return match.expand(text)
    return detail


def packer_sign(sign: str, lang: str) -> str:
    """Return a mark of a packer, such as ``file: lib/arm64-v8a/libjiagu.so``."""
    kind, colon, value = sign.partition(": ")
    return f"{_SIGNS[kind]}：{value}" if lang == "zh" and colon and kind in _SIGNS else sign
