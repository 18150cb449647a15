// One system against another: the segments where either is better by most, by any metric or the risk.

const ROWS_SHOWN = [5, 10, 20, 50, 100, 500];
const LONGEST_CELL = 1200; // characters of one text in the table
const versus = { a: 0, b: 1, column: null, n: 5, sides: [], turn: 0 };

function buildVersus() {
  if (!$("versus") || data.systems.length < 2 || !data.scores.length) return;
  const names = data.systems.map((name, i) => el("option", { value: i }, name));
  const select = (options, act, value = null) => {
    const made = el("select", { on: { change: () => { act(+made.value); showVersus(); } } }, ...options);
    if (value !== null) made.value = String(value);
    return made;
  };
  versus.column = data.scores[0];
  [versus.a, versus.b] = $("versus").dataset.first.split(" ").map(Number); // the two best
  const choices = [
    ["system A", select(names, (value) => { versus.a = value; }, versus.a)],
    ["system B", select(names.map((one) => one.cloneNode(true)), (value) => { versus.b = value; }, versus.b)],
    ["by", select(data.scores.map((one, i) => el("option", { value: i }, one.title)), (value) => { versus.column = data.scores[value]; })],
    ["segments each", select(ROWS_SHOWN.map((n) => el("option", { value: n }, n)), (value) => { versus.n = value; })],
  ];
  const copy = el("button", { type: "button", class: "small", id: "copy-versus", on: { click: copyVersus } }, "copy as CSV");
  $("versus-choice").append(...choices.map(([label, made]) => el("label", {}, label, made)), copy);
  $("versus").hidden = false;
  return showVersus();
}

const rowsBySystem = new Map();

/** For each segment the row of a system, -1 where it has none. */
function rowsOf(system) {
  let out = rowsBySystem.get(system);
  if (out) return out;
  out = new Int32Array(data.columns.document.values.length).fill(-1);
  for (let k = 0; k < data.rows; k++) if (data.columns.system.values[k] === system && !isInserted(k)) out[keyOf(k)] = k;
  rowsBySystem.set(system, out);
  return out;
}

/** A − B of each segment in whole numbers of the column, NaN where either has no score. */
function differences(a, b, column) {
  const ours = rowsOf(a), theirs = rowsOf(b), { values, missing } = column, out = new Float64Array(ours.length).fill(NaN);
  for (let key = 0; key < out.length; key++) {
    if (ours[key] < 0 || theirs[key] < 0) continue;
    const mine = values[ours[key]], other = values[theirs[key]];
    if (mine !== missing && other !== missing) out[key] = mine - other;
  }
  return out;
}

/** { keys, all }: the n segments with the largest gains above 0, of equal ones the first, and how many there are in all. */
function largest(gains, n) {
  const above = gains.filter((gain) => gain > 0).sort(), least = above[Math.max(0, above.length - n)], keys = [];
  for (let key = 0; key < gains.length; key++) if (gains[key] >= least) keys.push(key);
  return { keys: keys.sort((x, y) => gains[y] - gains[x]).slice(0, n), all: above.length };
}

async function showVersus() {
  const turn = ++versus.turn, { a, b, column } = versus, deltas = differences(a, b, column), count = (n) => n.toLocaleString("en");
  const found = [1, -1].map((side) => largest(deltas.map((delta) => (column.up ? side : -side) * delta), versus.n));
  const row = async (key) => ({ key, a: rowsOf(a)[key], b: rowsOf(b)[key], delta: deltas[key], texts: await textsOf(key) });
  const sides = await Promise.all(found.map(({ keys }) => Promise.all(keys.map(row))));
  if (turn !== versus.turn) return;
  versus.sides = sides;
  const names = [a, b].map((system) => data.systems[system]), scored = deltas.reduce((n, delta) => n + (delta === delta), 0), [ours, theirs] = found.map(({ all }) => all);
  $("versus-told").textContent = a === b ? "Choose two systems." :
    `By ${column.title} ${names[0]} is better in ${count(ours)} segments, ${names[1]} in ${count(theirs)}; ${count(scored - ours - theirs)} are ties to the digits kept here. Words in which A and B differ are marked.`;
  $("versus-lists").replaceChildren(...sides.map((rows, i) => versusTable(rows, `Where ${"AB"[i]} (${names[i]}) beats ${"BA"[i]} (${names[1 - i]}) by most`)));
  setDelta(deltas);
}

const differenceOf = (row) => (row.delta / versus.column.scale).toFixed(versus.column.digits);

