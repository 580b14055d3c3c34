"""The Deployment's manifest as a container engine understands it: the same limits, user and rights."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from deployment.cluster.observed import Observed
from deployment.errors import DeploymentError
from deployment.manifest_file import read_manifest
from deployment.request import ROOT, Setting

_UNTIL_THE_END = ("SERVICE_DRAIN_SECONDS", "SERVICE_STOP_TIMEOUT_S")
_SPARE_S = 5


class Resources(Observed):
    """What a container may use, and what is kept free for it."""

    limits: dict[str, str]
    requests: dict[str, str] = Field(default_factory=dict)


class Capabilities(Observed):
    """What of root's rights a process keeps."""

    drop: tuple[str, ...] = ()


class ContainerSecurity(Observed):
    """What a container may do."""

    allow_privilege_escalation: bool = True
    read_only_root_filesystem: bool = False
    capabilities: Capabilities = Capabilities()


class Mount(Observed):
    """Where a volume is seen."""

    name: str
    mount_path: str


class PodContainer(Observed):
    """The container of the service."""

    resources: Resources
    security_context: ContainerSecurity
    volume_mounts: tuple[Mount, ...] = ()


class PodSecurity(Observed):
    """Who its processes are."""

    run_as_user: int
    run_as_group: int


class EmptyDir(Observed):
    """A folder that lives as long as the pod."""

    size_limit: str


class Volume(Observed):
    """Something to mount; only empty folders are told apart."""

    name: str
    empty_dir: EmptyDir | None = None


class PodTemplate(Observed):
    """The pod of the service."""

    termination_grace_period_seconds: int
    security_context: PodSecurity
    containers: tuple[PodContainer, ...] = Field(min_length=1, max_length=1)
    volumes: tuple[Volume, ...] = ()

    @property
    def container(self) -> PodContainer:
        """Its only container."""
        return self.containers[0]


class _Template(Observed):
    spec: PodTemplate


class _DeploymentSpec(Observed):
    template: _Template


class _Deployment(Observed):
    spec: _DeploymentSpec


def read_pod_template(overlay: str, root: Path = ROOT) -> PodTemplate:
    """Return the pod of an overlay: the base's, with the `deployment.yaml` of what it is made of merged into it."""
    base = root / "kubernetes" / "base" / "deployment.yaml"
    document = read_manifest(base)
    for folder in _made_of(root / "kubernetes" / "overlays" / overlay):
        if (patch := folder / "deployment.yaml").exists():
            document = merged(document, read_manifest(patch))
    try:
        return _Deployment.model_validate(document).spec.template.spec
    except ValidationError as invalid:
        error = invalid.errors()[0]
        place = ".".join(map(str, error["loc"]))
        raise DeploymentError(f"{base}: {place}: {error['msg'][:1].lower()}{error['msg'][1:]}") from None


def _made_of(overlay: Path) -> list[Path]:
    """The overlays that an overlay is made of, the undermost first, and itself."""
    resources = read_manifest(overlay / "kustomization.yaml").get("resources", [])
    below = [(overlay / name).resolve() for name in resources]
    return [
        *(one for folder in below if folder.parent == overlay.resolve().parent for one in _made_of(folder)),
        overlay,
    ]


def read_settings(root: Path = ROOT) -> tuple[Setting, ...]:
    """Return the settings that the base gives every pod."""
    lines = (root / "kubernetes" / "base" / "settings.env").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line.strip() and not line.startswith("#"))
    return tuple(Setting(name, value) for name, value in pairs)


def insist_on_time_to_drain(overlay: str, settings: tuple[Setting, ...]) -> None:
    """Refuse settings with which a pod would be killed while it still drains, or finishes what it has begun."""
    given = {one.name: one.value for one in (*read_settings(), *settings)}
    allowed_s = read_pod_template(overlay).termination_grace_period_seconds - _SPARE_S
    try:
        needed_s = sum(float(given[name]) for name in _UNTIL_THE_END)
    except ValueError:
        return  # the service says what is wrong with it
    if needed_s > allowed_s:
        told = ", ".join(f"{name}={given[name]}" for name in _UNTIL_THE_END)
        raise DeploymentError(f"{told}: a pod has {allowed_s:g} s for both together before it is killed, give less")


def merged(document: Any, patch: Any) -> Any:
    """Return a document with a patch in it, as kustomize merges: mappings by key, lists of named things by name."""
    if isinstance(document, dict) and isinstance(patch, dict):
        return document | {key: merged(document.get(key), value) for key, value in patch.items()}
    if isinstance(document, list) and isinstance(patch, list) and all("name" in one for one in patch):
        by_name = {one["name"]: one for one in patch}
        return [merged(one, by_name.get(one["name"], {})) for one in document]
    return patch
