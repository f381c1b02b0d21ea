"""The query language, from a text to SQL. Stands on `metadata` and `schema`."""
