"""Brings the service to one of five platforms, says how it is there, and takes it away again."""

import sys

if sys.argv[:1] == ["-m"]:  # a command is about to be imported: Ctrl-C ends that too without a traceback, by its signal
    sys.excepthook = lambda kind, *rest: None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)
