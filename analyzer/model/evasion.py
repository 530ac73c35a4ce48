"""Structures of a package that readers take differently: phones pass over them, tools stumble over them."""

from __future__ import annotations

EVASION = frozenset({
    "absolute_name",
    "bad_entry_name",
    "bogus_compression_method",
    "central_directory_damaged",
    "compression_bomb",
    "duplicate_code",
    "encrypted_flag",
    "extra_field_malformed",
    "fake_dex",
    "header_mismatch",
    "hidden_entry",
    "huge_extra_field",
    "local_header_missing",
    "manifest_malformed",
    "name_mismatch",
    "overlapping_entries",
    "path_traversal",
    "several_end_records",
})  # fmt: skip
"""Codes of anomalies that no build tool leaves behind."""
AMBIGUOUS = EVASION | {
    "crc_mismatch",
    "data_prefix",
    "duplicate_entry",
    "janus_prefix",
    "offsets_shifted",
    "trailing_data",
}
"""With one of these nobody can say that what was read is all that any phone reads: the coverage is not complete."""
