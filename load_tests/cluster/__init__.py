"""What the cluster did during a run: watched from beside the load, recorded in one small file, joined with the run."""
