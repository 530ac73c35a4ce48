"""In and out in bulk: import of filings, backup and verification."""
