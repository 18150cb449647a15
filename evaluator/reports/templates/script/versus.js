// Where one system beats another: the segments with the greatest difference by one metric, either way.

const MOST_SHOWN = 5;

function buildVersus() {
  if (!$("versus") || data.systems.length < 2 || !data.scores.length) return;
  const names = data.systems.map((name, i) => el("option", { value: i }, name));
  const metrics = data.scores.filter((column) => column.name !== "risk");
  const selects = { a: el("select", {}, ...names), b: el("select", {}, ...names.map((one) => one.cloneNode(true))), metric: el("select", {}, ...metrics.map((one, i) => el("option", { value: i }, one.title))) };
  selects.b.value = "1";
  const show = () => versus(+selects.a.value, +selects.b.value, metrics[+selects.metric.value]);
  for (const select of Object.values(selects)) select.addEventListener("change", show);
  $("versus-choice").append(el("label", {}, "system A", selects.a), el("label", {}, "system B", selects.b), el("label", {}, "metric", selects.metric));
  $("versus").hidden = false;
  show();
}

/** For each segment the row of a system, -1 where it has none. */
function rowsOf(system) {
  const out = new Int32Array(data.columns.document.values.length).fill(-1);
  for (let k = 0; k < data.rows; k++) if (data.columns.system.values[k] === system && !isInserted(k)) out[keyOf(k)] = k;
  return out;
}

let compared = 0;

async function versus(a, b, column) {
  const turn = ++compared, ours = rowsOf(a), theirs = rowsOf(b), found = [];
  let wins = 0, losses = 0, ties = 0;
  for (let key = 0; key < ours.length; key++) {
    if (ours[key] < 0 || theirs[key] < 0) continue;
    const mine = column.values[ours[key]], other = column.values[theirs[key]];
    if (mine === column.missing || other === column.missing) continue;
    const delta = column.up ? mine - other : other - mine;
    if (delta > 0) wins++; else if (delta < 0) losses++; else ties++;
    if (delta) found.push([delta, key]);
  }
  found.sort((one, two) => two[0] - one[0]);
  const sides = [[a, b, found.slice(0, MOST_SHOWN).filter(([delta]) => delta > 0)], [b, a, found.slice(-MOST_SHOWN).reverse().filter(([delta]) => delta < 0)]];
  const columns = await Promise.all(sides.map(async ([better, worse, rows]) => {
    const items = await Promise.all(rows.map(([, key]) => versusItem(key, column, [better, worse], [ours, theirs])));
    return el("div", {}, el("h4", {}, `${data.systems[better]} beats ${data.systems[worse]} most`), items.length ? el("ol", {}, ...items) : el("p", { class: "quiet" }, "nowhere"));
  }));
  if (turn !== compared) return;
  $("versus-told").textContent = `By ${column.title} ${data.systems[a]} is better in ${wins.toLocaleString("en")} segments, ${data.systems[b]} in ${losses.toLocaleString("en")}; ${ties.toLocaleString("en")} are ties to the digits kept here.`;
  $("versus-lists").replaceChildren(...columns);

  async function versusItem(key, metric, pair, rows) {
    const texts = await textsOf(key), k = rows[pair[0] === a ? 0 : 1][key], other = rows[pair[0] === a ? 1 : 0][key];
    const link = el("button", { type: "button", class: "small", on: { click: () => gridOpen(k) } }, segmentName(k));
    const line = (row) => el("p", { dir: "auto" }, el("b", {}, `${shown(metric, row)} `), texts.rows.find((one) => one.k === row).hypothesis.slice(0, 400) || "(omitted)");
    return el("li", {}, link, line(k), line(other));
  }
}
