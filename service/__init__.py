"""The service: regression models behind HTTP, documented, validated and measured."""

import sys

__version__ = "0.1.0"

if sys.argv[:1] == ["-m"]:  # a command is about to be imported: Ctrl-C ends that too without a traceback, by its signal
    sys.excepthook = lambda kind, *rest: None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)
