"""What no schema sees: that the objects of the manifests fit together, and fit the service."""

import re
from typing import Any

import pytest
import yaml

from deployment import prometheus_rule
from deployment.load.pods import MASTER, WORKER
from service.app import load_app
from service.settings import Settings
from tests.conftest import ROOT
from tests.kubernetes.pods import applied, each_pod
from tests.kubernetes.rendered import (
    OVERLAY_NAMES,
    Object,
    each_overlay,
    mebibytes,
    millicores,
    rendered,
)

NODE_PORTS = range(30000, 32768)
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def labels_of_pods(overlay: str) -> dict[str, str]:
    labels: dict[str, str] = rendered(overlay).the("Deployment")["spec"]["template"]["metadata"]["labels"]
    return labels


def settings_of_pods(overlay: str) -> dict[str, str]:
    [reference] = rendered(overlay).container["envFrom"]
    [values] = [
        one["data"]
        for one in rendered(overlay).of_kind("ConfigMap")
        if one["metadata"]["name"] == reference["configMapRef"]["name"]
    ]
    return dict(values)


def selectors(overlay: str) -> list[tuple[str, dict[str, str]]]:
    found = rendered(overlay)
    deployment = found.the("Deployment")["spec"]
    spread = [rule["labelSelector"]["matchLabels"] for rule in found.pod["topologySpreadConstraints"]]
    return [
        ("Deployment", deployment["selector"]["matchLabels"]),
        ("Service", found.the("Service")["spec"]["selector"]),
        *(
            ("PodDisruptionBudget", one["spec"]["selector"]["matchLabels"])
            for one in found.of_kind("PodDisruptionBudget")
        ),
        *(
            ("NetworkPolicy", one["spec"]["podSelector"].get("matchLabels", {}))
            for one in found.of_kind("NetworkPolicy")
        ),
        *(("topologySpreadConstraints", labels) for labels in spread),
    ]


@each_overlay
def test_every_selector_chooses_the_pods(overlay: str) -> None:
    for whose, selector in selectors(overlay):
        assert selector.items() <= labels_of_pods(overlay).items(), whose


@each_overlay
def test_every_port_that_is_named_is_a_port_of_the_container(overlay: str) -> None:
    found = rendered(overlay)
    ports = {port["name"]: port["containerPort"] for port in found.container["ports"]}
    [port] = found.the("Service")["spec"]["ports"]
    assert (port["port"], ports[port["targetPort"]]) == (80, Settings().port)
    probes = [found.container[probe]["httpGet"]["port"] for probe in PROBES]
    allowed = [
        rule["port"]
        for policy in found.of_kind("NetworkPolicy")
        for way in policy["spec"].get("ingress", [])
        for rule in way["ports"]
    ]
    assert allowed
    assert {*probes, *allowed} <= set(ports)


@each_overlay
def test_the_node_port_is_one_that_kubernetes_gives(overlay: str) -> None:
    service = rendered(overlay).the("Service")["spec"]
    assert service["type"] == "NodePort"
    assert service["ports"][0]["nodePort"] in NODE_PORTS


def test_kind_maps_the_node_port() -> None:
    kind = yaml.safe_load((ROOT / "kubernetes" / "kind.yaml").read_text(encoding="utf-8"))
    [mapping] = kind["nodes"][0]["extraPortMappings"]
    assert mapping["containerPort"] == rendered("single").the("Service")["spec"]["ports"][0]["nodePort"]


@each_overlay
def test_probes_ask_paths_that_the_service_has(overlay: str) -> None:
    paths = {getattr(route, "path", "") for route in load_app(Settings()).routes}
    probed = {
        kind: rendered(overlay).container[f"{kind}Probe"]["httpGet"]["path"]
        for kind in ("startup", "liveness", "readiness")
    }
    assert set(probed.values()) <= paths
    assert len(set(probed.values())) == 3


@each_overlay
def test_a_pod_has_time_to_drain_and_to_finish(overlay: str) -> None:
    settings = settings_of_pods(overlay)
    needed_s = float(settings["SERVICE_DRAIN_SECONDS"]) + float(settings["SERVICE_STOP_TIMEOUT_S"]) + 5
    assert rendered(overlay).pod["terminationGracePeriodSeconds"] >= needed_s


@each_overlay
def test_a_pod_drains_for_longer_than_readiness_takes_to_fail(overlay: str) -> None:
    probe = rendered(overlay).container["readinessProbe"]
    assert (
        float(settings_of_pods(overlay)["SERVICE_DRAIN_SECONDS"]) >= probe["periodSeconds"] * probe["failureThreshold"]
    )


