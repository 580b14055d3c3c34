"""How long predictions of a model take, by those that it has made."""

WEIGHT = 0.1
"""Of the latest prediction in the average."""
LARGEST_STEP = 2.0
"""A prediction counts as so many times the average at most: one that took far longer was held up by something else, and
would have others refused that can be answered in time."""

DOUBT = 0.99
"""What is left of an expectation after each refusal that it led to: of those that should take twice what they may, one
in 70 is tried."""


class Pace:
    """Time that a model takes per record: an average that forgets.

    Parameters
    ----------
    per_record_s : float
        What to expect of the first prediction.
    """

    def __init__(self, per_record_s: float) -> None:
        self._per_record_s = per_record_s

    def expected_s(self, records: float) -> float:
        """Return how long a prediction of so many records should take."""
        return self._per_record_s * records

    def note(self, duration_s: float, records: float) -> None:
        """Learn from a prediction."""
        latest_s = duration_s / records
        if self._per_record_s:
            latest_s = min(latest_s, LARGEST_STEP * self._per_record_s)
        self._per_record_s += WEIGHT * (latest_s - self._per_record_s)

    def doubt(self) -> None:
        """Expect a little less: where a prediction is refused for what it should take, none teaches otherwise."""
        self._per_record_s *= DOUBT
