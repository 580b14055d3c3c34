"""The model room: records, encoding, training, artifacts, data sets."""
