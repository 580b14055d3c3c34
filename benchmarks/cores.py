"""Client and server on a core each, so that neither takes time from the other."""

import os
import shutil

CLIENT_CORE, SERVER_CORE = 0, 1


def bound(core: int | None) -> list[str]:
    """Return what binds a command to a core, where there is one and the system can; nothing for None."""
    can = core is not None and core < (os.cpu_count() or 1) and shutil.which("taskset")
    return ["taskset", "-c", str(core)] if can else []


def stay_on(core: int) -> None:
    """Bind this process to a core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
