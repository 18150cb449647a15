"""Every kind of finding in one table: what it means, under which MQM category, how serious.

`evaluator list detectors` prints it, the decision reads `detector/severity`, and a test holds
that no detector emits anything else. A kind that is *certain* is major or critical: it occurs
in about 1 of 100 pairs of good translations at most. What is only suspicious is minor.
"""

from __future__ import annotations

from typing import NamedTuple

SEVERITIES = ("none", "minor", "major", "critical")
"""From harmless to worst, as MQM names them."""


class FindingKind(NamedTuple):
    """A kind of finding of one detector."""

    name: str
    """As in the `detector` column of `findings.csv`."""
    family: str
    """The detector function's name, without `find_`."""
    category: str
    """Of MQM."""
    severities: tuple[str, ...]
    summary: str
    """One sentence on what is found and, where there are several severities, what decides."""


_MINOR, _MAJOR, _CRITICAL = ("minor",), ("major",), ("critical",)
_OMISSION, _ADDITION, _WRONG = "accuracy/omission", "accuracy/addition", "accuracy/mistranslation"
_NUMBER, _NAME, _NEGATION, _ROLE = "accuracy/number", "accuracy/name", "accuracy/negation", "accuracy/role"
KINDS: tuple[FindingKind, ...] = (
    FindingKind("numbers", "numbers", _NUMBER, ("minor", "critical"), "another number, part, multiple, sign, date or time at one place; minor for words like `one` and `second` beside other words; 1,886 is 1886, 9:30 p.m. is 21:30, two hours are 120 minutes"),
    FindingKind("numbers_added", "numbers", _NUMBER, ("minor", "major"), "a number that the reference lacks; major in digits, minor in words and for dates"),
    FindingKind("numbers_lost", "numbers", _NUMBER, ("minor", "major"), "a number of the reference that is lost; major in digits, minor in words and for dates"),
    FindingKind("numbers_unit", "numbers", _NUMBER, _MAJOR, "the same figure with another unit or currency"),
    FindingKind("numbers_moved", "numbers", _NUMBER, _CRITICAL, "two numbers that each count what the reference counts with the other one (English)"),
    FindingKind("numbers_bound", "numbers", _NUMBER, _MAJOR, "more than a number turned into less than it, or a rise by it into a rise to it, or the other way (English)"),
    FindingKind("names_swapped", "names", _NAME, ("minor", "major", "critical"), "another name at one place; major where it became an ordinary word or stands elsewhere, minor inside titles and headings"),
    FindingKind("names_garbled", "names", _NAME, _MAJOR, "a misspelt name with another beginning, hard to know again"),
    FindingKind("names_two_ways", "names", _NAME, _MAJOR, "a name spelled in two ways in one text or document"),
    FindingKind("names_misspelt", "names", _NAME, _MINOR, "a misspelt name; accepted transliterations pass"),
    FindingKind("names_added", "names", _NAME, _MINOR, "a capitalized word that the reference lacks"),
    FindingKind("names_added_rare", "names", _NAME, _MINOR, "a name of somebody or something that the reference lacks"),
    FindingKind("names_lost", "names", _NAME, _MINOR, "a capitalized word of the reference that is lost"),
    FindingKind("names_lost_rare", "names", _NAME, _MINOR, "a name of somebody or something that is lost"),
    FindingKind("names_several", "names", _OMISSION, _MAJOR, "three names or more lost at once"),
    FindingKind("negation_lost", "negation", _NEGATION, ("minor", "major", "critical"), "a negation lost; critical where what it negates stands without one, major for hardly, failed to and where a like word stands for it, minor where the sentence is reworded; in German critical, and only where the negated word is kept"),
    FindingKind("negation_added", "negation", _NEGATION, ("minor", "major", "critical"), "a negation added; severities as for a lost one (English)"),
    FindingKind("negation_moved", "negation", _NEGATION, _MINOR, "a negation that stands in another clause (English)"),
    FindingKind("negation_prefix", "negation", _NEGATION, ("minor", "major", "critical"), "anti-, non- or counter- lost, added or exchanged; major for pro- before a name, minor before other words (English)"),
    FindingKind("modality", "modality", _WRONG, ("minor", "major"), "a possibility turned into a fact, or the other way; minor for the smaller step (English)"),
    FindingKind("antonyms", "antonyms", _WRONG, _CRITICAL, "opposites at one place; of English another colour, metal, season, relative or point of the compass as well"),
    FindingKind("turns", "turns", "accuracy/mistranslation", _MAJOR, "only, almost, former, off and the like lost, added or exchanged in a sentence that is otherwise the same (English)"),
    FindingKind("limits", "limits", "accuracy/mistranslation", _MAJOR, "former, deputy, alleged, nearly lost or added beside their word; all for some, if for unless and the like at one place (English)"),
    FindingKind("gender", "gender", "accuracy/gender", _MAJOR, "he for she, a man for a woman (English)"),
    FindingKind("gender_thing", "things", "accuracy/gender", _MAJOR, "him for it, someone for something, or the other way (English)"),
    FindingKind("person", "person", _ROLE, ("minor", "major"), "the first person for the third with the same verb; minor beside reported speech (English)"),
    FindingKind("roles_shift", "roles", _ROLE, _CRITICAL, "a name that leaves its preposition and becomes the subject (English)"),
    FindingKind("roles_swap", "roles", _ROLE, _CRITICAL, "two names that change places around one verb (English)"),
    FindingKind("roles_exchanged", "roles", _ROLE, _CRITICAL, "agent and patient of one verb exchanged, or two parties around the same words (English)"),
    FindingKind("roles_voice", "roles", _ROLE, _MAJOR, "active for passive with the same subject, or the other way (English)"),
    FindingKind("roles_cause", "roles", _ROLE, _CRITICAL, "cause and effect exchanged: because, led to, was caused by, the reason for (English)"),
    FindingKind("sentences_stop", "sentences", "fluency/grammar", _MAJOR, "a full stop in mid-clause (English)"),
    FindingKind("sentences_verb", "sentences", "fluency/grammar", _MAJOR, "a clause that lost its auxiliary"),
    FindingKind("sentences_question", "sentences", _WRONG, ("minor", "major"), "a question for a statement; minor for a statement in place of a question"),
    FindingKind("sentences_capital", "sentences", "fluency/casing", _MINOR, "a capital in mid-sentence"),
    FindingKind("script", "script", "accuracy/untranslated", _CRITICAL, "words in a script that the reference does not use"),
    FindingKind("script_foreign", "script", "accuracy/untranslated", ("minor", "major", "critical"), "foreign small words in an English text, or `in the` in another; English words in a German text, minor for a single one, critical for half of the text"),
    FindingKind("copied", "sources", "accuracy/untranslated", ("major", "critical"), "stretches of the source left untranslated, where a source is given, in German single words too; critical where they are half of the text"),
    FindingKind("repetition", "repetition", "fluency/duplication", ("minor", "major"), "repeated words or stretches; major for four words or more"),
    FindingKind("quotes", "quotes", "fluency/punctuation", _MINOR, "quotations that begin or end elsewhere"),
    FindingKind("coverage", "coverage", f"{_WRONG}, {_OMISSION}, {_ADDITION}", ("minor", "major", "critical"), "other words at one place, major for four content words or more; critical where one text is empty"),
    FindingKind("coverage_added", "coverage", _ADDITION, ("minor", "major"), "words that nothing in the reference supports; major for four content words or more"),
    FindingKind("coverage_lost", "coverage", _OMISSION, ("minor", "major", "critical"), "words of the reference that nothing covers; major for four content words or more, critical for the head of a negated heading"),
    FindingKind("slot", "slot", _WRONG, _MAJOR, "the one phrase in which two texts differ, where the reader holds it for an error (English)"),
    FindingKind("truncation", "truncation", _OMISSION, _CRITICAL, "text that stops in mid-clause (English)"),
    FindingKind("truncation_end", "truncation", _OMISSION, ("major", "critical"), "the end is lost; critical where less than 60 % of eight content words or more are left"),
    FindingKind("truncation_loss", "truncation", _OMISSION, ("major", "critical"), "more than a quarter of the content lost; critical where less than 60 % of eight content words or more are left"),
    FindingKind("truncation_brackets", "truncation", _OMISSION, _MAJOR, "a fact in brackets that is lost"),
    FindingKind("metadata", "metadata", _ADDITION, _MINOR, "date lines and the like before a paragraph"),
    FindingKind("surface_end", "surface", "fluency/punctuation", _MINOR, "closing punctuation lost or added"),
    FindingKind("surface_blank", "surface", "fluency/punctuation", _MINOR, "a space before punctuation"),
    FindingKind("surface_first", "surface", "fluency/casing", _MINOR, "a first word in small letters"),
    FindingKind("surface_lower", "surface", "fluency/casing", _MINOR, "a name in small letters"),
    FindingKind("surface_spelling", "surface", "fluency/spelling", _MINOR, "a misspelt word"),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}


def describe(kind: FindingKind) -> str:
    """The kind in one line, as `evaluator list detectors` shows it."""
    return f"{kind.category}, {' or '.join(kind.severities)}: {kind.summary}"
