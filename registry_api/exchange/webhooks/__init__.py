"""Webhooks. The trail is the outbox: its row is written in the transition's own transaction, gapless and in order."""
