"""The one kind of failure that a person is told of: what is wrong, and what to do."""


class DeploymentError(Exception):
    """Something stands in the way; the message names it and the remedy."""


class ClusterSilentError(DeploymentError):
    """A cluster does not say what it was asked; whoever is not the doctor sends there."""


ASK_THE_DOCTOR = "`make doctor` looks whether everything is there"
