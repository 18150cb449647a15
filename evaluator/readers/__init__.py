"""From files to texts: decoding, shapes of article text, tables with named columns.

Disk is read here and nowhere else on the way to scores. Nothing here pairs texts
(`align.py`) or judges them (`check.py`).
"""
