"""The command line: a root command and its groups, found through entry points."""
