"""Jobs of rendering in advance, and how far each is. Stands on `lists`."""
