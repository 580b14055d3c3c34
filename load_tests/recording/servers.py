"""Who answered a request: a number in place of the name that a replica says in `X-Served-By`."""

from dataclasses import dataclass, field

HEADER = "X-Served-By"
MOST_SERVERS = 1000
"""Of a service that says another name each time, the others are nobody who is known."""
LONGEST_NAME = 80


@dataclass
class Servers:
    """Names by their number; 0 is nobody who is known."""

    names: list[str] = field(default_factory=lambda: [""])
    _numbers: dict[str, int] = field(default_factory=dict)

    def number_of(self, name: object) -> int:
        """The number of a name, a new one for a new name; what is no name, or several, is nobody."""
        if not isinstance(name, str) or not name:
            return 0
        number = self._numbers.get(name)
        return self._new(name) if number is None else number

    def _new(self, name: str) -> int:
        if len(self.names) > MOST_SERVERS:
            return 0
        number = self._numbers[name] = len(self.names)
        self.names.append(name[:LONGEST_NAME])
        return number
