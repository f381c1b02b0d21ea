"""The wire: sockets, processes, parameters, conditional requests, answers and errors. Imports no other room of `api`."""
