"""How many replicas are needed: measured on what is deployed, planned, and proven before and after."""
