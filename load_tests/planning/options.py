"""Values of the command line's options, each with its unit; argparse tells what is wrong with one."""

import argparse
from collections.abc import Callable

from load_tests.cluster.measures import cores
from load_tests.specification.quantities import parse_duration, parse_share


def _told(parse: Callable[[str], float]) -> Callable[[str], float]:
    """A parser whose ValueError argparse shows as it is."""

    def parse_told(text: str) -> float:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse_told


def _cores(text: str) -> float:
    if not (amount := cores(text)):
        raise ValueError(f"{text!r} is no CPU at all: write an amount such as 250m or 1")
    return amount


cores_in = _told(_cores)
duration_in = _told(parse_duration)
share_in = _told(parse_share)


def count_in(text: str) -> int:
    """A number of replicas."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of replicas: write one such as 1")
    return int(text)
