"""What a photo file says of itself: its header, and what people and their tools wrote into it.

Of the packages of the catalogue it imports the kinds and the presentation.
"""

from catalog.metadata.header import READER, Header, read, reading_setup
from catalog.metadata.merge import NOTHING, Metadata

__all__ = ["NOTHING", "READER", "Header", "Metadata", "read", "reading_setup"]
