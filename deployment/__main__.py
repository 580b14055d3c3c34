"""The command line: `python -m deployment doctor|deploy|status|url|loadtest|teardown`."""

import argparse
import os
import sys

from deployment import record
from deployment.console import say
from deployment.doctor import examine, insist
from deployment.errors import DeploymentError
from deployment.first_prediction import wait_for_a_right_prediction
from deployment.load import run_load_test
from deployment.platforms.choice import platform_for
from deployment.record import Record
from deployment.request import DEFAULT_BASE_IMAGE, PlatformName, Request, check_overlay, platform_named, settings_in
from deployment.waiting import Clock

FAILED = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(_COMMANDS[options.command](options))
    except DeploymentError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return FAILED
    except KeyboardInterrupt:
        return 130


def _doctor(options: argparse.Namespace) -> int:
    return 0 if examine(platform_for(_request(options), Clock())) else FAILED


def _deploy(options: argparse.Namespace) -> int:
    request = _request(options)
    platform = platform_for(request, Clock())
    insist(platform)
    begun = Record(platform=request.platform, overlay=request.overlay)
    record.write(begun)
    image = platform.deploy()
    record.write(begun.model_copy(update={"image": image}))
    with platform.url() as url:
        model = wait_for_a_right_prediction(url, Clock())
        say(f"\n{model} answers rightly at {url}\nnow: make loadtest SCENARIO=smoke")
    return 0


def _status(options: argparse.Namespace) -> int:
    platform_for(_request(options), Clock()).status()
    return 0


def _url(options: argparse.Namespace) -> int:
    with platform_for(_request(options), Clock()).url() as url:
        say(url)
    return 0


def _loadtest(options: argparse.Namespace) -> int:
    """Put load on HOST if it is given, else on what is deployed, else on what `make serve` serves."""
    last = record.read()
    stands = last is not None and last.stands
    if options.host or not (options.platform or stands):
        return run_load_test(options.host or f"http://127.0.0.1:{options.port}", options.scenarios)
    with platform_for(_request(options), Clock()).url() as url:
        return run_load_test(url, options.scenarios)


def _teardown(options: argparse.Namespace) -> int:
    request = _request(options)
    last = record.read()
    platform_for(request, Clock()).teardown(last.image if last and last.platform is request.platform else "")
    record.mark_torn_down(request.platform)
    say(f"nothing of it is left on {request.platform}")
    return 0


def _request(options: argparse.Namespace) -> Request:
    """Return what is asked for; what is left out is as in the last deployment."""
    last = record.read()
    last_platform = last.platform if last else PlatformName.MINIKUBE
    platform = platform_named(options.platform) if options.platform else last_platform
    return Request(
        platform=platform,
        overlay=check_overlay(options.overlay),
        registry=options.registry,
        base_image=options.base_image or DEFAULT_BASE_IMAGE,
        port=options.port,
        monitoring=options.monitoring,
        settings=settings_in(os.environ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deployment", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--platform", default="", help=f"{', '.join(PlatformName)}; else the last one, else minikube")
    common.add_argument("--overlay", default="single", help="folder of kubernetes/overlays")
    common.add_argument("--registry", default="", help="where the image is pushed to (kubernetes)")
    common.add_argument("--base-image", default="", help=f"instead of {DEFAULT_BASE_IMAGE}")
    common.add_argument("--port", type=int, default=8000, help="port on this machine (docker, local)")
    common.add_argument("--monitoring", action="store_true", help="what the Prometheus operator reads as well")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in _COMMANDS.items():
        added = commands.add_parser(name, parents=[common], help=command.__doc__)
        if name == "loadtest":
            added.add_argument("scenarios", nargs="+", help="name of a scenario, or path of its file")
            added.add_argument("--host", default="", help="base URL, instead of what is deployed")
    return parser


_COMMANDS = {
    "doctor": _doctor,
    "deploy": _deploy,
    "status": _status,
    "url": _url,
    "loadtest": _loadtest,
    "teardown": _teardown,
}


if __name__ == "__main__":
    sys.exit(main())
