"""The measures of `make bench`, one a module, each a function from a plan to what was measured."""
