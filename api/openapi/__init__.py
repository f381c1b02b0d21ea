"""What is promised of the functions, as OpenAPI 3.1. Stands on `functions` and `http`."""
