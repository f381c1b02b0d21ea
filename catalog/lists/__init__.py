"""Photos in an order: views, shared galleries, timelines, remembered searches. Stands on `people` and `search`."""
