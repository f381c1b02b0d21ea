"""What a photo file says of itself: its header, and what people and their tools wrote into it.

Imports no other package of the catalogue.
"""

from catalog.metadata.header import READER, Header, read
from catalog.metadata.merge import Metadata

__all__ = ["READER", "Header", "Metadata", "read"]
