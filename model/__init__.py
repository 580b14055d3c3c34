"""From a dataset to a served artifact: what a model is, how it is trained, stored and verified."""
