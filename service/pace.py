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


class BatchPace:
    """Time that a model takes for batches, learnt for sizes up to 1, 3, 7, 15 and so on by themselves.

    A call costs something beside its records: by what one record takes, a thousand should take twenty times too long.

    Parameters
    ----------
    per_record_s : float
        What to expect of the first batch.
    """

    def __init__(self, per_record_s: float) -> None:
        self._per_record_s = per_record_s
        self._first = Pace(per_record_s)
        self._paces: dict[int, Pace] = {}

    def expected_s(self, size: int) -> float:
        """Return how long a batch of so many records should take."""
        return self._nearest(size).expected_s(size)

    def knows(self, size: int) -> bool:
        """Say whether what is expected of such a batch was told or learnt from its like, and not from smaller ones."""
        return self._per_record_s > 0 or size.bit_length() in self._paces

    def note(self, duration_s: float, records: int, size: int) -> None:
        """Learn from a batch of this size, or from some of its records."""
        pace = self._paces.setdefault(size.bit_length(), Pace(self._per_record_s))
        pace.note(duration_s, records)

    def doubt(self, size: int) -> None:
        """Expect a little less of batches of this size."""
        self._nearest(size).doubt()

    def _nearest(self, size: int) -> Pace:
        """Return the pace of such sizes, else that of the next smaller ones: too slow rather than too fast."""
        kind = size.bit_length()
        if kind in self._paces:
            return self._paces[kind]
        smaller = [known for known in self._paces if known < kind]
        nearest = max(smaller) if smaller else min(self._paces, default=None)
        return self._first if nearest is None else self._paces[nearest]
