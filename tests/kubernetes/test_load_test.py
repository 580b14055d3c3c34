"""The Jobs of a load test fit together, fit the service and the locked namespace, and end."""

import re

import pytest
import yaml

from deployment.cluster.manifests import PRUNED
from deployment.load.pods import MASTER, WORKER
from deployment.platforms.minikube import START
from load_tests.generator.sharing import WORKERS_PATIENCE_S
from load_tests.specification.scenario import SCENARIOS
from tests.conftest import ROOT
from tests.kubernetes.rendered import Object, millicores, rendered
from tests.kubernetes.rendered_load_test import SMOKE, WORKERS, job, labels_of, load_test, pod_of

each_job = pytest.mark.parametrize("name", [MASTER, WORKER])
MOST_PODS = 10
SYSTEM_PODS = 850


def policies() -> dict[str, Object]:
    return {one["metadata"]["name"]: one["spec"] for one in load_test().of_kind("NetworkPolicy")}


@each_job
def test_a_load_test_is_never_repeated_by_itself_and_goes_after_a_day(name: str) -> None:
    spec = job(name)["spec"]
    assert (spec["backoffLimit"], pod_of(name)["restartPolicy"]) == (0, "Never")
    assert spec["ttlSecondsAfterFinished"] == 24 * 60 * 60


def test_there_are_as_many_workers_at_once_as_the_master_waits_for() -> None:
    [settings] = [one["data"] for one in load_test().of_kind("ConfigMap") if "WORKERS" in one["data"]]
    spec = job(WORKER)["spec"]
    assert spec["parallelism"] == spec["completions"] == int(settings["WORKERS"]) == WORKERS


@each_job
def test_a_deadline_leaves_time_for_the_load_and_all_around_it(name: str) -> None:
    load_s = SMOKE.lasts_s + SMOKE.timeout_s
    of_pod = pod_of(name).get("activeDeadlineSeconds", 0)
    assert job(name)["spec"]["activeDeadlineSeconds"] > max(of_pod, load_s + WORKERS_PATIENCE_S)
    if name == MASTER:
        assert of_pod > load_s + WORKERS_PATIENCE_S + pod_of(name)["terminationGracePeriodSeconds"]


def test_the_master_has_time_to_write_its_reports_when_it_is_told_to_end() -> None:
    assert pod_of(MASTER)["terminationGracePeriodSeconds"] >= SMOKE.timeout_s + 30


def test_the_scenario_reaches_the_master_as_it_was_written() -> None:
    [settings] = [one["data"] for one in load_test().of_kind("ConfigMap") if "WORKERS" in one["data"]]
    [mount] = [one for one in pod_of(MASTER)["containers"][0]["volumeMounts"] if one["name"] == "scenario"]
    folder, _, file = settings["SCENARIO_FILE"].rpartition("/")
    assert mount["mountPath"] == folder
    [written] = [one["data"][file] for one in load_test().of_kind("ConfigMap") if file in one["data"]]
    assert written == (SCENARIOS / "smoke.yaml").read_text(encoding="utf-8")


def test_every_setting_of_the_master_is_given() -> None:
    [settings] = [one["data"] for one in load_test().of_kind("ConfigMap") if "WORKERS" in one["data"]]
    used = re.findall(r"\$\((\w+)\)", " ".join(pod_of(MASTER)["containers"][0]["args"]))
    assert set(used) == set(settings)


def test_workers_find_their_master_and_nobody_else() -> None:
    service = load_test().the("Service")
    assert f"--master-host={service['metadata']['name']}" in pod_of(WORKER)["containers"][0]["args"]
    assert service["spec"]["selector"].items() <= labels_of(MASTER).items()
    assert not service["spec"]["selector"].items() <= labels_of(WORKER).items()
    [port] = service["spec"]["ports"]
    [of_master] = pod_of(MASTER)["containers"][0]["ports"]
    assert (port["targetPort"], port["port"]) == (of_master["name"], of_master["containerPort"])


def test_workers_get_everything_from_their_master() -> None:
    [container] = pod_of(WORKER)["containers"]
    assert not {"env", "envFrom"} & set(container)
    assert all("emptyDir" in volume for volume in pod_of(WORKER)["volumes"])


def test_no_pod_of_a_load_test_is_taken_for_one_of_the_service() -> None:
    selector = rendered("single").the("Service")["spec"]["selector"]
    assert not any(selector.items() <= labels_of(name).items() for name in (MASTER, WORKER))


@each_job
def test_what_leaves_a_load_test_goes_to_the_service_the_master_and_the_names_alone(name: str) -> None:
    egress = policies()["load-test"]
    assert egress["podSelector"]["matchLabels"].items() <= labels_of(name).items()
    assert egress["policyTypes"] == ["Egress"]
    names, service, master = egress["egress"]
    asked = [(port["protocol"], port["port"]) for port in names["ports"]]
    assert sorted(asked) == [("TCP", 53), ("TCP", 5353), ("UDP", 53), ("UDP", 5353)]
    assert "to" not in names, "a cache on the node (NodeLocal DNSCache) is no pod, and no namespace holds it"
    of_service = rendered("single").the("Deployment")["spec"]["template"]
    assert service["to"][0]["podSelector"]["matchLabels"].items() <= of_service["metadata"]["labels"].items()
    of_container, of_the_service = (port["port"] for port in service["ports"])
    assert of_container in [port["name"] for port in of_service["spec"]["containers"][0]["ports"]]
    assert [of_the_service] == [port["port"] for port in rendered("single").the("Service")["spec"]["ports"]]
    assert master["to"][0]["podSelector"]["matchLabels"].items() <= labels_of(MASTER).items()
    assert master["ports"][0]["port"] == "locust"


def test_only_workers_are_let_in_to_the_master() -> None:
    ingress = policies()["load-master"]
    assert ingress["podSelector"]["matchLabels"].items() <= labels_of(MASTER).items()
    [way] = ingress["ingress"]
    [source] = way["from"]
    assert source["podSelector"]["matchLabels"].items() <= labels_of(WORKER).items()
    assert [port["port"] for port in way["ports"]] == ["locust"]


@each_job
def test_a_generator_is_never_held_back_by_its_limit(name: str) -> None:
    """One thread of Python uses one core at most."""
    assert millicores(pod_of(name)["containers"][0]["resources"]["limits"]["cpu"]) == 1000


def test_two_workers_fit_beside_a_service_of_ten_pods_on_the_four_cores_that_are_recommended() -> None:
    """With what the system pods of a minikube request: 850m."""
    asked = [millicores(pod_of(name)["containers"][0]["resources"]["requests"]["cpu"]) for name in (MASTER, WORKER)]
    recommended = 1000 * int(START.partition("--cpus=")[2].split()[0])
    pods = MOST_PODS * millicores(rendered("autoscaled").container["resources"]["requests"]["cpu"])
    assert asked[0] + 2 * asked[1] + pods + SYSTEM_PODS <= recommended


def test_a_deployment_under_load_leaves_the_load_test_alone() -> None:
    """It removes what is left behind, by label."""
    kept = PRUNED.rpartition(",")[2].split("!=")
    assert len(kept) == 2
    assert {one["metadata"]["labels"].get(kept[0]) for one in load_test().objects} == {kept[1]}
    assert all(one["metadata"]["namespace"] == "loadproof" for one in load_test().objects)
    assert not any(kept[1] == one["metadata"]["labels"].get(kept[0]) for one in rendered("autoscaled").objects)


def test_the_committed_part_can_be_read_without_any_of_this() -> None:
    folder = ROOT / "kubernetes" / "components" / "load-test"
    named = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert sorted(named) == sorted(path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml")
