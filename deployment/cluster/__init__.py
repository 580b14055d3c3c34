"""A Kubernetes cluster through kubectl: what is applied, whether it comes up, what is watched and disrupted."""
