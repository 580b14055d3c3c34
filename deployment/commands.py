"""Running other programs: what they print, and what it means when they are missing or fail."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from deployment.errors import ASK_THE_DOCTOR, DeploymentError

PATIENCE_S = 120.0
_TOLD_LINES = 8
_WHERE_TO_GET = {
    "docker": "https://docs.docker.com/get-started/get-docker/",
    "git": "https://git-scm.com/downloads",
    "kind": "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    "kubectl": "https://kubernetes.io/docs/tasks/tools/",
    "minikube": "https://minikube.sigs.k8s.io/docs/start/",
}


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    exit_code: int
    output: str
    errors: str

    @property
    def complaint(self) -> str:
        """The last lines it wrote to standard error, or to standard output if there are none."""
        lines = [line for line in (self.errors or self.output).splitlines() if line.strip()]
        return "\n".join(lines[-_TOLD_LINES:]) or f"it ended with {self.exit_code} and said nothing"


def attempt(command: Sequence[str], given: str = "", patience_s: float = PATIENCE_S) -> Finished:
    """Run a program to its end, whatever that is.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    given : str
        What it reads from standard input.
    patience_s : float
        Time after which it is ended.
    """
    try:
        ended = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=patience_s, check=False, errors="replace"
        )
    except FileNotFoundError:
        raise DeploymentError(_missing(command[0])) from None
    except subprocess.TimeoutExpired:
        raise DeploymentError(_stuck(command, patience_s)) from None
    return Finished(ended.returncode, ended.stdout, ended.stderr)


def output_of(command: Sequence[str], given: str = "", patience_s: float = PATIENCE_S) -> str:
    """Run a program and return what it printed; DeploymentError quotes it if it failed."""
    ended = attempt(command, given, patience_s)
    if ended.exit_code != 0:
        raise DeploymentError(f"`{_shown(command)}` failed:\n{ended.complaint}\n{ASK_THE_DOCTOR}")
    return ended.output


def show(command: Sequence[str], patience_s: float) -> None:
    """Run a program that talks to the person itself."""
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=patience_s, check=False)
    except FileNotFoundError:
        raise DeploymentError(_missing(command[0])) from None
    except subprocess.TimeoutExpired:
        raise DeploymentError(_stuck(command, patience_s)) from None
    if ended.returncode != 0:
        raise DeploymentError(f"`{_shown(command)}` ended with {ended.returncode}: see above")


def _missing(program: str) -> str:
    return f"{program} is not installed, or not on the PATH: {_WHERE_TO_GET.get(program, 'install it')}"


def _stuck(command: Sequence[str], patience_s: float) -> str:
    return f"`{_shown(command)}` did not end within {patience_s:g} s: is it stuck?"


def _shown(command: Sequence[str]) -> str:
    text = " ".join(command)
    return text if len(text) <= 100 else f"{text[:99]}…"
