"""The service: regression models behind HTTP, documented, validated and measured."""

import sys

from service.signals import end_at_once_when_told

__version__ = "0.1.0"

if sys.argv[:1] == ["-m"]:  # a command is about to be imported, which takes its first second
    end_at_once_when_told()
