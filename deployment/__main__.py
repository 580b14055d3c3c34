"""The command line: `python -m deployment doctor|deploy|status|url|loadtest|capacity|plan|experiment|…`."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from deployment import record, steps
from deployment.errors import ASK_THE_DOCTOR, ClusterSilentError, DeploymentError
from deployment.planning import commands, experiment
from deployment.request import (
    BUILD_FOLDER,
    DEFAULT_BASE_IMAGE,
    PlatformName,
    Request,
    Where,
    check_overlay,
    check_port,
    check_workers,
    chosen,
    settings_in,
)
from deployment.waiting import REAL_CLOCK, Clock

FAILED = 2
_STEPS = {
    "doctor": steps.doctor,
    "deploy": steps.deploy,
    "status": steps.status,
    "url": steps.url,
    "fetch": steps.fetch,
    "disrupt": steps.disrupt,
    "teardown": steps.teardown,
}
_WITH_SCENARIOS = {
    "loadtest": steps.loadtest,
    "capacity": commands.capacity,
    "plan": commands.plan,
    "experiment": experiment.experiment,
}

_ON_WHAT_IS_SERVED = ("loadtest", "capacity")
"""Without a deployment, these go to what `make serve` serves."""


def main(arguments: list[str] | None = None, clock: Clock = REAL_CLOCK, folder: Path = BUILD_FOLDER) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        request = _request(options, folder)
        if step := _WITH_SCENARIOS.get(options.command):
            somewhere = _on_something(request, options) if options.command in _ON_WHAT_IS_SERVED else request
            return step(somewhere, clock, options.scenarios)
        return _STEPS[options.command](request, clock)
    except DeploymentError as error:
        sys.stdout.flush()
        remedy = f"{ASK_THE_DOCTOR}\n" if isinstance(error, ClusterSilentError) else ""
        sys.stderr.write(f"{error}\n{remedy}")
        return FAILED
    except KeyboardInterrupt:
        return 130


def _on_something(request: Request, options: argparse.Namespace) -> Request:
    """As long as nothing is deployed, load goes to what `make serve` serves."""
    last = record.read(request.folder)
    somewhere = request.host or options.platform or (last is not None and last.stands)
    in_cluster = request.where is Where.CLUSTER
    return request if somewhere or in_cluster else replace(request, host=f"http://127.0.0.1:{request.port}")


def _request(options: argparse.Namespace, folder: Path) -> Request:
    """What is asked for. Where no platform is named, what comes after a deployment goes where that went."""
    last = None if options.command in ("doctor", "deploy") else record.read(folder)
    default = last.platform if last else PlatformName.MINIKUBE
    platform = chosen("PLATFORM", PlatformName, options.platform) if options.platform else default
    there = last if last and last.platform is platform else None
    return Request(
        platform=platform,
        overlay=check_overlay(options.overlay),
        registry=options.registry or (there.registry if there else ""),
        base_image=options.base_image or (there.base_image if there else DEFAULT_BASE_IMAGE),
        context=there.context if there else "",
        port=check_port(options.port),
        host=options.host.rstrip("/"),
        container=options.container,
        monitoring=options.monitoring,
        where=chosen("WHERE", Where, options.where),
        workers=check_workers(options.workers),
        settings=settings_in(os.environ),
        folder=folder,
    )


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--platform", default="", help=f"{', '.join(PlatformName)}; else minikube, or where the last deployment went"
    )
    common.add_argument("--overlay", default="single", help="folder of kubernetes/overlays")
    common.add_argument("--registry", default="", help="where the image is pushed to (kubernetes)")
    common.add_argument("--base-image", default="", help=f"instead of {DEFAULT_BASE_IMAGE}")
    common.add_argument("--port", default="8000", help="port on this machine (docker, local)")
    common.add_argument("--host", default="", help="base URL of the service, instead of the one that is found")
    common.add_argument("--container", default="loadproof", help="name of the container (docker)")
    common.add_argument("--monitoring", action="store_true", help="what the Prometheus operator reads as well")
    common.add_argument("--where", default=Where.HERE.value, help=f"load comes from: {', '.join(Where)}")
    common.add_argument("--workers", default="2", help="pods that offer the load, where it comes from the cluster")
    parser = argparse.ArgumentParser(prog="python -m deployment", description=__doc__)
    parsers = parser.add_subparsers(dest="command", required=True)
    for name, step in _STEPS.items():
        parsers.add_parser(name, parents=[common], help=step.__doc__)
    for name, step_with_scenarios in _WITH_SCENARIOS.items():
        command = parsers.add_parser(name, parents=[common], help=step_with_scenarios.__doc__)
        command.add_argument("scenarios", nargs="+", help="name of a scenario, or path of its file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
