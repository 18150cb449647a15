// Orders and filters over whole-number columns: one or two passes of counting, so half a million rows take milliseconds.

/** Row numbers sorted stably by a column, undefined ones last in either direction. */
function sorted(order, column, descending) {
  const { values, missing } = column, by = column.by === "key" ? data.columns.key.values : null;
  let top = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== missing && values[i] > top) top = values[i];
  const key = (k) => {
    const value = values[by ? by[k] : k];
    return value === missing ? top + 1 : descending ? top - value : value;
  };
  let from = order;
  for (let shift = 0; shift === 0 || (shift < 32 && (top + 1) >>> shift > 0); shift += 16) from = counted(from, key, shift);
  return from;
}

function counted(order, key, shift) {
  const places = new Uint32Array(65537), to = new Uint32Array(order.length), digits = new Uint16Array(order.length);
  for (let i = 0; i < order.length; i++) places[(digits[i] = (key(order[i]) >>> shift) & 0xffff) + 1]++;
  for (let i = 1; i < places.length; i++) places[i] += places[i - 1];
  for (let i = 0; i < order.length; i++) to[places[digits[i]]++] = order[i];
  return to;
}

/** Rows in reading order: by segment, then by system. */
function readingOrder() {
  const all = new Uint32Array(data.rows);
  for (let k = 0; k < all.length; k++) all[k] = k;
  return sorted(all, data.columns.key, false);
}

/**
 * The rows of an order that pass.
 * filter: { system, document, category, severity: numbers or null; flagged: bool; ranges: [{ column, low, high }]; hits: Uint8Array or null }
 */
function filtered(order, filter) {
  const { key, system, document, severity, flagged, categories } = data.columns;
  const out = new Uint32Array(order.length);
  let n = 0;
  for (let i = 0; i < order.length; i++) {
    const k = order[i];
    if (filter.system !== null && system.values[k] !== filter.system) continue;
    if (filter.document !== null && document.values[key.values[k]] !== filter.document) continue;
    if (filter.flagged && flagged.values[k] !== 1) continue;
    if (filter.severity !== null && severity.values[k] !== filter.severity) continue;
    if (filter.category !== null && !(categories.values[k] & (1 << filter.category))) continue;
    if (filter.hits !== null && !filter.hits[k]) continue;
    if (filter.ranges.length && !filter.ranges.every((range) => within(range, k))) continue;
    out[n++] = k;
  }
  return out.subarray(0, n);
}

function within({ column, low, high }, k) {
  const value = scoreOf(column, k);
  return value !== null && (low === null || value >= low) && (high === null || value <= high);
}

/**
 * Marks the rows that hold a text, block by block; calls `found` now and then.
 * hits: Uint8Array (rows,); going: () => false to stop.
 */
async function search(words, hits, going, found) {
  const needle = words.toLowerCase(), inJson = JSON.stringify(needle).slice(1, -1);
  let last = performance.now();
  for (let block = 0; block < data.blocks.length; block++) {
    const text = await blockText(block);
    if (!going()) return;
    if (text.toLowerCase().includes(inJson)) {
      for (const [source, references, rows] of JSON.parse(text)) {
        const all = [source, ...references].some((one) => one.toLowerCase().includes(needle));
        for (const [k, hypothesis, reason = ""] of rows) hits[k] = all || hypothesis.toLowerCase().includes(needle) || reason.toLowerCase().includes(needle);
      }
    }
    if (performance.now() - last > 80) {
      found((block + 1) / data.blocks.length);
      await new Promise((resume) => setTimeout(resume));
      if (!going()) return;
      last = performance.now();
    }
  }
  found(1);
}
