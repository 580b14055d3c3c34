"""What is applied for one load test in the cluster: the committed component with the scenario, settings and image."""

import math
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployment.cluster.manifests import PART_OF
from deployment.commands import output_of
from deployment.image import Image
from deployment.load.scenario_files import ScenarioFile
from deployment.manifest_file import read_manifest
from deployment.quantities import cores
from deployment.request import NAMESPACE, ROOT, Request

COMPONENT = "app.kubernetes.io/component=load-test"
FOLDER = ROOT / "kubernetes" / "components" / "load-test"
MOUNTED_AT = "/etc/loadproof"
_MANIFESTS = ("master.yaml", "workers.yaml")


@dataclass(frozen=True)
class LoadTest:
    """One run of one scenario in the cluster."""

    run: str
    """Name of its folder of reports."""
    scenario: ScenarioFile
    host: str
    """Base URL of the service, as pods reach it."""
    workers: int


def render(request: Request, load_test: LoadTest, image: Image, program: tuple[str, ...], preloaded: bool) -> str:
    """Return the manifests as YAML."""
    folder = request.folder / "load-test"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    scenario = load_test.scenario
    shutil.copyfile(scenario.file, folder / f"{scenario.name}.yaml")
    document = _kustomization(load_test, image, preloaded, folder)
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return output_of([*program, "kustomize", str(folder)])


def _kustomization(load_test: LoadTest, image: Image, preloaded: bool, folder: Path) -> dict[str, Any]:
    components = Path(os.path.relpath(FOLDER.parent, folder.resolve()))
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "components": [str(components / name) for name in ("load-test", *(("preloaded-image",) if preloaded else ()))],
        "images": [{"name": image.recipe.name, "newName": image.name, "newTag": image.tag}],
        "generatorOptions": {"labels": dict(label.split("=") for label in (COMPONENT, PART_OF))},
        "configMapGenerator": [
            {"name": "load-test", "namespace": NAMESPACE, "literals": _settings(load_test)},
            {"name": "load-test-scenario", "namespace": NAMESPACE, "files": [f"{load_test.scenario.name}.yaml"]},
        ],
        "patches": [
            _patch("load-worker", "/spec/parallelism", load_test.workers),
            _patch("load-worker", "/spec/completions", load_test.workers),
            *_deadlines(load_test.scenario),
        ],
    }


def _settings(load_test: LoadTest) -> list[str]:
    return [
        f"RUN={load_test.run}",
        f"SCENARIO_FILE={MOUNTED_AT}/{load_test.scenario.name}.yaml",
        f"HOST={load_test.host}",
        f"WORKERS={load_test.workers}",
    ]


def _deadlines(scenario: ScenarioFile) -> list[dict[str, Any]]:
    """What the committed deadlines give for everything around the load, and the length of the load."""
    longer_s = math.ceil(scenario.lasts_s + scenario.timeout_s)
    master, workers = _jobs()
    of_pod = "/spec/template/spec/activeDeadlineSeconds"
    return [
        _patch("load-master", "/spec/activeDeadlineSeconds", master["spec"]["activeDeadlineSeconds"] + longer_s),
        _patch("load-worker", "/spec/activeDeadlineSeconds", workers["spec"]["activeDeadlineSeconds"] + longer_s),
        _patch("load-master", of_pod, master["spec"]["template"]["spec"]["activeDeadlineSeconds"] + longer_s),
    ]


def _patch(job: str, path: str, value: int) -> dict[str, Any]:
    operations = [{"op": "replace", "path": path, "value": value}]
    return {"target": {"kind": "Job", "name": job}, "patch": yaml.safe_dump(operations)}


def requested_cores(workers: int) -> float:
    """Return the CPU that a load test asks the scheduler for."""
    master, worker = (
        float(cores(job["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"]))
        for job in _jobs()
    )
    return master + workers * worker


def _jobs() -> list[Any]:
    return [read_manifest(FOLDER / name) for name in _MANIFESTS]
