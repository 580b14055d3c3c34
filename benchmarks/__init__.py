"""Measurements that are too long or too noisy to be tests; their figures lie in results/."""
