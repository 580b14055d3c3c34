"""A manifest of `kubernetes/` as it is written, or where in it what is wrong."""

from pathlib import Path
from typing import Any

import yaml

from deployment.errors import DeploymentError


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the one object of a file; DeploymentError names the file and the line."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeploymentError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DeploymentError(f"{path}: not YAML: byte {error.start + 1} is no text in UTF-8") from None
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None) or str(error)
        raise DeploymentError(f"{path}: not YAML: {f'line {mark.line + 1}: ' if mark else ''}{problem}") from None
    if not isinstance(document, dict):
        raise DeploymentError(f"{path}: expected a manifest, found {document!r:.80}")
    return document