function versusTable(rows, title) {
  if (!rows.length) return el("div", {}, el("h3", {}, title), el("p", { class: "quiet" }, "nowhere"));
  const { column } = versus, [nameA, nameB] = [versus.a, versus.b].map((system) => data.systems[system]);
  const texts = (row, k) => row.texts.rows.find((one) => one.k === k).hypothesis;
  const source = rows.some((row) => row.texts.source);
  const heads = [["segment", (row) => row.key], ["A", (row) => column.values[row.a]], ["B", (row) => column.values[row.b]], ["A − B", (row) => row.delta],
    ...(source ? [["source"]] : []), ["reference"], [`A, ${nameA}`], [`B, ${nameB}`]];
  const body = el("tbody", { role: "rowgroup" });
  const fill = (order) => body.replaceChildren(...order.map((row) => {
    const link = el("button", { type: "button", class: "small", "aria-label": segmentName(row.a), on: { click: () => gridOpen(row.a, { from: link }) } }, segmentName(row.a).replace("segment ", ""));
    const [left, right] = sideBySide(texts(row, row.a), texts(row, row.b));
    const prose = [...(source ? [["source", [cut(row.texts.source)]]] : []), ["reference", [cut(row.texts.references[0])]], [`A, ${nameA}`, left], [`B, ${nameB}`, right]];
    const numbers = [[`A, ${nameA}`, shown(column, row.a)], [`B, ${nameB}`, shown(column, row.b)], ["A − B", differenceOf(row)]];
    return el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader" }, link), ...numbers.map(([label, text]) => el("td", { role: "cell", class: "number", "data-label": label }, text)),
      ...prose.map(([label, nodes]) => el("td", { role: "cell", "data-label": label }, el("p", { dir: "auto" }, ...nodes))));
  }));
  const head = el("tr", { role: "row" });
  heads.forEach(([label, value], i) => {
    const cell = el("th", { scope: "col", role: "columnheader", class: i > 0 && i < 4 ? "number" : null }, value ? el("button", { type: "button", on: { click: () => sortVersus(cell, rows, value, fill) } }, label) : label);
    head.append(cell);
  });
  fill(rows);
  return el("div", {}, el("h3", {}, title), el("table", { class: "versus", role: "table", "aria-label": title }, el("thead", { role: "rowgroup" }, head), body));
}

function sortVersus(cell, rows, value, fill) {
  const up = cell.getAttribute("aria-sort") !== "ascending";
  for (const one of cell.parentNode.children) one.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", up ? "ascending" : "descending");
  fill([...rows].sort((x, y) => (up ? 1 : -1) * (value(x) - value(y))));
}

const cut = (text) => (text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)} …` : text);

/** Two outputs as nodes with what differs marked; of long ones the beginnings. */
function sideBySide(a, b) {
  const none = () => [el("span", { class: "quiet" }, "(omitted)")];
  if (!a || !b) return [a ? [cut(a)] : none(), b ? [cut(b)] : none()];
  return difference(cut(a), cut(b)) ?? [[cut(a)], [cut(b)]];
}

async function copyVersus() {
  const names = [versus.a, versus.b].map((system) => data.systems[system]), { column } = versus;
  const head = ["better", "document", "segment", "metric", `score of ${names[0]}`, `score of ${names[1]}`, "a - b", "source", "reference", names[0], names[1]];
  const rows = versus.sides.flatMap((side, i) => side.map((row) => {
    const [mine, other] = [row.a, row.b].map((k) => row.texts.rows.find((one) => one.k === k).hypothesis);
    const numbers = [shown(column, row.a), shown(column, row.b), differenceOf(row)]; // a minus sign is no formula here
    return [...[names[i], documentOf(row.a), String(segmentOf(row.a)), column.title].map(safeCell), ...numbers, ...[row.texts.source, row.texts.references[0], mine, other].map(safeCell)];
  }));
  const done = await toClipboard(table.csv(head.map(safeCell), rows));
  $("versus-told").textContent = `copied ${rows.length.toLocaleString("en")} rows as csv${done}`;
}

/** A − B of the systems and metric chosen as a column of the segment table. */
function setDelta(deltas) {
  const { values } = grid.delta, missing = 0xffffffff, least = deltas.reduce((low, delta) => (delta < low ? delta : low), 0);
  for (let k = 0; k < values.length; k++) {
    const delta = deltas[keyOf(k)];
    values[k] = delta === delta && !isInserted(k) ? delta - least : missing;
  }
  const { scale, digits, up } = versus.column;
  Object.assign(grid.delta, { missing, offset: least, scale, digits, up });
  gridDeltaChanged(`${data.systems[versus.a]} less ${data.systems[versus.b]} by ${versus.column.title}, as chosen under One against another.`);
}
