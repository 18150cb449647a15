// The segment table: only the rows in sight exist. Sorted and filtered views are lists of row numbers.

const TALLEST = 8e6; // pixels that browsers still scroll exactly
const MOST_IN_CELL = 100; // characters of a text in a row; more than fit
const grid = { order: null, view: null, first: -1, active: 0, pool: [], sort: null, descending: true, height: 30, filter: null, turn: 0, edition: 0, delta: { values: [] }, opener: null };

/** What the table's columns show: { name, title, text: (k) => string, column or null to sort by, wide }. */
function gridColumns() {
  const { columns } = data, out = [{ name: "segment", title: "segment", text: (k) => String(segmentOf(k)), column: columns.key }];
  if (data.documents.length > 1) out.push({ name: "document", title: "document", text: documentOf, column: columns.document, middle: true });
  if (data.systems.length > 1) out.push({ name: "system", title: "system", text: systemOf, column: columns.system, middle: true });
  if (data.alignments.some((one) => one !== "1-1")) out.push({ name: "alignment", title: "aligned", text: alignmentOf, column: columns.alignment });
  if (columns.severity) out.push({ name: "severity", title: "severity", text: (k) => `${severityOf(k)}${flaggedOf(k) ? " •" : ""}`, column: columns.severity });
  for (const column of data.scores) out.push({ name: column.name, title: column.title, text: (k) => shown(column, k), column, number: true });
  if (grid.delta.values.length) out.push({ name: "delta", title: "A − B", text: (k) => shown(grid.delta, k), column: grid.delta, number: true });
  out.push({ name: "length", title: "chars", text: (k) => String(columns.length.values[k]), column: columns.length, number: true });
  for (const name of ["reference", "hypothesis"]) out.push({ name, title: name, text: () => "", column: null, wide: true });
  if (!matchMedia("(max-width: 44rem)").matches) return out;
  const later = (one) => (one.wide ? 2 : ["segment", "system"].includes(one.name) || (one.number && one.name !== "length") ? 0 : 1);
  return out.sort((x, y) => later(x) - later(y)); // a small screen shows the scores without scrolling
}

function buildGrid() {
  const place = $("grid"), columns = (grid.columns = gridColumns());
  const widths = columns.map((one) => (one.wide ? "minmax(9.5rem, 1fr)" : one.middle ? "5.9rem" : ["severity", "segment"].includes(one.name) ? "5rem" : one.title.length > 9 ? "6rem" : "4.2rem"));
  place.style.setProperty("--columns", widths.join(" "));
  place.setAttribute("aria-colcount", columns.length);
  const head = el("div", { role: "row", class: "gridrow head", "aria-rowindex": "1" });
  columns.forEach((one, i) => {
    const label = one.column ? el("button", { type: "button", "data-told": data.meanings[one.title] ?? null, on: { click: () => sortBy(one) } }, one.title) : one.title;
    head.append(el("div", { role: "columnheader", "aria-colindex": i + 1, class: one.number ? "number" : null, "data-name": one.name }, label));
  });
  grid.body = el("div", { role: "rowgroup", class: "gridbody" });
  place.append(el("div", { role: "rowgroup", class: "gridhead" }, head), grid.body);
  grid.head = head;
  place.addEventListener("scroll", () => requestAnimationFrame(() => drawRows()), { passive: true });
  place.addEventListener("keydown", gridKey);
  grid.body.addEventListener("click", ({ target }) => {
    const row = target.closest(".gridrow");
    if (row) { grid.active = +row.dataset.at; drawRows(true); gridOpen(+row.dataset.k); }
  });
  new ResizeObserver(() => { measureGrid(); drawRows(true); }).observe(place);
}

function measureGrid() {
  const probe = grid.body.appendChild(el("div", { class: "gridrow" }, "0"));
  grid.height = probe.getBoundingClientRect().height || 30;
  probe.remove();
  stretchGrid();
}

function stretchGrid() {
  grid.body.style.height = `${Math.min(TALLEST, grid.view.length * grid.height)}px`;
}

/** Rows that fit, and the first in sight. */
function sight() {
  const place = $("grid"), room = place.clientHeight - grid.head.offsetHeight, all = grid.view.length * grid.height;
  const fit = Math.max(1, Math.floor(room / grid.height));
  if (all <= TALLEST) return { fit, first: Math.floor(place.scrollTop / grid.height), exact: true };
  const share = place.scrollTop / Math.max(1, place.scrollHeight - place.clientHeight);
  return { fit, first: Math.round(share * Math.max(0, grid.view.length - fit)), exact: false };
}

/** Draws the rows in sight; of those that stand there already only the place is set, unless what they show has changed. */
function drawRows(force = false) {
  const { fit, first, exact } = sight(), last = Math.min(grid.view.length, first + fit + 2);
  if (!force && first === grid.first && exact) return;
  grid.first = first;
  while (grid.pool.length < fit + 3) grid.pool.push(newRow());
  const top = exact ? first * grid.height : $("grid").scrollTop;
  grid.pool.forEach((row, i) => {
    const at = first + i;
    if (at >= last) { row.element.remove(); return; }
    fillRow(row, at, top + i * grid.height);
    if (!row.element.isConnected) grid.body.append(row.element);
  });
  $("grid").setAttribute("aria-activedescendant", `grid-${grid.active}`);
}

