"""What each detector finds, in one sentence; `evaluator list detectors` prints it."""

from __future__ import annotations

CATALOG = {
    "numbers": "numbers, dates, units, percentages and currencies that differ, are lost or added; 1,886 is 1886",
    "names": "names lost, added, swapped or misspelt; accepted transliterations pass",
    "negation": "a negation on one side that nothing on the other answers (English)",
    "modality": "a possibility turned into a fact, or the other way (English)",
    "antonyms": "opposites at one place (English)",
    "gender": "he for she and the like (English)",
    "roles": "who did what to whom: words that change places or parts (English)",
    "sentences": "a full stop in mid-clause, stray capitals, fragments, a question for a statement",
    "script": "words in another script, and foreign small words in English",
    "repetition": "words or stretches said twice",
    "quotes": "quotations that begin or end elsewhere",
    "coverage": "words that nothing on the other side accounts for: omissions, additions, substitutions",
    "metadata": "date lines and the like before a paragraph",
    "sources": "stretches of the source left untranslated, where a source is given",
    "surface": "spelling, punctuation and case",
}
