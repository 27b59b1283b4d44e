"use strict";
(() => {
  const PAGE = 25;
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("browser");
  const list = document.getElementById("list");
  const pages = document.getElementById("pages");
  let page = 0;
  let shown = [];
  let only = null;

  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  // An output comes as [place of the system, runs, flags, scores, reference]; runs are sign and text.
  for (const [at, segment] of data.segments.entries()) {
    segment.at = at;
    segment.outputs = segment.outputs.map(([system, runs, flags, scores, reference]) => ({ system, runs, flags, scores, reference }));
  }
  const words = (segment) => segment.words ??= fold([segment.id, segment.source, ...segment.references,
    ...segment.outputs.map((output) => output.runs.filter((run) => run[0] !== "-").map((run) => run.slice(1)).join(""))].join("\n"));
  const flagsOf = (segment) => segment.outputs.flatMap((output) => output.flags);

  function fill(name, values, texts = values) {
    for (const [at, value] of values.entries()) form[name].append(new Option(texts[at], value));
  }
  const distinct = (values) => [...new Set(values)];
  const testsets = distinct(data.segments.map((segment) => segment.testset));
  fill("testset", testsets);
  fillDocuments();
  fill("flag", ["(none)", ...distinct(data.segments.flatMap(flagsOf)).sort()]);
  fill("metric", data.metrics.map((metric, at) => String(at)), data.metrics.map((metric) => metric.name));
  fill("system", data.systems.map((system, at) => String(at)), data.systems.map((system) => `${system.key} ${system.name}`));

  // A document belongs to a test set: of another set none is offered.
  function fillDocuments() {
    const before = form.document.value;
    form.document.length = 1;
    const within = data.segments.filter((segment) => !form.testset.value || segment.testset === form.testset.value);
    fill("document", distinct(within.map((segment) => segment.document ?? "").filter(Boolean)));
    form.document.value = before;
    if (form.document.selectedIndex < 0) form.document.value = "";
  }

  const scoresOf = (segment, metric) => segment.outputs.map((output) => output.scores[metric]).filter((score) => score !== null);
  function scoreOf(segment, metric, system) {
    if (system !== "") return segment.outputs.find((output) => output.system === Number(system))?.scores[metric] ?? null;
    const scores = scoresOf(segment, metric);
    return scores.length ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null;
  }
  function disagreement(segment, metric) {
    const scores = scoresOf(segment, metric);
    return scores.length > 1 ? Math.max(...scores) - Math.min(...scores) : null;
  }

  function select() {
    const wanted = fold(form.text.value.trim());
    const metric = Number(form.metric.value || 0);
    shown = data.segments.filter((segment) => only
      ? segment.testset === only.testset && segment.id === only.id
      : (!form.testset.value || segment.testset === form.testset.value)
        && (!form.document.value || segment.document === form.document.value)
        && (!form.flag.value || (form.flag.value === "(none)" ? !flagsOf(segment).length : flagsOf(segment).includes(form.flag.value)))
        && (!wanted || words(segment).includes(wanted)));
    const sort = form.sort.value;
    if (sort !== "order" && data.metrics.length) {
      const byScore = sort === "worst" || sort === "best";
      const key = new Map(shown.map((segment) => [segment, byScore
        ? scoreOf(segment, metric, form.system.value) : disagreement(segment, metric)]));
      const ascending = byScore ? (sort === "worst") !== data.metrics[metric].lower : sort === "agree";
      shown.sort((one, other) => compare(key.get(one), key.get(other), ascending) || one.at - other.at);
    }
    page = 0;
    show();
  }

  // What has no value stands last either way.
  function compare(one, other, ascending) {
    if (one === null || other === null) return (one === null) - (other === null);
    const order = typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true });
    return ascending ? order : -order;
  }

  function show() {
    const metric = Number(form.metric.value || 0);
    const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
    const of = data.segments.length.toLocaleString("en");
    const found = document.getElementById("found");
    found.textContent = only ? `Only segment ${only.id} of ${only.testset}. `
      : shown.length === data.segments.length ? `${of} segments` : `${shown.length.toLocaleString("en")} of ${of} segments`;
    if (only) {
      const all = make("button", "Show all");
      all.type = "button";
      all.addEventListener("click", () => { only = null; select(); form.text.focus(); });
      found.append(all);
    }
    list.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map((segment) => view(segment, metric)));
    pages.hidden = last === 0;
    document.getElementById("place").textContent = `Page ${page + 1} of ${last + 1}`;
    for (const button of pages.querySelectorAll("button"))
      button.disabled = ["first", "previous"].includes(button.dataset.step) ? page === 0 : page === last;
  }

  function view(segment, metric) {
    const box = make("article", undefined, "segment");
    const heading = make("h3", segment.id);
    heading.append(make("span", segment.testset));
    if (segment.document) heading.append(make("span", segment.document));
    const differ = disagreement(segment, metric);
    if (differ !== null) heading.append(make("span", `disagreement ${differ.toFixed(data.metrics[metric].places)}`));
    const pairs = make("dl");
    pair(pairs, "Source", segment.source);
    for (const [at, reference] of segment.references.entries())
      pair(pairs, segment.references.length > 1 ? `Reference ${at + 1}` : "Reference", reference);
    for (const output of segment.outputs) said(pairs, output, segment.references.length);
    box.append(heading, pairs);
    return box;
  }

  function pair(pairs, name, text) {
    const value = make("dd", text);
    value.dir = "auto";
    pairs.append(make("dt", name), value);
  }

  function said(pairs, output, references) {
    const system = data.systems[output.system];
    const name = make("dt");
    const key = make("span", system.key, `key c${output.system % 8}`);
    key.setAttribute("aria-hidden", "true");
    name.append(key, system.name);
    const value = make("dd");
    const text = make("div");
    text.dir = "auto";
    if (!output.runs.some((run) => run[0] !== "-")) text.append(make("span", "(empty) ", "empty"));
    for (const run of output.runs) text.append(...differing(run[0], run.slice(1)));
    const facts = make("p", undefined, "facts");
    for (const [at, score] of output.scores.entries())
      if (score !== null) facts.append(make("span", `${data.metrics[at].name} ${score.toFixed(data.metrics[at].places)}`));
    if (references > 1) facts.append(make("span", `compared with reference ${output.reference + 1}`));
    for (const flag of output.flags) facts.append(make("span", flag, "flag"));
    value.append(text, facts);
    pairs.append(name, value);
  }

  // The space after a run stays outside its mark; missing words have one on each side, as none is in the hypothesis.
  function differing(sign, text) {
    if (sign === "=") return [text];
    const words = text.trim();
    return sign === "+" ? [make("ins", words), text.slice(text.trimEnd().length)] : [" ", make("del", words), " "];
  }

  form.text.addEventListener("input", () => { only = null; select(); });
  form.addEventListener("change", (event) => {
    if (event.target === form.text) return;
    if (event.target === form.missing) return list.classList.toggle("without-missing", !form.missing.checked);
    only = null;
    if (event.target === form.testset) fillDocuments();
    select();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    form.reset();
    only = null;
    fillDocuments();
    list.classList.remove("without-missing");
    select();
  });
  pages.addEventListener("click", (event) => {
    const step = event.target.dataset.step;
    if (!step) return;
    const last = Math.ceil(shown.length / PAGE) - 1;
    page = { first: 0, previous: page - 1, next: page + 1, last }[step];
    show();
    document.getElementById("found").scrollIntoView({ block: "start" });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-id]");
    if (!link) return;
    only = { testset: link.dataset.testset, id: link.dataset.id };
    select();
    event.preventDefault();
    const found = document.getElementById("found");
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
    found.scrollIntoView({ block: "start" });
  });

  // A row and its details are one tbody, so that they move together.
  function sortTable(heading) {
    const table = heading.closest("table");
    const at = heading.cellIndex;
    const numeric = heading.classList.contains("number");
    const before = heading.getAttribute("aria-sort");
    const ascending = before ? before === "descending" : !numeric;
    for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const key = (body) => {
      const cell = body.rows[0].cells[at];
      if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
      return numeric ? null : cell.dataset.name ?? cell.textContent.trim();
    };
    const bodies = [...table.tBodies];
    const keys = new Map(bodies.map((body) => [body, key(body)]));
    bodies.sort((one, other) => compare(keys.get(one), keys.get(other), ascending));
    table.append(...bodies);
  }
  for (const button of document.querySelectorAll("table.sortable th button"))
    button.addEventListener("click", () => sortTable(button.closest("th")));

  select();
})();
