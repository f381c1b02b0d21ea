"""What a photo file says of itself: its header, and what people and their tools wrote into it."""

from catalog.metadata.found import Metadata
from catalog.metadata.header import READER, Header, read

__all__ = ["READER", "Header", "Metadata", "read"]
