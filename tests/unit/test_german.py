"""German is judged by rules: what breaks a text is found, rewording stays quiet, and the run says how it was judged."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import evaluator
from evaluator.diagnosis.catalog import BY_NAME
from evaluator.diagnosis.rules.german import stem
from evaluator.diagnosis.rules.numbers import in_words, value_of
from evaluator.types import Diagnosis
from tests.conftest import Cli

pytestmark = pytest.mark.model

BROKEN = {
    "another number": ("Im Hafen lagen am Abend 34 Kutter.", "Im Hafen lagen am Abend 43 Kutter.", "numbers"),
    "another number in words": ("Nach dem Sturm fehlten zwölf Boote.", "Nach dem Sturm fehlten neunzehn Boote.", "numbers"),
    "another amount": ("Der Umbau kostet 2,5 Millionen Euro.", "Der Umbau kostet 25 Millionen Euro.", "numbers"),
    "another month": ("Die Fähre fährt ab dem 3. Mai wieder.", "Die Fähre fährt ab dem 3. August wieder.", "numbers"),
    "another day": ("Am Dienstag tagt der Ausschuss.", "Der Ausschuss tagt am Donnerstag.", "numbers"),
    "another time": ("Das Konzert beginnt um 19.30 Uhr im Rathaus.", "Das Konzert beginnt um 20.15 Uhr im Rathaus.", "numbers"),
    "another unit": ("Der Kanal ist 40 Kilometer lang.", "Der Kanal ist 40 Meilen lang.", "numbers_unit"),
    "another month that is a number of the text": ("Die Fähre fährt ab dem 3. Mai wieder.", "Die Fähre fährt ab dem 3. März wieder.", "numbers"),
    "a negation lost": ("Der Bäcker wurde nicht verurteilt.", "Der Bäcker wurde verurteilt.", "negation_lost"),
    "a negation lost before a noun": ("Die Werft hat keine Aufträge.", "Die Werft hat Aufträge.", "negation_lost"),
    "a negation added": ("Die Brücke ist sicher.", "Die Brücke ist nicht sicher.", "negation_added"),
    "nobody": ("Niemand wurde verletzt.", "Jemand wurde verletzt.", "negation_lost"),
    "the opposite": ("Die Gebühren stiegen um 5 Prozent.", "Die Gebühren sanken um 5 Prozent.", "antonyms"),
    "another person": ("Ministerin Weber sprach mit den Fischern.", "Ministerin Lindner sprach mit den Fischern.", "names_swapped"),
    "another place": ("Der Zug aus Liverpool hatte eine Stunde Verspätung.", "Der Zug aus Glasgow hatte eine Stunde Verspätung.", "names_swapped"),
    "English left in": ("Der Vertrag wurde gestern von allen Seiten gebilligt.", "Der Vertrag has been approved by all sides.", "script_foreign"),
    "all in English": ("Der Hafen bleibt bis Freitag geschlossen.", "The harbour remains closed until Friday.", "script_foreign"),
    "a clause lost": (
        "Der Rat beschloss den neuen Haushalt, erhöhte die Gebühren für das Freibad und vertagte die Entscheidung über die Brücke.",
        "Der Rat beschloss den neuen Haushalt.",
        "truncation_end",
    ),
    "three content words lost": (
        "Am Montag wählte der Verein nach langer Debatte einen neuen Vorstand und erfahrene Rechnungsprüferinnen für das Sommerfest.",
        "Am Montag wählte der Verein nach langer Debatte einen neuen Vorstand.",
        "truncation_end",
    ),
    "a text that stops": (
        "Die Feuerwehr rettete am Abend elf Menschen aus dem Hochhaus und brachte sie in die nahe Turnhalle.",
        "Die Feuerwehr rettete am Abend elf Menschen aus",
        "truncation_end",
    ),
    "a sentence added": (
        "Die Werft baut zwei neue Schiffe.",
        "Die Werft baut zwei neue Schiffe. Viele Anwohner klagen seit Monaten über nächtlichen Lärm.",
        "coverage_added",
    ),
    "a sentence said twice": (
        "Die Werft baut zwei neue Schiffe für die Küstenwache. Danach ist Pause.",
        "Die Werft baut zwei neue Schiffe für die Küstenwache. Danach ist Pause. Die Werft baut zwei neue Schiffe für die Küstenwache.",
        "repetition",
    ),
}
HARMLESS = {
    "order": ("Der Rat beschloss am Freitag den neuen Haushalt.", "Am Freitag hat der Rat den neuen Haushalt beschlossen."),
    "synonyms": ("Die Regierung will die Steuern im Herbst senken.", "Im Herbst will die Regierung die Abgaben verringern."),
    "nouns": ("Der Chef der Firma lobte die Belegschaft.", "Der Leiter des Betriebs lobte die Mitarbeiter."),
    "digits and words": ("Es kamen 12 Gäste.", "Es kamen zwölf Gäste."),
    "grouped digits": ("Sie zählten 1.886 Vögel.", "Sie zählten 1886 Vögel."),
    "full figures": ("Der Umbau kostet 2,5 Mio. Euro.", "Der Umbau kostet 2.500.000 Euro."),
    "dates": ("Am 3.5.2021 schloss das Werk.", "Am 3. Mai 2021 schloss das Werk."),
    "clocks": ("Das Konzert beginnt um 19.30 Uhr.", "Das Konzert beginnt um 19:30 Uhr."),
    "halves": ("Die Hälfte der Boote blieb im Hafen.", "50 Prozent der Boote blieben im Hafen."),
    "spelling of a name": ("Wolodymyr Selenskyj reiste ab.", "Wolodymyr Selenski reiste ab."),
    "a name in a compound": ("Die Kommission der EU prüft den Fall.", "Die EU-Kommission prüft den Fall."),
    "loan words": ("Die Schminke hielt den ganzen Abend.", "Das Make-up hielt den ganzen Abend."),
    "active for passive": ("Das Gesetz wurde gestern vom Bundestag beschlossen.", "Gestern hat der Bundestag das Gesetz beschlossen."),
    "a negation in another word": ("Der Bäcker ist nicht verheiratet.", "Der Bäcker ist unverheiratet."),
    "a negated request": ("Vergessen Sie nicht, dass die Werft heute geöffnet ist.", "Denken Sie daran, dass die Werft heute geöffnet ist."),
    "a negation reworded": ("Diese Technik ist noch nicht reif für den Verkauf.", "Diese Technologie steht kurz vor dem Verkauf."),
    "another negation": ("Niemand kannte die Insel.", "Die Insel kannte keiner."),
    "not only": ("Die Insel ist nicht nur schön, sondern auch leer.", "Die Insel ist schön und auch leer."),
    "hesitation": ("Zögern Sie nicht, uns zu fragen.", "Fragen Sie uns."),
}


def _judged(reference: str, hypothesis: str, lang: str | None = "de") -> Diagnosis:
    return evaluator.diagnose([reference], [hypothesis], lang=lang)[0]


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("lang", ["de", "de-AT", None])
def test_what_breaks_a_german_text_is_found(kind: str, lang: str | None) -> None:
    reference, hypothesis, detector = BROKEN[kind]
    found = _judged(reference, hypothesis, lang)
    assert found.flagged
    assert found.reason
    assert detector in {f.detector for f in found.findings if f.severity in ("major", "critical")}


@pytest.mark.parametrize("kind", HARMLESS)
@pytest.mark.parametrize("lang", ["de", None])
def test_german_rewording_stays_quiet_both_ways(kind: str, lang: str | None) -> None:
    for reference, hypothesis in (HARMLESS[kind], HARMLESS[kind][::-1]):
        assert not _judged(reference, hypothesis, lang).flagged


def test_a_word_of_the_source_left_in_is_found_where_the_source_is_known() -> None:
    source, reference = "The steer ran across the meadow near Boston.", "Der Ochse lief bei Boston über die Wiese."
    hypothesis = "Der Steer lief nahe Boston über die Wiese."
    assert not _judged(reference, hypothesis).flagged
    found = evaluator.diagnose([reference], [hypothesis], sources=[source], lang="de")[0]
    assert found.flagged
    assert [(f.text, f.detector) for f in found.findings if f.severity == "major"] == [("Steer", "copied")]
    assert not evaluator.diagnose([reference], [reference.replace("Wiese", "Weide")], sources=[source], lang="de")[0].flagged


def test_findings_stand_where_they_say_in_short_and_in_long_texts() -> None:
    filling = "Der Bericht nennt in Abschnitt {0} den Zustand der Straße und die Kosten des Winterdienstes in der Gemeinde. "
    long = "".join(filling.format(k) for k in range(40))
    for reference, hypothesis, _ in BROKEN.values():
        for before in ("", long):
            texts = {"reference": before + reference, "hypothesis": before + hypothesis}
            found = _judged(texts["reference"], texts["hypothesis"]).findings
            assert found
            for finding in found:
                assert finding.detector in BY_NAME
                assert finding.severity in BY_NAME[finding.detector].severities
                if finding.start is not None:
                    assert texts[finding.side][finding.start : finding.end] == finding.text


def test_fidelity_is_empty_and_each_finding_more_raises_the_risk() -> None:
    one = _judged("Im Hafen lagen 34 Kutter vor Liverpool.", "Im Hafen lagen 43 Kutter vor Liverpool.")
    two = _judged("Im Hafen lagen 34 Kutter vor Liverpool.", "Im Hafen lagen 43 Kutter vor Glasgow.")
    assert math.isnan(one.fidelity)
    assert 0 < one.risk < two.risk < 1
    assert math.isnan(_judged("Es regnet.", "").fidelity)


def test_each_german_pair_is_judged_alone() -> None:
    pairs = [(reference, hypothesis) for reference, hypothesis, _ in BROKEN.values()]
    forth = evaluator.diagnose(*map(list, zip(*pairs, strict=True)), lang="de")
    back = evaluator.diagnose(*map(list, zip(*pairs[::-1], strict=True)), lang="de")
    assert [(d.risk, d.findings) for d in forth] == [(d.risk, d.findings) for d in back[::-1]]


def test_the_prior_moves_risk_and_threshold_together() -> None:
    reference, hypothesis, _ = BROKEN["another number"]
    rare = evaluator.diagnose([reference], [hypothesis], lang="de", prior=0.02)[0]
    assert rare.flagged
    assert rare.risk < _judged(reference, hypothesis).risk


@pytest.mark.parametrize(("text", "value"), [("1.886", 1886.0), ("2,5", 2.5), ("1.886.250", 1886250.0), ("10.30", 10.3), ("1.2.3", None)])
def test_figures_have_german_points_and_commas(text: str, value: float | None) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("word", "value"), [("einundzwanzig", 21.0), ("zweihundertfünf", 205.0), ("dreitausendvierhundert", 3400.0), ("achtung", None), ("ein", None)]
)
def test_numbers_in_one_word(word: str, value: float | None) -> None:
    assert in_words(word) == value


def test_stems_join_forms_of_one_word() -> None:
    assert stem("häuser") == stem("hauses") == stem("haus")
    assert stem("gefahren") != stem("gefangen")


def _run(cli: Cli, tmp_path: Path, *options: str, texts: tuple[str, str]) -> tuple[str, Path]:
    for name, text in zip(("ref.txt", "sys.txt"), texts, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = cli("score", tmp_path / "ref.txt", tmp_path / "sys.txt", "-o", tmp_path / "run", "--no-report", "--model", "minilm", *options)
    assert result.code == 0, result.err
    return result.out + result.err, tmp_path / "run"


GERMAN = (
    "Der Rat beschloss am Freitag den neuen Haushalt.\nIm Hafen lagen am Abend 34 Kutter.\n",
    "Am Freitag hat der Rat den neuen Haushalt beschlossen.\nIm Hafen lagen am Abend 43 Kutter.\n",
)


@pytest.mark.parametrize("options", [(), ("--lang", "de"), ("--diagnose", "on")])
def test_a_german_run_is_judged_by_default_and_says_how(cli: Cli, tmp_path: Path, options: tuple[str, ...]) -> None:
    told, folder = _run(cli, tmp_path, *options, texts=GERMAN)
    assert "Diagnosis: German is judged by rules, without the reader" in told
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert manifest["diagnosis"]["rules"] == "de-2"
    assert "reader" not in manifest["diagnosis"]
    assert "diagnosis" not in manifest["unreadable"]
    segments = evaluator.load(folder).segments
    assert segments["flagged"].tolist() == [False, True]
    assert segments["fidelity"].isna().all()
    assert "fidelity" not in set(evaluator.load(folder).statistics["metric"])


def test_rules_sign_themselves() -> None:
    from evaluator.diagnosis.judge import Judge
    from evaluator.signatures import changed_diagnosis, diagnosis_signature

    german, english = Judge("de", None).manifest(), Judge("en", None).manifest()
    assert diagnosis_signature(german).startswith("rules:de-2|lang:de|")
    assert changed_diagnosis(german, english) is not None


def test_another_language_is_left_unjudged_with_its_cause_in_run_json(cli: Cli, tmp_path: Path) -> None:
    told, folder = _run(
        cli, tmp_path, texts=("Včera večer přistály v přístavu tři lodě.\nRada schválila rozpočet.\n", "Večer přistály tři lodě.\nRada přijala rozpočet.\n")
    )
    assert "Diagnosis: off, as the references are in another language than English or German (cs)" in told
    unread = json.loads((folder / "run.json").read_text(encoding="utf-8"))["unreadable"]["diagnosis"]
    assert unread["segments"] == 2
    assert unread["cause"].startswith("the references are in another language")


def test_a_reference_that_the_vocabulary_lacks_leaves_its_row_empty(cli: Cli, tmp_path: Path) -> None:
    told, folder = _run(cli, tmp_path, texts=("🎉\nThe ferry left at noon.\n", "😡\nThe ferry left at noon.\n"))
    assert "Diagnosis: 1 segment is not judged" in told
    unread = json.loads((folder / "run.json").read_text(encoding="utf-8"))["unreadable"]["diagnosis"]
    assert unread == {"segments": 1, "cause": "the vocabulary of the reader (minilm) does not know most characters of the reference"}
    segments = evaluator.load(folder).segments
    assert segments["risk"].isna().tolist() == [True, False]


def test_a_hypothesis_in_another_script_is_judged() -> None:
    assert _judged("The ferry left at noon.", "ዋጋው ጨምሯል", "en").flagged


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Вчера вечером в порт вошли три корабля.\nСовет утвердил бюджет.\n"),
        ("cs", "Včera večer přistály v přístavu tři lodě.\nRada schválila rozpočet.\n"),
    ],
)
def test_a_model_of_english_says_that_it_does_not_know_the_language(cli: Cli, tmp_path: Path, language: str, text: str) -> None:
    told, folder = _run(cli, tmp_path, "-m", "bertscore", texts=(text, text))
    note = f"BERTScore: minilm learned English alone and the references are in another language ({language})"
    assert " ".join(told.split()).count(note) == 1
    assert "--model e5-small-q4" in told
    assert any(one.startswith(note) for one in json.loads((folder / "run.json").read_text(encoding="utf-8"))["notes"])


def test_english_has_no_such_note(cli: Cli, tmp_path: Path) -> None:
    told, _ = _run(cli, tmp_path, "-m", "bertscore", texts=("The ferry left at noon.\n", "The ferry sailed at noon.\n"))
    assert "learned English alone" not in told


def test_a_notebook_shows_no_number_for_a_fidelity_that_is_not_judged() -> None:
    reference, hypothesis, _ = BROKEN["another number"]
    found = evaluator.diagnose([reference], [hypothesis], lang="de")
    assert "fidelity not judged" in found[0]._repr_html_()
    assert "nan" not in found[0]._repr_html_()
    assert ">nan<" not in found._repr_html_()
