// Tables and figures follow the year that the map shows.

function followYear(year) {
  if (year === shownYear) return;
  shownYear = year;
  dressTables(document, true);
  followWithFigures();
}

function followWithFigures() {
  const figures = [...document.querySelectorAll("#fragment-figures figure")];
  for (const figure of figures) figure.hidden = figure.dataset.year !== undefined && shownYear !== null && figure.dataset.year !== shownYear;
  const lacking = shownYear !== null && figures.some((one) => one.dataset.year) && !figures.some((one) => one.dataset.year === shownYear);
  const note = document.getElementById("figures-note");
  note.textContent = lacking ? `This page has no pictures of ${shownYear}; the map above shows it.`
    : shownYear !== null && figures.some((one) => one.hidden) ? `Of ${shownYear}, as the map; with "all" years, those of the others too.` : "";
  note.hidden = !note.textContent;
}
