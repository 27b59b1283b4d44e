"""The command line: where settings enter, are validated, and become frozen dataclasses."""
