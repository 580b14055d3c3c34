"""The cluster behind kubectl: whether pods come up, are measured, watched and disrupted."""
