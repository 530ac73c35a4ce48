"""What anyone may look up without a key: the apps that have a number."""
