"""The golden projects have tests of their own, which are not tests of the kit."""

collect_ignore = ["projects"]
