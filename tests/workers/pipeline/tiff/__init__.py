"""TIFFs that libvips decompresses."""
