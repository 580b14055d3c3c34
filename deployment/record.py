"""What was deployed last, so that the commands after it need not be told again."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deployment.manifests import BUILD_FOLDER
from deployment.request import PlatformName

FILE = BUILD_FOLDER / "deployed.json"


class Record(BaseModel):
    """A deployment that was begun, and may have been torn down since."""

    model_config = ConfigDict(frozen=True)

    platform: PlatformName
    overlay: str
    image: str = ""
    stands: bool = True


def write(record: Record, file: Path = FILE) -> None:
    """Remember a deployment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(record.model_dump_json(indent=1), encoding="utf-8")


def read(file: Path = FILE) -> Record | None:
    """Return the last deployment, None if there is none."""
    try:
        return Record.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def mark_torn_down(platform: PlatformName, file: Path = FILE) -> None:
    """Say that nothing stands any more; the platform is remembered, so that a second teardown looks there again."""
    last = read(file)
    if last is not None and last.platform is platform:
        write(last.model_copy(update={"stands": False}), file)
