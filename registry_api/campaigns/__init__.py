"""Special campaigns (专项治理): a scope, frozen at the start; its progress; the report at the end."""
