"""How many replicas a load needs, and whether an autoscaler would bring them in time: what `make plan` says."""
