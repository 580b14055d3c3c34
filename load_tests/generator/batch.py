"""What a worker tells the master once a second, in a form that travels: all it recorded since the last time."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from load_tests.judging.record import RunRecord
from load_tests.recording.generator_health import Generator
from load_tests.recording.outcomes import RequestLog, count_detail
from load_tests.recording.servers import Servers

REQUEST_COLUMNS = {"due_s": "d", "sent_s": "d", "ended_s": "d", "outcome": "B", "server": "H"}
HEALTH_COLUMNS = {"at_s": "d", "cores": "d", "latest_s": "d", "in_flight": "d"}


@dataclass
class Batch:
    """What one process recorded and has not yet told."""

    requests: RequestLog = field(default_factory=RequestLog)
    generator: Generator = field(default_factory=lambda: Generator("", ""))
    details: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    servers: Servers = field(default_factory=Servers)
    """All that have answered this process so far."""

    def pack(self) -> dict[str, Any]:
        """As Locust's messages can carry it, and as bytes where there is much of it; empties the batch."""
        packed = {
            "requests": _pack(self.requests, REQUEST_COLUMNS),
            "health": _pack(self.generator.health, HEALTH_COLUMNS),
            "pauses": [list(pause) for pause in self.generator.pauses.pauses],
            "details": dict(self.details),
            "errors": list(self.errors),
            "servers": list(self.servers.names),
        }
        for told in (self.generator.pauses.pauses, self.details, self.errors):
            told.clear()
        return packed

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> Self:
        """What a worker packed."""
        batch = cls(
            details=Counter(packed["details"]), errors=list(packed["errors"]), servers=Servers(list(packed["servers"]))
        )
        _unpack(batch.requests, REQUEST_COLUMNS, packed["requests"])
        _unpack(batch.generator.health, HEALTH_COLUMNS, packed["health"])
        batch.generator.pauses.pauses = [(begin_s, end_s) for begin_s, end_s in packed["pauses"]]
        return batch

    def add_to(self, record: RunRecord, generator: Generator) -> None:
        """Merge it into the record of the run; in which order batches come changes nothing."""
        record.tally.extend(self.requests, [record.servers.number_of(name) for name in self.servers.names])
        for sample in zip(*(getattr(self.generator.health, name) for name in HEALTH_COLUMNS), strict=True):
            generator.health.append(*sample)
        generator.pauses.pauses += self.generator.pauses.pauses
        for detail, times in self.details.items():
            count_detail(record.details, detail, times)
        record.errors += [f"{generator.name}: {error}" for error in self.errors]


def _pack(columns: object, types: dict[str, str]) -> list[bytes]:
    packed = [getattr(columns, name).tobytes() for name in types]
    for name in types:
        del getattr(columns, name)[:]
    return packed


def _unpack(columns: object, types: dict[str, str], packed: list[bytes]) -> None:
    for (name, kind), column in zip(types.items(), packed, strict=True):
        values = array(kind)
        values.frombytes(column)
        setattr(columns, name, values)
