"""The functions that the notebooks call: pure, documented, and tested without a workspace."""
