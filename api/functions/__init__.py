"""What clients call, a file a family. Stands on all of `api` but `openapi` and what puts it together."""
