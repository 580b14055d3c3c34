"""A machine on which only the programs exist that a test puts there, answering what it tells them to."""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

STAND_IN = Path(__file__).with_name("stand_in.py")


@dataclass(frozen=True)
class Call:
    """How a program was called."""

    line: str
    """``kubectl get pods``."""
    given: str
    """What it read from standard input."""


@dataclass
class Stage:
    """Programs that answer as told; the first answer that fits counts."""

    folder: Path
    answers: list[dict[str, object]] = field(default_factory=list)

    @property
    def bin(self) -> Path:
        """The only folder of the PATH."""
        return self.folder / "bin"

    def install(self, *programs: str) -> None:
        """Put stand-ins there."""
        self.bin.mkdir(exist_ok=True)
        for program in programs:
            path = self.bin / program
            path.write_text(
                f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "{self.folder}" {program} "$@"\n', "utf-8"
            )
            path.chmod(0o755)
        self._write()

    def install_real(self, program: str) -> None:
        """Put the real program there."""
        found = shutil.which(program, path=os.defpath)
        assert found is not None
        self.bin.mkdir(exist_ok=True)
        (self.bin / program).symlink_to(found)

    def remove(self, program: str) -> None:
        """Take a program away."""
        (self.bin / program).unlink()

    def answer(self, pattern: str, output: str = "", errors: str = "", exit_code: int = 0, **limits: float) -> None:
        """Tell what is answered to calls that fit a pattern, before everything told earlier.

        ``times`` is how often, after which an earlier answer counts; ``stays_s`` how long the program stays after it
        has spoken.
        """
        told = {"pattern": pattern, "output": output, "errors": errors, "exit_code": exit_code}
        self.answers.insert(0, {**told, "times": None, "stays_s": 0, **limits})
        self._write()

    def _write(self) -> None:
        (self.folder / "answers.json").write_text(json.dumps(self.answers), encoding="utf-8")
        for given in self.folder.glob("given-*"):
            given.unlink()

    @property
    def calls(self) -> list[Call]:
        """All calls so far."""
        file = self.folder / "calls.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [Call(**json.loads(line)) for line in lines]

    def called(self, start: str) -> list[Call]:
        """Calls whose line starts so."""
        return [call for call in self.calls if call.line.startswith(start)]

    def position(self, start: str) -> int:
        """Which call was the first to start so."""
        return next(number for number, call in enumerate(self.calls) if call.line.startswith(start))
