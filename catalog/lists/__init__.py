"""Photos in an order: views, shared galleries, timelines, searches that are remembered. Stands on `people` and `search`."""
