"""Parts of the HTTP side that know nothing of filings: paging, conditional and idempotent requests, the body cap."""
