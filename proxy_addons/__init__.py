"""Traffic → facts: captures with mitmproxy, reads saved captures, finds personal data in them.

Read `replay.read_captures` first: sources → `decode` → `match` → `attribute` → `analyzer.model.TrafficFacts`.
"""

from __future__ import annotations

ENGINE = "traffic/1"
"""Version of decoding and matching; facts of another engine are not comparable."""
