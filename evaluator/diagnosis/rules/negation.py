"""German negations lost or added, and opposites (gestiegen, gesunken)."""

from __future__ import annotations

from evaluator.diagnosis.pair import Pair, make_finding
from evaluator.diagnosis.rules.german import stem
from evaluator.diagnosis.sides import Side
from evaluator.types import Finding

_NEGATING = frozenset(
    [
        "nicht",
        "nie",
        "niemals",
        "nichts",
        "nirgends",
        "nirgendwo",
        "niemand",
        "niemanden",
        "niemandem",
        "ohne",
        "weder",
        "keineswegs",
        "keinesfalls",
        "mitnichten",
        "nimmer",
    ]
)
_IDLE_AFTER = frozenset(
    [
        "nur",
        "zuletzt",
        "zwingend",
        "unbedingt",
        "einmal",
        "wahr",
        "etwa",
        "allein",
        "bloß",
        "weniger",
        "mehr",
        "minder",
        "anders",
        "anderes",
        "als",
        "weiteres",
        "wunder",
        "zweifel",
    ]
)
"""Behind a negation these make it a manner of speaking: nicht nur, nichts als, kein Wunder. Not `mehr` before a verb: nicht mehr."""
_URGED = ("vergess", "vergiss", "zöger")
"""What is not to be forgotten or hesitated over is to be done."""
_ANSWERS = frozenset(stem(word) for word in (
    "verweigern", "verweigert", "verweigerte", "weigern", "weigert", "weigerte", "ablehnen", "lehnt", "lehnte", "abgelehnt", "verhindern", "verhindert", "verhinderte", "vermeiden",
    "vermeidet", "vermied", "fehlen", "fehlt", "fehlte", "mangel", "mangels", "mangelt", "scheitern", "scheitert", "scheiterte", "gescheitert", "verzichten", "verzichtet", "verzichtete", "außer",
    "nur", "erst", "statt", "anstatt", "anstelle", "verbieten", "verbietet", "verbot", "verboten", "untersagt", "stoppen", "stoppt", "stoppte", "gestoppt", "leer", "wenig", "wenige", "weniger",
    "selten", "kaum", "bisher", "entfallen", "entfällt", "entfiel", "ausbleiben", "ausgeblieben", "aufhören", "bestreiten", "bestreitet", "bestritt", "leugnen", "dementieren", "dementierte",
    "gegen", "schwer", "schwierig", "frei", "vergessen", "vergisst", "vergaß", "verpassen", "verpasst", "falsch", "absage", "abgesagt", "keinerlei", "sonst", "einzig", "einzige",
    "jenseits", "nein", "zu", "noch", "bevor", "bis", "anders", "unterlassen", "verlieren", "verlor", "verloren", "trotz",
))  # fmt: skip
"""Words that can say what a negation says."""
_OPPOSITES = tuple(
    (frozenset(a.split()), frozenset(b.split()))
    for a, b in (
        ("steigen steigt stieg stiegen gestiegen anstieg wachsen wächst wuchs wuchsen gewachsen zugenommen", "sinken sinkt sank sanken gesunken rückgang schrumpft schrumpfte schrumpften geschrumpft abgenommen gefallen"),
        ("gewinnt gewann gewannen gewonnen sieg siege", "verliert verlor verloren niederlage niederlagen"),
        ("erlaubt erlaubte genehmigt gestattet", "verboten verbot untersagt"),
        ("kauft kaufte kauften gekauft", "verkauft verkaufte verkauften"),
        ("import importe importiert", "export exporte exportiert"),
        ("teurer", "billiger günstiger"), ("schneller", "langsamer"), ("größer", "kleiner"), ("älter", "jünger"), ("reicher", "ärmer"), ("stärker", "schwächer"),
        ("innerhalb", "außerhalb"), ("links", "rechts"), ("norden nördlich", "süden südlich"), ("osten östlich", "westen westlich"), ("vormittag vormittags", "nachmittag nachmittags abend abends"),
        ("schuldig", "unschuldig freigesprochen"), ("verurteilt", "freigesprochen"), ("bestätigt bestätigte bestätigten", "dementiert dementierte dementierten bestreitet bestritt"),
    )
)  # fmt: skip
REACH = 6
"""Words around a negation in which what it negates is sought."""
KEPT = 0.6
"""Share of the content words there that the other text has; with fewer the sentence was reworded."""


