"""What we offer a service, what we demand of it, and the verdict on what it did.

`specification` is what a scenario says, `generator` offers it, `recording` notes what became of it, `judging` says what
that proves, `report` tells it, and `comparing` says what two runs prove. `payloads` are the requests, `cluster` is what
the pods did meanwhile, `monitoring` watches the same objectives in production, and `planning` says how many replicas
they take. `running` leads a run from its choice to its reports, and `live` shows it meanwhile. Beside them stand the
commands, and `locustfile`, which ties all this to Locust.
"""

import sys

if sys.argv[:1] == ["-m"]:  # a command is about to be imported: Ctrl-C ends that too without a traceback, by its signal
    sys.excepthook = lambda kind, *rest: None if kind is KeyboardInterrupt else sys.__excepthook__(kind, *rest)
