"""The reader and the decision: the same numbers as torch, alone and together, and more evidence never lowers a risk."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evaluator
from evaluator.diagnosis import catalog
from evaluator.diagnosis.evidence import NUMBERS, RANKING, Evidence, direction, numbers
from evaluator.diagnosis.joint import CASES, Tokens, join
from evaluator.diagnosis.learned import hash_of, learned_note
from evaluator.diagnosis.model import adjust_for_prior, fidelity_of, load_decision, risk_of, threshold_of
from evaluator.diagnosis.observe import evidence_of
from evaluator.diagnosis.reader import FILE, OUTPUTS, Reading, load_reader, word_pieces
from evaluator.embed.joint import ChangedWeights
from evaluator.embed.models import find_model, weight_files
from evaluator.embed.weights import Weights

pytestmark = pytest.mark.model

PAIRS = [
    ("The mayor did not open the new bridge on Monday.", "The mayor opened the new bridge on Monday."),
    ("About 300 people came to see it.", "Around 300 people came to look at it."),
    ("Traffic was heavy for most of the day, officials said.", "Officials said that traffic was heavy nearly all day."),
]


def readings(pairs: list[tuple[str, str]]) -> list[Reading]:
    reader = load_reader()
    tokens = [tuple(word_pieces(pair)) for pair in pairs]
    out: dict[int, Reading] = {}
    reader.read(pairs, tokens, out.__setitem__)  # type: ignore[arg-type]
    return [out[k] for k in range(len(pairs))]


def test_the_reader_computes_what_transformers_computes_from_the_same_weights() -> None:
    import torch
    from transformers import AutoConfig, AutoModel

    spec = find_model("minilm")
    changed = ChangedWeights(Weights(weight_files(spec.folder)), Weights([FILE]))
    model = AutoModel.from_config(AutoConfig.from_pretrained(str(spec.folder)), add_pooling_layer=False).eval()
    model.load_state_dict(
        {name: torch.from_numpy(changed.read(name).copy()) for name in model.state_dict() if name in Weights(weight_files(spec.folder))}, strict=False
    )
    learned = Weights([FILE])
    for pair, reading in zip(PAIRS, readings(PAIRS), strict=True):
        joint = join(*pair, tuple(word_pieces(pair)), (101, 102))  # type: ignore[arg-type]
        words = model.embeddings.word_embeddings.weight[torch.from_numpy(joint.ids)].detach().numpy()
        embedded = torch.from_numpy(words + learned.read("signs")[joint.signs] + learned.read("sides")[joint.sides])[None]
        with torch.no_grad():
            states = model(inputs_embeds=embedded, position_ids=torch.from_numpy(joint.positions)[None]).last_hidden_state[0].numpy()
        pooled = np.concatenate([states[0], states[joint.hypothesis].mean(axis=0), states[joint.reference].mean(axis=0)])
        assert np.abs(pooled @ learned.read("pair.weight").T + learned.read("pair.bias") - reading.pair).max() < 1e-4
        tags = states @ learned.read("tag.weight").T + learned.read("tag.bias")
        assert np.abs(tags[joint.hypothesis, :3] - reading.wrong).max() < 1e-4
        assert np.abs(tags[joint.reference, 3] - reading.lost).max() < 1e-4


def test_a_reading_does_not_depend_on_what_else_is_read() -> None:
    together, alone = readings(PAIRS[::-1])[::-1], [readings([pair])[0] for pair in PAIRS]
    for a, b in zip(together, alone, strict=True):
        assert (a.pair == b.pair).all()
        assert (a.wrong == b.wrong).all()
        assert (a.lost == b.lost).all()


def test_signs_say_which_tokens_the_other_text_has_and_how_they_are_capitalized() -> None:
    tokens = Tokens((5, 6, 7), ((0, 3), (4, 7), (8, 11))), Tokens((5, 9, 7), ((0, 3), (4, 7), (8, 11)))
    joint = join("The old MAN", "the new man", tokens, (101, 102))
    matches, cases = np.divmod(joint.signs, CASES)
    assert matches.tolist() == [0, 3, 1, 3, 0, 3, 1, 3, 0]
    assert cases.tolist() == [0, 1, 0, 2, 0, 0, 0, 0, 0]
    assert joint.positions.tolist() == [0, 1, 2, 3, 4, 1, 2, 3, 4]
    assert joint.sides.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_every_weight_of_the_risk_pulls_its_way() -> None:
    decision = load_decision()
    for name, weight in zip(NUMBERS, decision.risk.weights, strict=True):
        assert np.sign(weight) in (0, direction(name)), name
    assert all(weight >= 0 for weight in decision.risk.kinds.values())


def test_a_lower_fidelity_raises_the_risk_and_evidence_lowers_fidelity() -> None:
    decision = load_decision()
    assert decision.unfaithful > 0
    for name, weight in zip(NUMBERS, decision.fidelity.weights, strict=True):
        if (name not in RANKING or "free" in name) and direction(name):
            assert np.sign(weight) in (0, -direction(name)), name
    assert all(weight <= 0 for weight in decision.fidelity.kinds.values())


KINDS = sorted({*load_decision().risk.kinds, *(f"{kind.name}/{severity}" for kind in catalog.KINDS for severity in kind.severities)})


@given(st.lists(st.sampled_from(KINDS), max_size=6), st.sampled_from(KINDS), st.floats(-3, 3))
@settings(max_examples=60, deadline=None)
def test_a_further_finding_never_lowers_the_risk(found: list[str], more: str, level: float) -> None:
    decision = load_decision()
    x = decision.mean + level * decision.scale
    before = {kind: found.count(kind) for kind in found}
    after = {**before, more: before.get(more, 0) + 1}
    assert risk_of(decision, x, after) >= risk_of(decision, x, before)
    if more.endswith(("/critical", "/major")):
        assert risk_of(decision, x, after) >= threshold_of(decision)


@given(st.lists(st.sampled_from(KINDS), max_size=6), st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None)
def test_a_further_finding_never_raises_fidelity_and_a_first_serious_one_lowers_it(found: list[str], more: str) -> None:
    decision = load_decision()
    before = {kind: found.count(kind) for kind in found}
    after = {**before, more: before.get(more, 0) + 1}
    assert fidelity_of(decision, decision.mean, after) <= fidelity_of(decision, decision.mean, before)
    if more.endswith(("/critical", "/major")) and not any(kind.endswith(("/critical", "/major")) for kind in found):
        assert fidelity_of(decision, decision.mean, after) < fidelity_of(decision, decision.mean, before)


@given(st.floats(0.01, 0.99), st.floats(0.02, 0.98))
def test_the_prior_moves_all_risks_in_one_direction(risk: float, prior: float) -> None:
    assert adjust_for_prior(risk, None, 0.2) == risk
    assert (adjust_for_prior(risk, prior, 0.2) >= risk) == (prior >= 0.2) or abs(adjust_for_prior(risk, prior, 0.2) - risk) < 1e-9


def test_a_second_piece_only_adds_evidence() -> None:
    (whole,), (broken,) = evidence_of([PAIRS[1]], [True]), evidence_of([PAIRS[0]], [True])
    joined = [*whole, Evidence(*broken[0][:3], 40, 40)]
    one, both = dict(zip(NUMBERS, numbers(whole), strict=True)), dict(zip(NUMBERS, numbers(joined), strict=True))
    for name in ("serious", "any", "planted", "mqm", "token_serious_max", "token_serious_sum", "token_lost_sum", "tokens"):
        assert both[name] >= one[name], name


def test_a_paragraph_of_many_sentences_is_searched_to_its_end() -> None:
    lines = [f"On day {k} the council met in hall {k + 2} and heard {k + 40} people from the town." for k in range(40)]
    reference = " ".join(lines)
    hypothesis = reference.replace("heard 79 people", "heard 97 people")
    (one,) = evaluator.diagnose([reference], [hypothesis], lang="en")
    assert one.flagged
    numbers_found = [f for f in one.findings if f.category == "accuracy/number"]
    assert [f.text for f in numbers_found] == ["97"]
    assert hypothesis[numbers_found[0].start : numbers_found[0].end] == "97"


def test_the_file_of_the_reader_is_small_and_its_outputs_are_those_of_the_code() -> None:
    assert FILE.stat().st_size < 6_000_000
    assert Weights([FILE]).read("pair.weight").shape[0] == len(OUTPUTS)


def test_references_that_the_reader_learned_from_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"The committee of district {k} met again on Tuesday." for k in range(6)]
    assert learned_note(texts) is None
    known = np.array(sorted(n for text in texts[:4] if (n := hash_of(text.upper())) is not None), dtype=np.uint32)
    monkeypatch.setattr("evaluator.diagnosis.learned._known", lambda: known)
    assert "4 of 6 references" in (learned_note(texts) or "")
    assert hash_of("Too short.") is None


def test_a_run_names_the_reader_and_its_digest(tmp_path: object) -> None:
    run = evaluator.evaluate([a for a, _ in PAIRS], {"s": [b for _, b in PAIRS]}, metrics=["chrf"], diagnose="on")
    stated = json.loads(json.dumps(run.manifest["diagnosis"]))
    assert stated["reader"]
    assert len(stated["weights_sha256"]["reader.safetensors"]) == 64


class TestSlot:
    """The one phrase in which two texts differ."""

    def findings(self, reference: str, hypothesis: str) -> list[str]:
        (diagnosis,) = evaluator.diagnose([reference], [hypothesis], lang="en")
        assert diagnosis is not None
        return [f"{f.counterpart} → {f.text}" for f in diagnosis.findings if f.detector == "slot" and diagnosis.flagged]

    def test_another_thing_in_its_place_is_named(self) -> None:
        assert self.findings("Officials inspected the dam.", "Officials inspected the prison.") == ["dam → prison"]
        assert self.findings("Prices of bread rose last month.", "Prices of petrol rose last month.") == ["bread → petrol"]

    def test_the_same_thing_in_other_words_is_not(self) -> None:
        assert self.findings("The firm hired twenty workers.", "The company hired twenty workers.") == []
        assert self.findings("Police detained the suspect.", "Police arrested the suspect.") == []
        assert self.findings("They arrived in St. Anton.", "They arrived in Saint Anton.") == []
        assert self.findings("The book is popular among Serbians.", "The book is popular among the Serbs.") == []

    def test_names_numbers_and_rewording_are_left_to_others(self) -> None:
        for reference, hypothesis in [
            ("Olsen inspected the dam today.", "Petrov inspected the dam today."),
            ("It weighs 40 tonnes in all.", "It weighs 50 tonnes in all."),
            ("Officials inspected the dam.", "The prison was looked at by the officials."),
        ]:
            assert self.findings(reference, hypothesis) == []
