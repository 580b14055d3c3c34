"""The service: regression models behind HTTP, documented, validated and measured."""

__version__ = "0.1.0"
