"""The front door: what clients see. Imports every floor below; none imports it."""
