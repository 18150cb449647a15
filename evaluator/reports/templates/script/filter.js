// The controls above the table.

const noFilter = () => ({ system: null, document: null, category: null, severity: null, flagged: false, ranges: [], hits: null });

const say = (text) => { $("status").textContent = text; };

function choice(name, label, options) {
  const select = el("select", { id: `filter-${name}`, on: { change: () => { grid.filter[name] = select.value === "" ? null : +select.value; applyFilter(); } } });
  select.append(el("option", { value: "" }, `all`), ...options.map(([value, text]) => el("option", { value }, text)));
  return el("label", {}, label, select);
}

function buildFilter() {
  const { columns } = data, controls = [], numbered = (names) => names.map((name, i) => [i, name]);
  grid.filter = noFilter();
  const input = el("input", { type: "search", id: "search", autocomplete: "off", placeholder: "a phrase in any text", on: { input: () => startSearch(input.value) } });
  controls.push(el("label", {}, "search", input));
  if (data.systems.length > 1) controls.push(choice("system", "system", numbered(data.systems)));
  if (data.documents.length > 1) controls.push(choice("document", "document", numbered(data.documents)));
  if (columns.severity) controls.push(choice("severity", "severity", numbered(["none", "minor", "major", "critical"])));
  if (data.categories.length) controls.push(choice("category", "category", numbered(data.categories.slice(0, 31))));
  if (columns.flagged) {
    const box = el("input", { type: "checkbox", id: "filter-flagged", on: { change: () => { grid.filter.flagged = box.checked; applyFilter(); } } });
    controls.push(el("label", { class: "check" }, box, "flagged only"));
  }
  controls.push(el("button", { type: "button", on: { click: clearFilter } }, "clear"));
  $("filters").append(...controls);
  const numbers = [...data.scores, { ...columns.length, title: "characters", scale: 1, offset: 0 }];
  $("ranges").append(...numbers.map(rangeOf));
  const texts = el("input", { type: "checkbox", id: "with-texts", checked: true });
  $("copies").append("copy as ", ...["csv", "markdown", "latex"].map((format) => el("button", { type: "button", class: "small", id: `copy-${format}`,
    on: { click: () => copyRows(grid.view, format, texts.checked, say) } }, { csv: "CSV", markdown: "Markdown", latex: "LaTeX" }[format])), el("label", { class: "check" }, texts, "with texts"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    input.focus();
  });
}

function rangeOf(column) {
  const ends = ["at least", "at most"].map((label) => el("input", { type: "number", step: "any", "aria-label": `${column.title} ${label}`, placeholder: label }));
  const change = () => {
    const [low, high] = ends.map((end) => (end.value === "" ? null : +end.value));
    grid.filter.ranges = grid.filter.ranges.filter((range) => range.column !== column);
    if (low !== null || high !== null) grid.filter.ranges.push({ column, low, high });
    applyFilter();
  };
  for (const end of ends) end.addEventListener("input", change);
  return el("div", { class: "range" }, el("span", {}, column.title), ...ends);
}

function clearFilter() {
  grid.turn++;
  grid.filter = noFilter();
  for (const input of document.querySelectorAll("#filters input, #filters select, #ranges input")) {
    if (input.type === "checkbox") input.checked = false; else input.value = "";
  }
  applyFilter();
}

async function startSearch(words) {
  const turn = ++grid.turn;
  if (!words) {
    grid.filter.hits = null;
    applyFilter();
    return;
  }
  const hits = new Uint8Array(data.rows);
  let first = true;
  const start = performance.now();
  delete document.documentElement.dataset.searchMs;
  await search(words, hits, () => turn === grid.turn, (share) => {
    grid.filter.hits = hits;
    applyFilter(!first);
    first = false;
    if (share < 1) say(`${grid.view.length.toLocaleString("en")} rows so far, ${Math.round(100 * share)} % searched`);
    else document.documentElement.dataset.searchMs = (performance.now() - start).toFixed(1);
  });
}
