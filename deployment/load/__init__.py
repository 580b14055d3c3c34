"""Load on what is deployed: from here, as a process, or from inside the cluster, as Jobs whose reports come back."""
