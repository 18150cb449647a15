"""What Python hands in (frames, lists, series, arrays) as inputs of the pipeline, and the commands as functions."""
