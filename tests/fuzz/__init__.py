"""Properties that hold of any bytes and any text, tried in the test run and, many more of them, by `benchmarks/fuzz/run.py`."""
