"""The version of this Darkroom, by Semantic Versioning: the one place where it stands."""

VERSION = "0.2.0"
