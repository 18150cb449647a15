// What the page carries: columns of whole numbers, and texts in blocks that are unpacked when they are read.

const $ = (id) => document.getElementById(id);

/** An element with attributes and children; texts are always texts. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** The bytes of a text in base64. */
function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const packed = atob(text), bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  return bytes;
}

/** A response with what was packed; written to the stream straight, since a Blob goes by way of another process. */
function unpacked(text) {
  const stream = new DecompressionStream("deflate"), writer = stream.writable.getWriter();
  writer.write(bytesOf(text)).catch(() => {}); // what is wrong with it is said where it is read
  writer.close().catch(() => {});
  return new Response(stream.readable);
}

/** A column: { name, values, missing, ... }; of scores the score is (value + offset) / scale. */
async function columnOf(stated, element) {
  const bytes = new Uint8Array(await unpacked(element.textContent).arrayBuffer());
  element.remove();
  const width = stated.bytes, n = bytes.length / width;
  const values = new { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[stated.delta ? 4 : width](n);
  for (let plane = 0; plane < width; plane++) {
    const from = plane * n, shift = 8 * plane;
    for (let i = 0; i < n; i++) values[i] |= bytes[from + i] << shift;
  }
  if (stated.delta) for (let i = 0, at = 0; i < n; i++) values[i] = at = (at + values[i]) % stated.delta;
  return { ...stated, values };
}

const data = { columns: {}, scores: [] };

async function readColumns() {
  const { columns: stated, ...rest } = JSON.parse($("data").textContent);
  Object.assign(data, rest, { inserted: rest.alignments.map((one) => one.startsWith("0-")) });
  const elements = [...document.querySelectorAll("script.column")];
  const columns = await Promise.all(stated.map((one, i) => columnOf(one, elements[i])));
  data.scores = columns.filter((column) => column.scale);
  // a metric may be called like a column of the page's own, such as `length`: only those have names here
  for (const column of columns) if (!column.scale || column.name === "risk") data.columns[column.name] = column;
}

/** The score of row k, or null. */
function scoreOf(column, k) {
  const value = column.values[k];
  return value === column.missing ? null : (value + column.offset) / column.scale;
}

function shown(column, k, digits = column.digits) {
  const value = scoreOf(column, k);
  return value === null ? "" : value.toFixed(digits);
}

const keyOf = (k) => data.columns.key.values[k];
const segmentOf = (k) => data.columns.segment.values[keyOf(k)];
const documentOf = (k) => data.documents[data.columns.document.values[keyOf(k)]];
const segmentName = (k) => `segment ${segmentOf(k)}${data.documents.length > 1 ? ` of ${documentOf(k)}` : ""}`; // numbers begin anew in each document
const systemOf = (k) => data.systems[data.columns.system.values[k]];
const alignmentOf = (k) => data.alignments[data.columns.alignment.values[k]];
const isInserted = (k) => data.inserted[data.columns.alignment.values[k]]; // a paragraph that no reference paragraph accounts for
const severityOf = (k) => (data.columns.severity ? ["none", "minor", "major", "critical"][data.columns.severity.values[k]] ?? "" : "");
const flaggedOf = (k) => data.columns.flagged?.values[k] === 1;

/** The first row of a segment number, which `#segment-N` leads to; -1 where there is none. */
function firstOf(segment) {
  for (let k = 0; k < data.rows; k++) if (segmentOf(k) === segment && !isInserted(k)) return k;
  return -1;
}

const addressOf = (k) => (firstOf(segmentOf(k)) === k ? `segment-${segmentOf(k)}` : `row-${k}`);

function rowAt(hash) {
  const [, kind, number] = /^#(segment|row)-(\d{1,9})$/.exec(hash) ?? [];
  if (kind === "segment") return firstOf(+number);
  return kind === "row" && +number < data.rows ? +number : -1;
}

const MOST_BLOCKS = 12;
const blocks = new Map(); // the latest few, oldest first

function blockOf(key) {
  let low = 0, high = data.blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.blocks[middle] <= key) low = middle; else high = middle - 1;
  }
  return low;
}

const blockText = (block) => unpacked($(`block-${block}`).textContent).text();

function readBlock(block) {
  const known = blocks.get(block) ?? blockText(block).then(JSON.parse);
  blocks.delete(block);
  blocks.set(block, known);
  if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value);
  return known;
}

const rowFrom = ([k, hypothesis, reason = "", told = [], onReference = [], onHypothesis = []]) => ({ k, hypothesis, reason, told, onReference, onHypothesis });

/** A segment's texts: { source, references, rows: [{ k, hypothesis, reason, told, onReference, onHypothesis }] }. */
async function textsOf(key) {
  const block = blockOf(key);
  const [source, references, rows] = (await readBlock(block))[key - data.blocks[block]];
  return { source, references, rows: rows.map(rowFrom) };
}

async function textOfRow(k) {
  const texts = await textsOf(keyOf(k));
  return { ...texts, ...texts.rows.find((row) => row.k === k) };
}
