"""The wire: sockets, processes, parameters, conditional requests, answers, errors. Imports no other room of `api`."""
