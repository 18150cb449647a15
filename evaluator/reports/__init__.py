"""What is shown and in which form: `view.py` chooses, the others only render.

No renderer computes a score. Every text from a file passes `safe.py` or a format's own escaping.
"""
