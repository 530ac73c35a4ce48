"""The trail: every supervisory act, append-only and hash-chained."""
