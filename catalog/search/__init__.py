"""The query language, from a text to SQL. Imports the schema, and no other room."""
