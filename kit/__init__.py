"""Scaffolds data and AI use cases as notebooks with owners, gates and a run that tells the truth."""

__version__ = "0.1.0"
