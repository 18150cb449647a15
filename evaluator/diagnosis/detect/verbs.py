"""English verb forms: irregular ones by their base, participles, auxiliaries, and words in one form for comparison."""

from __future__ import annotations

from functools import lru_cache

from evaluator.diagnosis.sides import Side, Word, is_adverb, stem

_FORMS = """arise arose arisen;bear bore borne;beat beat beaten;become became become;begin began begun;bend bent bent;bind bound bound;bite bit bitten;
blow blew blown;break broke broken;bring brought brought;build built built;burn burnt burnt;buy bought bought;catch caught caught;choose chose chosen;
come came come;cost cost cost;cut cut cut;deal dealt dealt;dig dug dug;draw drew drawn;drink drank drunk;drive drove driven;eat ate eaten;fall fell fallen;
feed fed fed;feel felt felt;fight fought fought;find found found;flee fled fled;fly flew flown;forbid forbade forbidden;forget forgot forgotten;
forgive forgave forgiven;freeze froze frozen;get got gotten;give gave given;go went gone;grow grew grown;hang hung hung;hear heard heard;hide hid hidden;
hit hit hit;hold held held;hurt hurt hurt;keep kept kept;know knew known;lay laid laid;lead led led;learn learnt learnt;leave left left;lend lent lent;let let let;
lie lay lain;lose lost lost;make made made;mean meant meant;meet met met;pay paid paid;put put put;quit quit quit;read read read;ride rode ridden;ring rang rung;
rise rose risen;run ran run;say said said;see saw seen;seek sought sought;sell sold sold;send sent sent;set set set;shake shook shaken;shine shone shone;
shoot shot shot;show showed shown;shrink shrank shrunk;shut shut shut;sing sang sung;sink sank sunk;sit sat sat;sleep slept slept;speak spoke spoken;
spend spent spent;split split split;spread spread spread;stand stood stood;steal stole stolen;stick stuck stuck;strike struck struck;swear swore sworn;
sweep swept swept;swim swam swum;take took taken;teach taught taught;tear tore torn;tell told told;think thought thought;throw threw thrown;
understand understood understood;wake woke woken;wear wore worn;win won won;withdraw withdrew withdrawn;write wrote written;overtake overtook overtaken;
overthrow overthrew overthrown;outrun outran outrun;undertake undertook undertaken;overcome overcame overcome;mislead misled misled;rebuild rebuilt rebuilt"""
_ROWS = [row.split() for row in _FORMS.replace("\n", "").split(";")]
BASES = {form: base for base, past, participle in _ROWS for form in (past, participle)}
"""Past forms and participles of irregular verbs, with the base form. `found`, `left`, `lay` and `saw` are taken for the commoner verb."""
_PARTICIPLES = frozenset(participle for _, _, participle in _ROWS)
_PAST = frozenset(past for _, past, _ in _ROWS)
BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "am", "isn't", "aren't", "wasn't", "weren't"])
_GET = frozenset(["get", "gets", "got", "getting"])


@lru_cache(maxsize=1 << 15)
def _lemma(lower: str) -> str:
    base = lower.removesuffix("'s")
    return stem(BASES.get(base, base))


def lemma(word: Word) -> str:
    """The form in which words are compared: `went` and `go`, `elected` and `elects`."""
    return _lemma(word.lower)


def regular_past(lower: str) -> bool:
    """True for a form in -ed."""
    return lower.endswith("ed") and (len(lower) > 4 or lower in ("sued", "used", "died", "tied", "lied", "owed", "vied"))


def is_past(word: Word) -> bool:
    """True for a form in -ed and an irregular past form or participle."""
    return word.kind == "word" and (word.lower in BASES or regular_past(word.lower))


def is_finite_past(word: Word) -> bool:
    """True for a form that can be the past tense: `sent`, `elected`; not `written`."""
    return word.lower in _PAST or regular_past(word.lower)


def is_passive(side: Side, i: int) -> bool:
    """True for a participle after a form of `be` or `get`, with adverbs or a negation between at most."""
    word = side.words[i]
    if not (word.lower in _PARTICIPLES or regular_past(word.lower)):
        return False
    for k in range(i - 1, max(-1, i - 4), -1):
        before = side.words[k]
        if before.lower in BE or before.lower in _GET or before.lower.endswith(("'re", "'s")):
            return True
        if not (
            is_adverb(before.lower)
            or before.lower
            in (
                "not",
                "also",
                "never",
                "already",
                "then",
                "all",
                "both",
                "later",
                "first",
                "so",
                "very",
                "too",
                "well",
                "more",
                "most",
                "still",
                "now",
                "he",
                "she",
                "it",
                "they",
            )
        ):
            return False
    return False
