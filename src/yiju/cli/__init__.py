"""The command line: one file for each group of commands, loaded only when it is called."""

from yiju.cli.main import main

__all__ = ["main"]
