"""Background work: a small port, its DBOS implementation, and the worker that runs audits."""