def find_german_negation(pair: Pair) -> list[Finding]:
    """A negation that one text has and nothing in the other answers, and opposites."""
    return [*_one_sided(pair, lost=True), *_one_sided(pair, lost=False), *_opposites(pair)]


def negations(side: Side) -> list[int]:
    """The words that negate, manners of speaking left out."""
    return [i for i, word in enumerate(side.words) if _negates(word.lower) and not _idle(side, i)]


def _negates(lower: str) -> bool:
    return lower in _NEGATING or (lower.startswith("kein") and lower.removeprefix("kein") in ("", "e", "er", "en", "em", "es", "s"))


def _idle(side: Side, i: int) -> bool:
    """True for nicht nur, oder nicht, warum nicht, nicht mehr als, vergessen Sie nicht."""
    after = [w.lower for w in side.words[i + 1 : i + 3]] + ["", ""]
    before = side.words[i - 1].lower if i else ""
    if before in ("oder", "warum", "ob") or after[0] == "?":
        return True
    if any(w.sentence == side.words[i].sentence and w.lower.startswith(_URGED) for w in side.words[max(0, i - REACH) : i + REACH]):
        return True
    return after[0] in _IDLE_AFTER and (after[0] != "mehr" or after[1] == "als") and (after[0] != "weniger" or after[1] == "als")


def _one_sided(pair: Pair, *, lost: bool) -> list[Finding]:
    here, there = (pair.reference, pair.hypothesis) if lost else (pair.hypothesis, pair.reference)
    ours = negations(here)
    if not ours or any(_negates(w.lower) for w in there.words) or _answered(here, there):
        return []
    i, known = ours[0], {w.stem: j for j, w in enumerate(there.words)}
    near = _near(here, i)
    place = known.get(here.words[near[0]].stem) if near else None
    kept = sum(here.words[k].stem in known for k in near)
    if place is None or kept < KEPT * len(near) or len(ours) > 1:
        return []  # two negations may cancel each other, and without the negated word the sentence was reworded
    partner = (place, place + 1)
    ranges = (partner, (i, i + 1)) if lost else ((i, i + 1), partner)
    what = "lost" if lost else "added"
    return [make_finding(pair, "accuracy/negation", "critical", f"negation_{what}", *ranges, f"the negation {here.words[i].text!r} is {what}")]


def _near(side: Side, i: int) -> list[int]:
    """Content words of the sentence near a negation, first the one that it negates: the next behind it, and at the end of the clause the one before."""
    same = [k for k in range(max(0, i - REACH), min(len(side.words), i + REACH + 1)) if side.words[k].sentence == side.words[i].sentence]
    content = [k for k in same if k != i and side.words[k].kind == "word" and not side.words[k].function]
    return sorted(content, key=lambda k: (k < i, abs(k - i)))


def _answered(here: Side, there: Side) -> bool:
    """True where the other text has a word of its own that can say as much: un-, -los, verweigern, nur."""
    known = {w.lower for w in here.words}
    own = [w for w in there.words if w.kind == "word" and w.lower not in known]
    return any(
        w.stem in _ANSWERS or w.lower.startswith(("un", "miss", "nicht")) or w.lower.endswith(("los", "lose", "losen", "loser", "frei", "freie", "freien"))
        for w in own
    )


def _opposites(pair: Pair) -> list[Finding]:
    if len(negations(pair.hypothesis)) != len(negations(pair.reference)):
        return []
    for one, other in _OPPOSITES:
        for first, second in ((one, other), (other, one)):
            ours, theirs = _only(pair.hypothesis, first, second), _only(pair.reference, second, first)
            if ours is not None and theirs is not None:
                places = (ours, ours + 1), (theirs, theirs + 1)
                message = f"{pair.hypothesis.words[ours].text} is the opposite of {pair.reference.words[theirs].text}"
                return [make_finding(pair, "accuracy/mistranslation", "critical", "antonyms", *places, message)]
    return []


def _only(side: Side, words: frozenset[str], without: frozenset[str]) -> int | None:
    """Where the text has the one word of these; None where it has several, none, or one of the others."""
    at = [i for i, w in enumerate(side.words) if w.lower in words]
    return at[0] if len(at) == 1 and not any(w.lower in without for w in side.words) else None
