"""German judged by rules alone: no reader, no likeness of meaning, only what forms and places show.

The reader knows English. Here words are aligned by their form and their neighbours (`sides.py`),
and what changes the facts is sought: numbers and dates (`numbers.py`), names (`names.py`), negations and
opposites (`negation.py`), lost
and added text (`content.py`), text left in English (`english.py`). `decide.py` makes a diagnosis of
it. `german.py` holds the words; another language needs such a file and a measurement.
"""
