"""From which network somebody calls: what is bounded for each caller is bounded for that. Pure."""

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

PREFIX = 64  # bits of an IPv6 address that are a customer's; the others a device chooses, anew as often as it likes


@lru_cache(4096)
def network_of(address: str) -> str:
    """The address itself of IPv4 (also where it is written as one of IPv6), the network of 64 bits of IPv6.

    What is no address, as a proxy may say, stands for itself.
    """
    if ":" not in address or len(address) > 100:
        return address
    try:
        given = IPv6Address(address.removeprefix("[").removesuffix("]").partition("%")[0])
    except AddressValueError:
        return address
    if given.ipv4_mapped is not None:
        return str(given.ipv4_mapped)
    return f"{IPv6Address(int(given) >> PREFIX << PREFIX)}/{PREFIX}"
