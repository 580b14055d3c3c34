"""A load test inside the cluster, from what is refused to the verdict."""
