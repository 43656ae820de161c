// Every table of the page: how many rows it has, a filter, sorting by its headings, and its rows as a CSV file.

const LONG = 12;  // rows from which on a table has a filter
const SORTED = new Map();  // by the table's name, so that a table that is renewed stays as it was
let shownYear = null;

function dressTables(part = document, again = false) {
  for (const sheet of part.querySelectorAll(".sheet")) {
    if (!sheet.bar) dress(sheet); else if (again) arrange(sheet);
  }
}

function dress(sheet) {
  sheet.bar = element("div", "bar");
  sheet.count = element("span", "count");
  sheet.count.setAttribute("role", "status");
  sheet.hint = element("span", "hint", "scroll sideways →");
  sheet.hint.hidden = true;
  sheet.needle = "";
  const save = element("button", "", "Save as CSV");
  save.type = "button";
  save.setAttribute("aria-label", `Save as CSV: ${sheet.dataset.label}`);
  save.addEventListener("click", () => saveCsv(sheet));
  sheet.bar.append(sheet.count, sheet.hint);
  if (rowsOf(sheet).length > LONG) sheet.bar.append(searchOf(sheet));
  sheet.bar.append(save);
  sheet.prepend(sheet.bar);
  sheet.querySelectorAll("thead th").forEach((heading, column) => sortable(sheet, heading, column));
  const scroll = sheet.querySelector(".scroll");
  const watch = new ResizeObserver(() => { sheet.hint.hidden = scroll.scrollWidth <= scroll.clientWidth + 2; });
  watch.observe(scroll);
  watch.observe(scroll.firstElementChild);
  rowsOf(sheet).forEach((row, at) => { row.at = at; });
  arrange(sheet);
}

function searchOf(sheet) {
  const label = element("label", "search", "Filter "), input = element("input");
  input.type = "search";
  input.setAttribute("aria-label", `Filter the rows of: ${sheet.dataset.label}`);
  input.addEventListener("input", () => { sheet.needle = input.value.toLowerCase(); arrange(sheet); });
  label.append(input);
  return label;
}

function sortable(sheet, heading, column) {
  const text = heading.textContent;
  if (!text || /^map$/i.test(text)) return;
  const button = element("button", "sort", text);
  button.type = "button";
  button.addEventListener("click", () => {
    const { column: before, up } = SORTED.get(sheet.dataset.label) || {};
    SORTED.set(sheet.dataset.label, { column, up: before === column ? !up : true });
    arrange(sheet);
  });
  heading.replaceChildren(button);
}

function rowsOf(sheet) {
  return [...sheet.querySelectorAll("tbody tr")];
}

// Sorts the rows, hides those that the filter or the year leave out, and says how many there are.
function arrange(sheet) {
  const rows = rowsOf(sheet), sorted = SORTED.get(sheet.dataset.label);
  rows.forEach((row, at) => { if (row.at === undefined) row.at = at; });
  if (sorted) {
    const keys = new Map(rows.map((row) => [row, keyOf(row.cells[sorted.column].textContent)]));
    rows.sort((a, b) => compare(keys.get(a), keys.get(b), sorted.up) || a.at - b.at);
    rows[0] && rows[0].parentNode.append(...rows);
  }
  sheet.querySelectorAll("thead th").forEach((heading, column) => {
    if (sorted && sorted.column === column) heading.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
    else heading.removeAttribute("aria-sort");
  });
  for (const row of rows) row.hidden = !fits(sheet, row);
  const left = rows.filter((row) => !row.hidden).length, text = (number) => number.toLocaleString("en");
  const why = rows.some((row) => row.dataset.year && shownYear !== null && row.dataset.year !== shownYear) ? ` (of ${shownYear})` : "";
  sheet.count.textContent = left === rows.length ? `${text(left)} row${left === 1 ? "" : "s"}`
    : `${text(left)} of ${text(rows.length)} rows${why}`;
}

function fits(sheet, row) {
  if (row.dataset.year && shownYear !== null && row.dataset.year !== shownYear) return false;
  return !sheet.needle || row.textContent.toLowerCase().includes(sheet.needle);
}

// A number where the cell begins with one that is not a date, else its text; null for what is not known.
function keyOf(text) {
  if (text === "-" || text === "") return null;
  const found = /^[-+−]?[\d,]*\.?\d+/.exec(text.trim());
  if (!found || /^\d+-\d|^\d+[NS]\d|^\d{7}/.test(text) || /[NSEW]\b/.test(text)) return text;
  return Number(found[0].replaceAll(",", "").replace("−", "-"));
}

function compare(a, b, up) {
  if (a === null || b === null) return (a === null) - (b === null);  // what is not known comes last both ways
  const first = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  return up ? first : -first;
}

// All rows that the year and the filter leave, without the buttons.
function saveCsv(sheet) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([csvOf(sheet)], { type: "text/csv" }));
  link.download = `${sheet.dataset.label.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "") || "table"}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function csvOf(sheet) {
  const heads = [...sheet.querySelectorAll("thead th")];
  const kept = heads.map((head, i) => i).filter((i) => !/^map$/i.test(heads[i].textContent));
  const lines = [heads, ...rowsOf(sheet).filter((row) => !row.hidden).map((row) => [...row.cells])];
  const text = (cell) => cell.abbr || cell.textContent;  // of a short heading, the long one
  return lines.map((cells) => kept.map((i) => csvCell(text(cells[i]))).join(",")).join("\r\n") + "\r\n";
}

// Text that a spreadsheet would take for a formula is kept from it by an apostrophe; numbers are not.
function csvCell(text) {
  const safe = /^[=@\t]|^[-+](?![\d.])./.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function element(name, look = "", text = "") {
  const made = document.createElement(name);
  if (look) made.className = look;
  if (text) made.textContent = text;
  return made;
}
