"""What keeps a cluster from being watched."""


class ClusterError(Exception):
    """The cluster cannot be watched; the message says why and what to do."""
