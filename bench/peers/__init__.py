"""The servers that are measured, each behind one protocol. Their settings stand in bench/settings."""
