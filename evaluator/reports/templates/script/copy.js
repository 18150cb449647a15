// Copies of what the table shows, as CSV, Markdown or LaTeX; no cell of them runs in a spreadsheet or is markup.

const MOST_COPIED = 20000;
const FORMULA = /^'*\s*[=+\-@\t\r\n＝＋－＠]/;
const LATEX = { "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", "$": "\\$", "#": "\\#", "_": "\\_", "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}" };

const safeCell = (text) => (FORMULA.test(text) ? `'${text}` : text);
const csvCell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const latexCell = (text) => text.replace(/[\\&%$#_{}~^<>]/g, (one) => LATEX[one]);
const markdownCell = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  .replace(/[\\`*_[\]|#~$]/g, "\\$&").replaceAll("://", "&#58;//").replace(/www\./gi, (one) => one.replace(".", "&#46;"));

const table = {
  csv: (head, rows) => [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\n") + "\n",
  markdown: (head, rows) => [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n") + "\n",
  latex: (head, rows) => `\\begin{tabular}{${"l".repeat(head.length)}}\n${[head, ...rows].map((row) => `${row.join(" & ")} \\\\`).join("\n")}\n\\end{tabular}\n`,
};
const cell = { csv: safeCell, markdown: (text) => markdownCell(safeCell(text)), latex: latexCell };

/** The rows as a text in a format; `texts` adds reason, reference and hypothesis. */
async function copied(view, format, texts) {
  const plain = cell[format], head = ["system", "document", "segment", "alignment", ...data.scores.map((column) => column.name)];
  if (data.columns.severity) head.push("severity", "flagged");
  if (texts) head.push("reason", "reference", "hypothesis");
  const rows = [], read = new Map();
  if (texts) for (const k of [...view].sort((a, b) => keyOf(a) - keyOf(b))) read.set(k, await textOfRow(k)); // each block once
  for (const k of view) {
    const row = [systemOf(k), documentOf(k), String(segmentOf(k)), alignmentOf(k)].map(plain);
    for (const column of data.scores) row.push(shown(column, k));
    if (data.columns.severity) row.push(severityOf(k), severityOf(k) && String(flaggedOf(k)));
    if (texts) {
      const { reason, references, hypothesis } = read.get(k);
      row.push(...[reason, isInserted(k) ? "" : references[0], hypothesis].map(plain));
    }
    rows.push(row);
  }
  return table[format](head.map(plain), rows);
}

/** Puts a text on the clipboard, or shows it where the browser does not allow that. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "";
  } catch {
    const box = $("copied");
    box.hidden = false;
    box.value = text;
    box.focus();
    box.select();
    return ": press Ctrl+C, the browser does not let a page copy by itself";
  }
}

async function copyRows(view, format, texts, say) {
  if (view.length > MOST_COPIED) {
    say(`${view.length.toLocaleString("en")} rows are too many to copy (at most ${MOST_COPIED.toLocaleString("en")}): narrow the filter, or take segments.csv of the run folder.`);
    return;
  }
  say("copying …");
  const text = await copied(view, format, texts);
  say(`copied ${view.length.toLocaleString("en")} rows as ${format}${await toClipboard(text)}`);
}
