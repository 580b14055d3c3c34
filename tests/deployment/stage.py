"""A machine on which only the programs exist that a test puts there, answering what it tells them to."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = sys.executable
STAND_IN = Path(__file__).with_name("stand_in")
_FIELD, _CALL = "\x1f", "\x1e"


@dataclass(frozen=True)
class Call:
    """How a program was called."""

    line: str
    """``kubectl get pods``."""
    given: str
    """What it read from standard input."""


@dataclass(frozen=True)
class Answer:
    """What is done when a call fits a pattern, as the stand-in reads it."""

    pattern: str
    times: int | None
    does: str

    def line(self, number: int) -> str:
        """Return it as a line of the stand-in's."""
        return f"fits {shlex.quote(self.pattern)} {number} '{'' if self.times is None else self.times}' && {self.does}"


@dataclass
class Stage:
    """Programs that answer as told; the last answer that fits counts."""

    folder: Path
    answers: list[Answer] = field(default_factory=list)

    @property
    def bin(self) -> Path:
        """The only folder of the PATH."""
        return self.folder / "bin"

    def install(self, *programs: str) -> None:
        """Put stand-ins there."""
        self.bin.mkdir(exist_ok=True)
        for program in programs:
            (self.bin / program).symlink_to(STAND_IN)
        self._write()

    def install_real(self, program: str) -> None:
        """Put the real program there."""
        found = shutil.which(program, path=os.defpath)
        assert found is not None
        (self.bin / program).symlink_to(found)

    def remove(self, program: str) -> None:
        """Take a program away."""
        (self.bin / program).unlink()

    def answer(
        self,
        pattern: str,
        output: str = "",
        errors: str = "",
        exit_code: int = 0,
        *,
        times: int | None = None,
        stays_for: str = "",
    ) -> None:
        """Tell what is answered to calls that fit a pattern, before everything told earlier.

        `times` is how often, after which an earlier answer counts; `stays_for` the pattern of a call that it waits for
        after it has spoken.
        """
        self._tell(Answer(pattern, times, shlex.join(["say", output, errors, str(exit_code), stays_for])))

    def pass_on(self, pattern: str, program: Sequence[str]) -> None:
        """Have a program run in its place, with the same arguments."""
        self._tell(Answer(pattern, None, f'exec {shlex.join(program)} "$@"'))

    def _tell(self, answer: Answer) -> None:
        self.answers.append(answer)
        self._write()

    def _write(self) -> None:
        lines = [answer.line(number) for number, answer in enumerate(self.answers)]
        (self.folder / "answers").write_text("\n".join(reversed(lines)), encoding="utf-8")

    @property
    def calls(self) -> list[Call]:
        """All calls so far."""
        file = self.folder / "calls"
        told = file.read_text(encoding="utf-8").split(_CALL)[:-1] if file.exists() else []
        return [Call(*call.split(_FIELD)) for call in told]

    def called(self, start: str) -> list[Call]:
        """Calls whose line starts so."""
        return [call for call in self.calls if call.line.startswith(start)]

    def position(self, start: str) -> int:
        """Which call was the first to start so."""
        return next(number for number, call in enumerate(self.calls) if call.line.startswith(start))
