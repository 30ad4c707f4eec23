"""The command line: one module per command, with what it prints."""
