"""``python -m tests.deploy.chart``: the Helm chart, linted, rendered and validated.

With several sets of values: ``helm lint --strict``, ``helm template``, ``kubernetes-validate
--strict`` for Kubernetes' own kinds, models made of KEDA's CRDs for its kinds, promtool for the
rules; and that what cannot work is refused.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from rich.console import Console
from rich.table import Table

from deploy import chart_rules
from tests.deploy.composed import ROOT
from tests.deploy.helm import Helm, HelmError, as_files
from tests.deploy.values_table import CHART
from workers import pipeline, settings

OPERATOR = {"ServiceMonitor", "PrometheusRule"}
"""Kinds whose schema no package has."""
KEDA: dict[str, Any] = {
    "ScaledObject": ScaledObject,
    "TriggerAuthentication": TriggerAuthentication,
}
ENRICH: dict[str, Any] = {
    "steps": ["detect_language", "strip_boilerplate", "tag_entities"],
    "minReplicas": 0,
    "maxReplicas": 12,
    "lagThreshold": 100,
    "processes": 2,
    "taskMemory": 768,
    "memory": "2Gi",
}
FUSED = {
    "detect-language": None,
    "strip-boilerplate": None,
    "tag-entities": None,
    "enrich": ENRICH,
}
ACCEPTED: dict[str, dict[str, Any]] = {
    "defaults": {},
    "password, feeds, Prometheus Operator": {
        "kafka": {
            "bootstrap": "kafka-0.news.svc:9093, kafka-1.news.svc:9094",
            "securityProtocol": "SASL_SSL",
            "secret": "kafka-access",
            "ca": True,
        },
        "networkPolicy": {"kafkaPorts": [9093, 9094]},
        "feeds": {"enabled": True, "list": '[[feed]]\nurl = "https://courier.example/"\n'},
        "monitoring": {"serviceMonitor": True, "rules": True, "labels": {"release": "prometheus"}},
        "settings": {"COPYDESK_COPIES": "pass", "COPYDESK_ARTICLE_LIMIT": 5000000},
        "workers": {"fingerprint": {"lagThreshold": 2000000}},
        "imagePullSecrets": [{"name": "registry"}],
    },
    "client certificate, fused, no KEDA": {
        "kafka": {"securityProtocol": "SSL", "secret": "kafka-access", "topicPrefix": "desk."},
        "workers": {**FUSED, "enrich": {**ENRICH, "minReplicas": 1}},
        "autoscaling": {"enabled": False},
        "worker": {"nodeSelector": {"pool": "news"}, "tolerations": [{"operator": "Exists"}]},
    },
    "fused, KEDA, to zero": {"workers": FUSED, "networkPolicy": {"metricsFrom": []}},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "more pods than partitions": ({"topics": {"partitions": 6}}, "topics.partitions"),
    "a password without its Secret": ({"kafka": {"securityProtocol": "SASL_SSL"}}, "kafka.secret"),
    "a misspelt value": ({"autoscaling": {"stabilisationSeconds": 300}}, "stabilisationSeconds"),
    "a shorter stabilisation": ({"autoscaling": {"stabilizationSeconds": 60}}, "300"),
    "feeds without a list": ({"feeds": {"enabled": True}}, "feeds.list"),
    "an unknown step": (
        {"workers": {"claim": {"steps": ["claims"]}}},
        "steps",
    ),
    "a setting that a value sets": ({"settings": {"COPYDESK_GRACE": 60}}, "COPYDESK_GRACE"),
    "one name for all pods": ({"settings": {"COPYDESK_INSTANCE": "a"}}, "this one name"),
    "to zero, and nothing that starts it again": (
        {"workers": FUSED, "autoscaling": {"enabled": False}},
        "minReplicas 0",
    ),
    "a broker behind a closed port": (
        {"kafka": {"bootstrap": "one:9092,two:9093"}},
        "two:9093 is at a port",
    ),
    "a broker without a port": ({"kafka": {"bootstrap": "kafka"}}, "kafka is at a port"),
}


def main() -> int:
    """Check everything; 1 if anything is not as it should be."""
    console = Console()
    table = Table("values", "objects", title="deploy/kubernetes")
    try:
        with tempfile.TemporaryDirectory(prefix="copydesk-chart-") as folder:
            helm = Helm(Path(folder))
            for label, chosen in ACCEPTED.items():
                helm.lint(chosen)
                documents = helm.template(chosen)
                check(documents, Path(folder))
                kinds = Counter(document["kind"] for document in documents)
                table.add_row(label, ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
            for label, (chosen, word) in REFUSED.items():
                refused(helm, chosen, word)
                table.add_row(label, "refused")
            for name in sorted(chart_rules.files()):
                refused(
                    helm.with_chart(without_rules(Path(folder), name)),
                    {"monitoring": {"rules": True}},
                    f"rules/{name} has no groups",
                )
                table.add_row(f"a link instead of {name}", "refused")
    except (AssertionError, HelmError) as error:
        console.print(f"deploy/kubernetes: {error}", style="red", markup=False)
        return 1
    console.print(table)
    return 0


def check(documents: list[dict[str, Any]], folder: Path) -> None:
    """Validate what was rendered."""
    own = [it for it in documents if it["kind"] not in OPERATOR | set(KEDA)]
    tool = Path(sys.executable).with_name("kubernetes-validate")
    done = subprocess.run(
        [tool, "--strict", *as_files(own, folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for document in documents:
        if document["kind"] in KEDA:
            check_keda(document)
        if document["kind"] == "PrometheusRule":
            check_rules(document, folder)
        if "template" in document.get("spec", {}):
            check_pod(document["spec"]["template"]["spec"])
    check_scaling(documents)


def check_keda(document: dict[str, Any]) -> None:
    """KEDA's CRD knows every field, and every value is of its type."""
    model = KEDA[document["kind"]].model_validate(document)
    known = model.model_dump(by_alias=True, exclude_unset=True, mode="json")
    assert known == document, f"fields that KEDA does not know: {document}"


