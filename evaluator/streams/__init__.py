"""Tables of any size: read, scored and written batch by batch, in as many processes or machines as there are files for.

`plan.py` says what is one piece of work, `shard.py` does it, `engines.py` runs many of them, `finish.py` puts their
sums together to the same tables that a run in memory has. Read `docs/scale.md` first.
"""
