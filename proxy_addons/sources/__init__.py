"""Where messages come from: a live proxy's growing file, a saved `.flow`, a HAR. All give `message.Message`."""
