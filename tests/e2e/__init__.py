"""Tests that generate a project, run its notebooks and read what is left."""
