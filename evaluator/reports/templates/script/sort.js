// Orders and filters over whole-number columns: one or two passes of counting, so half a million rows take milliseconds.

/** Row numbers sorted stably by a column, undefined ones last in either direction. */
function sorted(order, column, descending) {
  const { values, missing } = column, by = column.by === "key" ? data.columns.key.values : null;
  let top = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== missing && values[i] > top) top = values[i];
  const keys = new Uint32Array(data.rows); // a table and no function: it is read once or twice for each row
  for (let k = 0; k < keys.length; k++) {
    const value = values[by ? by[k] : k];
    keys[k] = value === missing ? top + 1 : descending ? top - value : value;
  }
  let from = order;
  for (let shift = 0; shift === 0 || (shift < 32 && (top + 1) >>> shift > 0); shift += 16) from = counted(from, keys, shift);
  return from;
}

function counted(order, keys, shift) {
  const places = new Uint32Array(65537), to = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) places[((keys[order[i]] >>> shift) & 0xffff) + 1]++;
  for (let i = 1; i < places.length; i++) places[i] += places[i - 1];
  for (let i = 0; i < order.length; i++) to[places[(keys[order[i]] >>> shift) & 0xffff]++] = order[i];
  return to;
}

let asRead = null;

/** Rows in reading order: by segment, then by system; made once, never changed. */
function readingOrder() {
  if (asRead) return asRead;
  const all = new Uint32Array(data.rows);
  for (let k = 0; k < all.length; k++) all[k] = k;
  return (asRead = sorted(all, data.columns.key, false));
}

/**
 * The rows of an order that pass.
 * filter: { system, document, category, severity: numbers or null; flagged: bool; ranges: [{ column, low, high }]; hits: Uint8Array or null }
 */
function filtered(order, filter) {
  const { key, system, document, severity, flagged, categories } = data.columns;
  if (!filter.flagged && !filter.ranges.length && [filter.system, filter.document, filter.severity, filter.category, filter.hits].every((one) => one === null)) return order;
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

const PAUSES = [80, 160, 320, 640]; // milliseconds between what a search shows: at once what it finds first, later it is not held up by drawing

/**
 * Marks the rows that hold a text, block by block; calls `found` now and then.
 * hits: Uint8Array (rows,); going: () => false to stop.
 */
async function search(words, hits, going, found) {
  const needle = words.toLowerCase(), inJson = JSON.stringify(needle).slice(1, -1);
  let last = performance.now(), shows = 0;
  let next = blockText(0);
  for (let block = 0; block < data.blocks.length; block++) {
    const text = (await next).toLowerCase(); // JSON stays JSON: its escapes have small letters already
    if (!going()) return;
    if (block + 1 < data.blocks.length) next = blockText(block + 1); // unpacked while this one is looked through
    if (text.includes(inJson)) {
      for (const [source, references, rows] of JSON.parse(text)) {
        const all = source.includes(needle) || references.some((one) => one.includes(needle));
        for (const [k, hypothesis, reason = ""] of rows) hits[k] = all || hypothesis.includes(needle) || reason.includes(needle);
      }
    }
    if (performance.now() - last > PAUSES[Math.min(shows, PAUSES.length - 1)]) {
      shows++;
      found((block + 1) / data.blocks.length);
      await new Promise((resume) => setTimeout(resume));
      if (!going()) return;
      last = performance.now();
    }
  }
  found(1);
}
