"""One sub-command a file: ordinary typed functions that return an exit code."""
