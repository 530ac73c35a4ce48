"""Files: content-addressed blobs, and uploads that either arrive whole or leave nothing."""
