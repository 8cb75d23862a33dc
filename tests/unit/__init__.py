"""Tests that need neither Spark nor a kernel."""
