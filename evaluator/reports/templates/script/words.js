// Texts with marks, and the difference of two texts word by word.

const SEVERITIES = ["", "minor", "major", "critical"];
const MOST_CELLS = 4e6;

/** A text with its marks: [start, end, severity, what they say]. */
function marked(text, spans) {
  const out = [];
  let at = 0;
  for (const [start, end, severity, told] of spans) {
    if (start > at) out.push(text.slice(at, start));
    out.push(el("mark", { class: SEVERITIES[severity], tabindex: "0", "data-told": told }, text.slice(start, end)));
    at = end;
  }
  if (at < text.length) out.push(text.slice(at));
  return out;
}

const WORDS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]|[\p{L}\p{M}\p{N}]+|\s+|[^]/gu;

/** Both texts as [nodes of the reference, nodes of the hypothesis] with what differs in del and ins; null where they are too long. */
function difference(reference, hypothesis) {
  const a = reference.match(WORDS) ?? [], b = hypothesis.match(WORDS) ?? [];
  let start = 0, end = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const n = a.length - start - end, m = b.length - start - end;
  if (n * m > MOST_CELLS) return null;
  const keptA = new Uint8Array(a.length).fill(1), keptB = new Uint8Array(b.length).fill(1);
  keptA.fill(0, start, start + n);
  keptB.fill(0, start, start + m);
  const lengths = new Uint16Array((n + 1) * (m + 1)), width = m + 1;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      lengths[i * width + j] = a[start + i] === b[start + j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  for (let i = 0, j = 0; i < n && j < m;) {
    if (a[start + i] === b[start + j]) keptA[start + i++] = keptB[start + j++] = 1;
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return [runs(a, keptA, "del"), runs(b, keptB, "ins")];
}

function runs(words, kept, tag) {
  const out = [];
  for (let i = 0; i < words.length;) {
    let j = i;
    while (j < words.length && kept[j] === kept[i]) j++;
    const text = words.slice(i, j).join("");
    out.push(kept[i] ? text : el(tag, {}, text));
    i = j;
  }
  return out;
}

/** The text of a paragraph of the page; what stands in an empty one's place is none. */
const textOf = (paragraph) => (paragraph.querySelector(".quiet") ? "" : paragraph.textContent);

/** A button that shows two paragraphs' difference in their place, and what was there again; `texts`: of both, whole; `against`: the reference is in sight only meanwhile. */
function differenceButton(reference, hypothesis, texts = [textOf(reference), textOf(hypothesis)], against = false) {
  let before = [];
  const button = el("button", { type: "button", class: "small", "aria-pressed": "false" }, "word diff");
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    if (on) before = [[...reference.childNodes], [...hypothesis.childNodes]];
    const nodes = on ? difference(...texts) : before;
    if (!nodes) {
      button.replaceWith(el("span", { class: "quiet" }, "too long for a word diff"));
      return;
    }
    button.setAttribute("aria-pressed", String(on));
    if (against) reference.hidden = !on;
    reference.replaceChildren(...nodes[0]);
    hypothesis.replaceChildren(...nodes[1]);
  });
  return button;
}

/** What a mark or a term says, beside it, while it is pointed at, tapped or has the focus. */
function explainMarks() {
  const tip = document.body.appendChild(el("div", { id: "tip", role: "tooltip", hidden: true }));
  const explained = (target) => target.closest?.("mark[title], .term[title], [data-told]");
  const hide = () => {
    tip.hidden = true;
    document.querySelector("[aria-describedby=tip]")?.removeAttribute("aria-describedby"); // the tip will say something else
  };
  const show = (mark) => {
    hide();
    if (mark.title) {
      mark.dataset.told = mark.title;
      mark.removeAttribute("title");
    }
    tip.replaceChildren(...mark.dataset.told.split("; ").map((line) => el("p", {}, line)));
    tip.hidden = false;
    mark.setAttribute("aria-describedby", "tip");
    const box = mark.getClientRects()[0], own = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - own.width - 8));
    const below = box.bottom + 6 + own.height < innerHeight || box.top < own.height + 12;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(below ? box.bottom + 6 : box.top - own.height - 6) + scrollY}px`;
  };
  for (const event of ["pointerover", "focusin", "click"]) { // a tap is a click; not every touch screen moves the focus to what is tapped
    document.addEventListener(event, ({ target }) => {
      const mark = explained(target);
      if (mark) show(mark); else if (event === "click") hide();
    });
  }
  for (const event of ["pointerout", "focusout"]) {
    document.addEventListener(event, (leaving) => { if (leaving.pointerType !== "touch" && explained(leaving.target)) hide(); });
  }
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
}