def check_rules(document: dict[str, Any], folder: Path) -> None:
    """The rules are those of a file of deploy/prometheus, and Prometheus accepts them."""
    there = {
        path.name: yaml.safe_load(path.read_text("utf-8"))
        for path in (ROOT / "deploy" / "prometheus").glob("*.rules.yml")
    }
    name = document["metadata"]["name"].removeprefix("desk-copydesk-")
    assert document["spec"] == there[f"{name}.rules.yml"], f"not {name}.rules.yml"
    promtool = shutil.which("promtool")
    if promtool is None:
        return
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump(document["spec"]), "utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check_pod(pod: dict[str, Any]) -> None:
    """Every pod is confined, and its settings are accepted."""
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
        told = {item["name"]: item["value"] for item in container["env"]}
        # The files are there in the cluster only.
        named = {name for name in told if name.endswith("_FILE") or name.startswith("COPYDESK_SSL")}
        protocol = told.pop("COPYDESK_SECURITY_PROTOCOL")
        assert named or protocol == "PLAINTEXT"
        loaded = settings.load({name: text for name, text in told.items() if name not in named})
        if container["name"] == "worker":
            room = loaded.processes * loaded.task_memory + 256
            size = container["resources"]["limits"]["memory"]
            assert int(size[:-2]) * {"Mi": 1, "Gi": 1024}[size[-2:]] >= room, container["args"]
            assert pod["terminationGracePeriodSeconds"] >= loaded.grace + 10
            assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
            assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"


def check_scaling(documents: list[dict[str, Any]]) -> None:
    """Every worker scales by the lag of the topics and groups of its hops, and not past them."""
    pods = {it["metadata"]["name"]: it for it in documents if it["kind"] == "Deployment"}
    consumed = {
        "fingerprint": "articles.raw",
        "claim": "articles.fingerprinted",
        **{stage.name: stage.consumes.name for stage in pipeline.ENRICHMENTS},
    }
    for scaled in (it for it in documents if it["kind"] == "ScaledObject"):
        deployment = pods[scaled["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in deployment["spec"], "it would be set back at every upgrade"
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        told = {item["name"]: item["value"] for item in container["env"]}
        prefix = told["COPYDESK_TOPIC_PREFIX"]
        wanted = [
            (f"{prefix}copydesk.{hop[0]}", prefix + consumed[hop[0]])
            for hop in pipeline.hops(pipeline.steps_of(container["args"][1:]))
        ]
        triggers = [it["metadata"] for it in scaled["spec"]["triggers"]]
        assert [(it["consumerGroup"], it["topic"]) for it in triggers] == wanted
        assert all(it["limitToPartitionsWithLag"] == "true" for it in triggers)
        assert all(it["lagThreshold"].isdecimal() for it in triggers), "KEDA reads whole numbers"
        assert scaled["spec"]["maxReplicaCount"] <= int(told["COPYDESK_PARTITIONS"])
        behavior = scaled["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
        assert behavior["scaleDown"]["stabilizationWindowSeconds"] >= 300


def without_rules(folder: Path, name: str) -> Path:
    """The chart as archives and checkouts leave it that know no links: with a path in that file."""
    chart = Path(shutil.copytree(CHART, folder / "broken" / name))
    (chart / "rules" / name).write_text(f"../../prometheus/{name}", "utf-8")
    return chart


def refused(helm: Helm, chosen: dict[str, Any], word: str) -> None:
    """Helm refuses these values and says why."""
    try:
        helm.template(chosen)
    except HelmError as error:
        if word not in str(error):
            raise
    else:
        raise AssertionError(f"not refused: {chosen}")


if __name__ == "__main__":
    sys.exit(main())
