"""Provider filings (提供者备案): documents, legal transitions, numbers."""
