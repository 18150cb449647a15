"""Work for people and back: segments drawn for annotation, their answers checked, and what follows from them for flags.

`draw.py` chooses the segments, `forms.py` writes them as sheets, `answers.py` checks what came back, `figures.py`
computes precision, recall and agreement, `fit.py` the prior and threshold. Nothing here touches a disk:
`cli/annotate.py` writes and `readers/annotations.py` reads.
"""