@each_overlay
def test_the_startup_probe_waits_for_a_slow_node(overlay: str) -> None:
    cold_start_cpu_s = 1.5
    cores = millicores(rendered(overlay).container["resources"]["limits"]["cpu"]) / 1000
    probe = rendered(overlay).container["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 5 * cold_start_cpu_s / cores


@each_overlay
def test_an_autoscaler_has_what_it_computes_with(overlay: str) -> None:
    found = rendered(overlay)
    deployment = found.the("Deployment")
    for autoscaler in found.of_kind("HorizontalPodAutoscaler"):
        spec = autoscaler["spec"]
        target = spec["scaleTargetRef"]
        assert (target["kind"], target["name"]) == (deployment["kind"], deployment["metadata"]["name"])
        assert target["apiVersion"] == deployment["apiVersion"]
        assert 1 <= spec["minReplicas"] < spec["maxReplicas"] <= 10
        assert [metric["resource"]["name"] for metric in spec["metrics"]] == ["cpu"]
        assert "cpu" in found.container["resources"]["requests"]
        assert "replicas" not in deployment["spec"]


def test_only_the_measuring_bench_has_a_number_of_pods_and_no_autoscaler() -> None:
    assert rendered("single").the("Deployment")["spec"]["replicas"] == 1
    assert rendered("single").of_kind("HorizontalPodAutoscaler") == []
    assert all(rendered(name).the("HorizontalPodAutoscaler") for name in ("autoscaled", "seed"))


@each_pod
def test_what_a_container_requests_is_within_its_limits(name: str) -> None:
    resources = applied(name).container["resources"]
    assert 0 < millicores(resources["requests"]["cpu"]) <= millicores(resources["limits"]["cpu"])
    for what in ("memory", "ephemeral-storage"):
        assert 0 < mebibytes(resources["requests"][what]) <= mebibytes(resources["limits"][what]), what


def test_the_seed_has_the_settings_of_the_article() -> None:
    resources = rendered("seed").container["resources"]
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("100m", "200m")


def references(pod: Any) -> set[str]:
    """Names of all config maps that a pod refers to."""
    if isinstance(pod, list):
        return {name for one in pod for name in references(one)}
    if not isinstance(pod, dict):
        return set()
    here = {pod[key]["name"] for key in ("configMapRef", "configMap", "configMapKeyRef") if key in pod}
    return here | {name for one in pod.values() for name in references(one)}


@pytest.mark.parametrize("names", [*([name] for name in OVERLAY_NAMES), [MASTER, WORKER]], ids=lambda names: names[0])
def test_every_config_map_is_referred_to_under_a_name_of_its_content(names: list[str]) -> None:
    there = {one["metadata"]["name"] for one in applied(names[0]).beside.of_kind("ConfigMap")}
    assert set().union(*(references(applied(name).pod) for name in names)) == there
    assert all(re.fullmatch(r"[a-z-]+-[a-z0-9]{10}", name) for name in there)


@each_overlay
def test_the_service_reads_the_file_of_the_config_map(overlay: str) -> None:
    found = rendered(overlay)
    [path] = [one["value"] for one in found.container["env"] if one["name"] == "REST_CONFIG"]
    [mount] = [one for one in found.container["volumeMounts"] if path.startswith(one["mountPath"])]
    [volume] = [one for one in found.pod["volumes"] if one["name"] == mount["name"]]
    [config] = [one for one in found.of_kind("ConfigMap") if one["metadata"]["name"] == volume["configMap"]["name"]]
    committed = (ROOT / "configuration" / "rest_config.yaml").read_text(encoding="utf-8")
    assert config["data"][path.rpartition("/")[2]] == committed


@each_pod
def test_every_mount_is_of_a_volume_and_every_volume_is_mounted(name: str) -> None:
    mounted = [mount["name"] for mount in applied(name).container["volumeMounts"]]
    assert sorted(mounted) == sorted(volume["name"] for volume in applied(name).pod["volumes"])


def test_every_setting_of_the_pods_is_one_of_the_service() -> None:
    known = {f"SERVICE_{name.upper()}" for name in Settings.model_fields}
    assert set(settings_of_pods("single")) <= known


@each_overlay
def test_everything_but_the_namespace_is_in_it(overlay: str) -> None:
    namespace = rendered(overlay).the("Namespace")
    rest = [one for one in rendered(overlay).objects if one is not namespace]
    assert {one["metadata"].get("namespace") for one in rest} == {namespace["metadata"]["name"]}


@each_pod
def test_the_image_has_a_tag_that_names_its_content(name: str) -> None:
    image = re.escape(applied(name).image.name)
    assert re.fullmatch(rf"{image}:([0-9a-f]{{12}}-)?[0-9a-f]{{8}}", applied(name).container["image"])
    assert applied(name).container["imagePullPolicy"] == "Never"


def test_prometheus_finds_the_service_by_its_label_and_port() -> None:
    found = rendered("single", monitoring=True)
    monitor: Object = found.the("ServiceMonitor")["spec"]
    service = found.the("Service")
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert [end["port"] for end in monitor["endpoints"]] == [port["name"] for port in service["spec"]["ports"]]
    paths = {getattr(route, "path", "") for route in load_app(Settings()).routes}
    assert {end["path"] for end in monitor["endpoints"]} <= paths


def test_prometheus_gets_the_rules_that_were_made_from_the_scenario() -> None:
    rules = rendered("single", monitoring=True).the("PrometheusRule")["spec"]
    assert rules == yaml.safe_load(prometheus_rule.RULES.read_text(encoding="utf-8"))
    assert prometheus_rule.FILE.read_text(encoding="utf-8") == prometheus_rule.render()


def test_grafana_gets_the_dashboard() -> None:
    found = [one for one in rendered("single", monitoring=True).of_kind("ConfigMap") if "grafana_dashboard" in str(one)]
    [dashboard] = [one for one in found if one["metadata"]["labels"].get("grafana_dashboard") == "1"]
    assert list(dashboard["data"]) == ["staged.dashboard.json"]
