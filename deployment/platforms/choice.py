"""Which platform is which."""

from deployment.errors import DeploymentError
from deployment.platforms.cluster import ClusterPlatform
from deployment.platforms.docker import Docker
from deployment.platforms.kind import Kind
from deployment.platforms.kubernetes import Kubernetes
from deployment.platforms.local import Local
from deployment.platforms.minikube import Minikube
from deployment.platforms.platform import Platform
from deployment.request import PlatformName, Request
from deployment.waiting import Clock


def cluster_for(request: Request, clock: Clock) -> ClusterPlatform:
    """Return the platform of a request that only a cluster can answer."""
    platform = platform_for(request, clock)
    if not isinstance(platform, ClusterPlatform):
        raise DeploymentError(
            f"WHERE=cluster: {request.platform} is no cluster; PLATFORM=minikube, kind and kubernetes are"
        )
    return platform


def platform_for(request: Request, clock: Clock) -> Platform:
    """Return the platform of a request."""
    match request.platform:
        case PlatformName.MINIKUBE:
            return ClusterPlatform(request, Minikube(request), clock)
        case PlatformName.KIND:
            return ClusterPlatform(request, Kind(request), clock)
        case PlatformName.KUBERNETES:
            return ClusterPlatform(request, Kubernetes(request), clock)
        case PlatformName.DOCKER:
            return Docker(request, clock)
        case PlatformName.LOCAL:
            return Local(request, clock)