function newRow() {
  const cells = grid.columns.map((one, i) => el("div", { role: "gridcell", "aria-colindex": i + 1, class: one.number ? "number" : one.wide ? "text" : null, dir: one.wide ? "auto" : null }));
  return { element: el("div", { role: "row", class: "gridrow" }, ...cells), cells };
}

function fillRow({ element, cells }, at, top) {
  const k = grid.view[at];
  element.id = `grid-${at}`;
  element.style.top = `${top}px`;
  element.dataset.at = at;
  element.setAttribute("aria-rowindex", at + 2);
  element.setAttribute("aria-selected", String(at === grid.active));
  const shows = `${k} ${grid.edition}`;
  if (element.dataset.shows === shows) return;
  element.dataset.shows = shows;
  element.dataset.k = k;
  element.classList.toggle("flagged", flaggedOf(k));
  cells.forEach((cell, i) => { if (!grid.columns[i].wide) cell.textContent = grid.columns[i].text(k); if (grid.columns[i].middle) cell.title = cell.textContent; });
  const wide = cells.slice(-2);
  for (const cell of wide) cell.textContent = "…";
  textOfRow(k).then(({ references, hypothesis }) => {
    if (element.dataset.shows !== shows) return;
    wide[0].textContent = isInserted(k) ? "" : references[0].slice(0, MOST_IN_CELL);
    wide[1].textContent = hypothesis.slice(0, MOST_IN_CELL) || "(omitted)";
  });
}

/** Whether the first click on a column sorts downwards: what is worst comes first. */
function startsDescending({ column, number }) {
  if (column === data.columns.severity) return true;
  return Boolean(number) && column.up === false;
}

/** The column A − B says what it holds now; a view sorted by it is sorted again. */
function gridDeltaChanged(told) {
  const head = grid.head?.querySelector('[data-name="delta"] button');
  if (!head) return;
  head.dataset.told = told;
  grid.edition++;
  if (grid.sort?.column === grid.delta) sortBy(grid.sort, startsDescending(grid.sort)); else drawRows(true);
}

function sortBy(column, descending) {
  grid.descending = descending ?? (grid.sort === column ? !grid.descending : startsDescending(column));
  grid.sort = column;
  const start = performance.now();
  grid.order = sorted(readingOrder(), column.column, grid.descending);
  grid.columns.forEach((one, i) => grid.head.children[i].setAttribute("aria-sort", one === column ? (grid.descending ? "descending" : "ascending") : "none"));
  applyFilter();
  document.documentElement.dataset.sortMs = (performance.now() - start).toFixed(1);
}

/** Shows the rows that pass; from the top, unless the view only grew by more search results. */
function applyFilter(keep = false) {
  const start = performance.now();
  grid.view = filtered(grid.order, grid.filter);
  if (!keep) { grid.active = 0; $("grid").scrollTop = 0; }
  $("grid").setAttribute("aria-rowcount", grid.view.length + 1);
  stretchGrid();
  drawRows(true);
  document.documentElement.dataset.filterMs = (performance.now() - start).toFixed(1);
  say(`${grid.view.length.toLocaleString("en")} of ${data.rows.toLocaleString("en")} rows`);
}

function gridKey(event) {
  if (event.target.closest("button")) return;
  const page = sight().fit, last = grid.view.length - 1;
  const to = { ArrowDown: grid.active + 1, ArrowUp: grid.active - 1, PageDown: grid.active + page, PageUp: grid.active - page, Home: 0, End: last }[event.key];
  if (event.key === "Enter" && last >= 0) gridOpen(grid.view[grid.active]);
  else if (to !== undefined && last >= 0) gridMove(Math.max(0, Math.min(last, to)));
  else return;
  event.preventDefault();
}

function gridMove(at) {
  grid.active = at;
  const place = $("grid"), { fit, first, exact } = sight();
  if (at < first || at >= first + fit) {
    const want = Math.max(0, at < first ? at : at - fit + 1);
    if (exact) place.scrollTop = want * grid.height;
    else place.scrollTop = (want / Math.max(1, grid.view.length - fit)) * (place.scrollHeight - place.clientHeight);
  }
  drawRows(true);
}

/** Opens row k and, where it is in the view, makes it the active one; closing leads back to where it was opened `from`, the table where nothing says so. */
function gridOpen(k, options = {}) {
  if ($("detail").hidden || options.from) grid.opener = options.from ?? null;
  const at = grid.view[grid.active] === k ? grid.active : grid.view.indexOf(k);
  if (at >= 0 && at !== grid.active) gridMove(at);
  return openDetail(k, { ...options, neighbours: at < 0 ? null : [grid.view[at - 1], grid.view[at + 1]] });
}
