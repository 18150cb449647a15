// Starts what needs a script. Without one the page still has its scores, its flagged paragraphs and its text.

async function start() {
  document.documentElement.classList.add("scripted");
  explainMarks();
  document.querySelector(".choose")?.addEventListener("click", ({ target }) => { // before the browser goes there; the others close
    const group = document.getElementById(target.closest("a")?.hash.slice(1) ?? "");
    if (group) group.open = true;
  });
  for (const pair of document.querySelectorAll(".card .pair")) {
    const [reference, hypothesis] = pair.querySelectorAll("p[dir]");
    pair.after(differenceButton(reference, hypothesis));
  }
  if (typeof DecompressionStream === "undefined") {
    say("This browser is too old to unpack the table; segments.csv has the same rows.");
    return;
  }
  await readColumns();
  buildFilter();
  grid.order = readingOrder();
  grid.view = grid.order;
  if (data.systems.length > 1 && data.scores.length) grid.delta.values = new Uint32Array(data.rows).fill(0xffffffff);
  Object.assign(grid.delta, { missing: 0xffffffff, offset: 0, scale: 1, digits: 0, up: true });
  buildGrid();
  measureGrid();
  applyFilter();
  $("detail").addEventListener("keydown", (event) => { if (event.key === "Escape" && $("tip").hidden) { event.preventDefault(); closeDetail(); } });
  hintWide();
  document.documentElement.dataset.ready = performance.now().toFixed(0);
  const open = () => { if (!document.getElementById(location.hash.slice(1)) && rowAt(location.hash) >= 0) gridOpen(rowAt(location.hash)); };
  addEventListener("hashchange", open);
  open();
  buildVersus();
}

/** Marks tables that are wider than their place: small screens say that they go on. */
function hintWide() {
  const look = new ResizeObserver((all) => { for (const { target } of all) target.classList.toggle("wider", target.scrollWidth > target.clientWidth + 2); });
  for (const place of document.querySelectorAll(".scroll, #grid")) look.observe(place);
}

start().catch((error) => say(`The table could not be shown: ${error.message}`));
