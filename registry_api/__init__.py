"""The record of every educational app: filings, audits over time, supervision, and the pages that people read."""
