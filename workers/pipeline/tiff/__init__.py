"""TIFFs that Pillow does not show right: libvips decompresses them, and what their samples mean is worked out here."""
