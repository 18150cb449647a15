// One segment with all systems side by side.

const MOST_TEXT = 20000; // characters of one text that are shown at once

function paragraph(text, spans) {
  if (text.length <= MOST_TEXT) return el("p", { dir: "auto" }, ...marked(text, spans));
  const rest = el("button", { type: "button", class: "small" }, `show all ${text.length.toLocaleString("en")} characters`);
  const made = el("p", { dir: "auto" }, text.slice(0, MOST_TEXT), "… ", rest);
  rest.addEventListener("click", () => made.replaceChildren(...marked(text, spans)));
  return made;
}

/** `worst of 23`, `2nd worst of 23`, from the middle on `3rd best of 23`; and what ties say. */
function placeOf(worse, better, all) {
  if (!worse && !better) return all > 1 ? `equal in all ${all.toLocaleString("en")}` : "the only one";
  const [place, word] = worse <= better ? [worse + 1, "worst"] : [better + 1, "best"];
  const ending = place % 100 > 10 && place % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][place % 10] ?? "th";
  return `${place === 1 ? "" : `${place.toLocaleString("en")}${ending} `}${word} of ${all.toLocaleString("en")}`;
}

/** How the scores of some rows, each of another system, stand among those of their systems: by system { worse, better, all } in one pass. */
function standing(column, rows) {
  const { values, missing } = column, systems = data.columns.system.values, n = data.systems.length;
  const own = new Float64Array(n).fill(-1), less = new Uint32Array(n), more = new Uint32Array(n), all = new Uint32Array(n);
  for (const k of rows) if (values[k] !== missing) own[systems[k]] = values[k];
  for (let i = 0; i < values.length; i++) {
    const system = systems[i], mine = own[system], other = values[i];
    if (mine < 0 || other === missing) continue;
    all[system]++;
    if (other < mine) less[system]++; else if (other > mine) more[system]++;
  }
  return { worse: column.up ? less : more, better: column.up ? more : less, all };
}

/** By row each metric with its place among its system's, worst first. */
function placesOf(rows) {
  const out = new Map(rows.map((k) => [k, el("ul", { class: "places" })])), systems = data.columns.system.values;
  const rounds = []; // a segment with inserted paragraphs has several rows of a system
  for (const k of rows) {
    const round = rounds.find((one) => one.every((other) => systems[other] !== systems[k]));
    if (round) round.push(k); else rounds.push([k]);
  }
  for (const column of data.scores) {
    if (column.name === "risk") continue;
    for (const round of rounds) {
      const scored = round.filter((k) => column.values[k] !== column.missing);
      if (!scored.length) continue;
      const { worse, better, all } = standing(column, scored);
      for (const k of scored) {
        const place = placeOf(worse[systems[k]], better[systems[k]], all[systems[k]]);
        out.get(k).append(el("li", {}, el("span", {}, column.title), " ", el("b", {}, shown(column, k)), el("span", { class: "quiet" }, ` ${place}`)));
      }
    }
  }
  return out;
}

function systemCard(row, reference, several, places) {
  const { k } = row, tags = [];
  const hypothesis = paragraph(row.hypothesis, row.onHypothesis);
  if (!row.hypothesis) hypothesis.append(el("span", { class: "quiet" }, "(omitted)"));
  if (alignmentOf(k) !== "1-1") tags.push(el("span", { class: "tag" }, `aligned ${alignmentOf(k)}`));
  if (severityOf(k)) tags.push(el("span", { class: `tag ${severityOf(k)}` }, severityOf(k)));
  const risk = data.columns.risk && shown(data.columns.risk, k, 2);
  if (risk) tags.push(el("span", { class: "risk" }, `risk ${risk}${flaggedOf(k) ? ", flagged" : ""}`));
  const card = el("article", { class: `system${flaggedOf(k) ? " flagged" : ""}`, "data-row": k }, el("h4", {}, several ? systemOf(k) : "hypothesis", " ", ...tags));
  if (several && row.onReference.length) card.append(el("p", { class: "quiet" }, "reference: "), paragraph(reference, row.onReference));
  card.append(hypothesis);
  if (row.told.length) card.append(el("ul", { class: "told" }, ...row.told.map((line) => el("li", {}, line))));
  card.append(places);
  return [card, hypothesis];
}

let opened = 0;

/** Shows row k's segment; `neighbours` gives the rows before and after it in the table. */
async function openDetail(k, { focus = true, neighbours = null } = {}) {
  const turn = ++opened, texts = await textsOf(keyOf(k));
  if (turn !== opened) return;
  const place = $("detail"), several = data.systems.length > 1, address = addressOf(k);
  const own = texts.rows.find((row) => row.k === k);
  const reference = paragraph(texts.references[0], several ? [] : own.onReference);
  if (!texts.references[0]) reference.append(el("span", { class: "quiet" }, "(nothing)"));
  const name = segmentName(k).replace("s", "S");
  const heading = el("h3", { tabindex: "-1", id: "detail-name" }, el("a", { href: `#${address}` }, name));
  const buttons = el("p", { class: "row" });
  for (const [label, to] of [["previous", neighbours?.[0]], ["next", neighbours?.[1]]]) {
    if (to !== undefined && to !== null) buttons.append(el("button", { type: "button", class: "small", on: { click: () => gridOpen(to) } }, label));
  }
  buttons.append(el("button", { type: "button", class: "small", on: { click: closeDetail } }, "close"));
  const parts = [heading, buttons];
  if (texts.source) parts.push(el("h4", {}, "source"), paragraph(texts.source, []));
  parts.push(el("h4", {}, "reference"), reference);
  texts.references.slice(1).forEach((text, i) => { if (text) parts.push(el("h4", {}, `reference ${i + 2}`), paragraph(text, [])); });
  const rows = [own, ...texts.rows.filter((row) => row !== own)], places = placesOf(rows.map((row) => row.k));
  const cards = rows.map((row) => systemCard(row, texts.references[0], several, places.get(row.k)));
  cards.forEach(([card, hypothesis], i) => {
    const both = [texts.references[0], rows[i].hypothesis];
    card.append(cards.length === 1 ? differenceButton(reference, hypothesis, both) : differenceButton(copyOf(hypothesis, texts.references[0]), hypothesis, both, true));
  });
  parts.push(el("div", { class: "systems" }, ...cards.map(([card]) => card)));
  place.replaceChildren(...parts);
  place.hidden = false;
  history.replaceState(null, "", `#${address}`);
  place.querySelector(`[data-row="${k}"]`).classList.add("chosen");
  if (focus) {
    heading.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest" });
  }
}

/** A place above a hypothesis for the reference's side of a word diff. */
function copyOf(hypothesis, text) {
  const made = el("p", { dir: "auto", class: "against", hidden: true }, text);
  hypothesis.before(made);
  return made;
}

function closeDetail() {
  opened++;
  $("detail").hidden = true;
  $("detail").replaceChildren();
  const back = grid.opener?.isConnected ? grid.opener : $("grid");
  back.focus({ preventScroll: true });
  back.scrollIntoView({ block: "nearest" });
}
