"""The command line: the same engine for scripts."""
