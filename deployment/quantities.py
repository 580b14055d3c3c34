"""CPU and memory as Kubernetes writes them."""

from decimal import Decimal

_UNITS = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "": 1}


def cores(quantity: str) -> Decimal:
    """Return CPU cores: ``500m`` are half of one."""
    return Decimal(quantity[:-1]) / 1000 if quantity.endswith("m") else Decimal(quantity)


def number_of_bytes(quantity: str) -> int:
    """Return bytes: ``1Ki`` are 1024."""
    unit = quantity[-2:] if quantity[-2:] in _UNITS else ""
    return int(quantity.removesuffix(unit)) * _UNITS[unit]
