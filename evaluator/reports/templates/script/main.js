// Starts what needs a script. Without one the page still has its scores, its flagged paragraphs and its text.

async function start() {
  document.documentElement.classList.add("scripted");
  explainMarks();
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
  buildGrid();
  measureGrid();
  applyFilter();
  document.documentElement.dataset.ready = performance.now().toFixed(0);
  const open = () => { if (!document.getElementById(location.hash.slice(1)) && rowAt(location.hash) >= 0) gridOpen(rowAt(location.hash)); };
  addEventListener("hashchange", open);
  open();
  buildVersus();
}

start().catch((error) => say(`The table could not be shown: ${error.message}`));
