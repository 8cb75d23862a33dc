"""Golden projects, compared byte for byte."""
