"""What the commands tell, a line at a time."""

import sys


def say(line: str) -> None:
    """Write one line, visible at once also in a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
