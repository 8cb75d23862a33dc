"""Speed and memory, as ratios against named opponents in one run."""
