"""The command line: the same engine for scripts and machines without a display."""
