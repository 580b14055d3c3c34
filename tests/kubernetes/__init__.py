"""The manifests, the image and what checks them."""
