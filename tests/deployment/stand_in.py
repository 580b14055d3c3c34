"""The program behind every stand-in: records how it was called, and answers as it was told to.

``stand_in.py FOLDER PROGRAM ARGUMENTS…`` reads ``FOLDER/answers.json`` and writes ``FOLDER/calls.jsonl``. Whoever wants
an API server gets the one of ``FOLDER/api.json``.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

UNKNOWN = 64
FAKE_KUBECTL = Path(__file__).parents[1] / "fake_kubectl.py"


def main() -> int:
    """Answer one call; its exit code."""
    folder, program, *arguments = sys.argv[1:]
    given = sys.stdin.read() if "-" in arguments else ""
    line = " ".join([program, *arguments])
    with (Path(folder) / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({"line": line, "given": given}) + "\n")
    if arguments[:1] == ["proxy"]:
        os.execv(sys.executable, [sys.executable, str(FAKE_KUBECTL), folder, *arguments])  # noqa: S606
    answer = _answer(Path(folder), line)
    if answer is None:
        sys.stderr.write(f"nobody told the stand-in what to answer to: {line}\n")
        return UNKNOWN
    sys.stdout.write(str(answer["output"]))
    sys.stdout.flush()
    sys.stderr.write(str(answer["errors"]))
    time.sleep(float(str(answer["stays_s"])))
    return int(str(answer["exit_code"]))


def _answer(folder: Path, line: str) -> dict[str, object] | None:
    """The first answer that fits and was not yet given as often as it may be."""
    answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    for number, answer in enumerate(answers):
        if re.search(answer["pattern"], line):
            given = folder / f"given-{number}"
            times = int(given.read_text(encoding="utf-8")) if given.exists() else 0
            if answer["times"] is None or times < answer["times"]:
                given.write_text(str(times + 1), encoding="utf-8")
                return dict(answer)
    return None


if __name__ == "__main__":
    sys.exit(main())
