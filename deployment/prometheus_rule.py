"""`python -m deployment.prometheus_rule`: wrap the rules of `monitoring/` as the Prometheus operator wants them."""

import argparse
import sys

import yaml

from deployment.request import NAMESPACE, ROOT, SERVICE

RULES = ROOT / "monitoring" / "staged.rules.yaml"
FILE = ROOT / "kubernetes" / "components" / "monitoring" / "prometheus_rule.yaml"
_HEAD = f"""\
# Made from monitoring/{RULES.name}: make documents
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {SERVICE}
  namespace: {NAMESPACE}
  labels:
    app.kubernetes.io/name: {SERVICE}
    app.kubernetes.io/part-of: loadproof
spec:
"""


def render() -> str:
    """Return the object, with the rules as they are written in their own file."""
    text = RULES.read_text(encoding="utf-8")
    yaml.safe_load(text)  # what is no YAML here would be none there
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return _HEAD + "".join(f"  {line}".rstrip() + "\n" for line in lines)


def main() -> int:
    """Write it; the exit code."""
    FILE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {FILE}\n")
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser("python -m deployment.prometheus_rule", description=__doc__).parse_args()
    sys.exit(main())
