"""As many open files as connections need: a process without them can neither accept a client nor cut another off."""

import logging

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

OTHERS = 64
"""Files that are open beside the connections, with some to spare."""
_log = logging.getLogger(__name__)


def room_for(connections: int) -> int:
    """Return how many connections there may be, after asking the system for as many as are wanted."""
    if resource is None:
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < connections + OTHERS:
        soft = connections + OTHERS if hard == resource.RLIM_INFINITY else min(connections + OTHERS, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        if soft < connections + OTHERS:
            _log.warning("at most %d connections: the system allows this process %d open files", soft - OTHERS, soft)
            return max(1, soft - OTHERS)
    return connections
