"""One look at the files of a user, and what it proposes for `kit.yml`. `kit new --source` calls `look` and `propose`.

numpy and pyarrow are imported inside functions: the command line must answer at once.
"""
