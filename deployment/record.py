"""What was deployed last, so that the commands after it need not be told again."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deployment.request import DEFAULT_BASE_IMAGE, PlatformName

_NAME = "deployed.json"


class Record(BaseModel):
    """A deployment that was begun, and may have been torn down since."""

    model_config = ConfigDict(frozen=True)

    platform: PlatformName
    overlay: str
    image: str = ""
    context: str = ""
    """Of kubectl; empty where there is no cluster."""
    registry: str = ""
    base_image: str = DEFAULT_BASE_IMAGE
    stands: bool = True


def write(record: Record, folder: Path) -> None:
    """Remember a deployment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _NAME).write_text(record.model_dump_json(indent=1), encoding="utf-8")


def read(folder: Path) -> Record | None:
    """Return the last deployment, None if there is none."""
    try:
        return Record.model_validate_json((folder / _NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def mark_torn_down(platform: PlatformName, folder: Path) -> None:
    """Say that nothing stands any more; the platform is remembered, so that a second teardown looks there again."""
    last = read(folder)
    if last is not None and last.platform is platform:
        write(last.model_copy(update={"stands": False}), folder)
