"""The one kind of failure that a person is told of: what is wrong, and what to do."""


class DeploymentError(Exception):
    """Something stands in the way; the message names it and the remedy."""
