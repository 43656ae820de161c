// The panel of the storm that is chosen: what is known of it in words, curves, and a table of the members.

class Panel {
  constructor(map) {
    this.map = map;
    this.part = document.getElementById("panel");
    this.marks = [];
    document.getElementById("panel-close").addEventListener("click", () => { map.showStorm(""); map.canvas.focus(); });
    new ResizeObserver(() => { if (this.storm && this.width !== this.part.clientWidth) this.curves(); }).observe(this.part);
  }

  show(chosen) {
    this.part.hidden = !chosen;
    this.part.parentNode.classList.toggle("with-panel", Boolean(chosen));
    this.storm = chosen && new Storm(this.map.tracks, chosen);
    if (!chosen) return;
    document.getElementById("panel-title").textContent = this.storm.name;
    document.getElementById("panel-facts").replaceChildren(...this.facts().map((text) => element("p", "", text)));
    this.curves();
    this.table();
  }

  facts() {
    const { storm } = this, { tracks, about, group } = storm, said = [];
    if (storm.observed >= 0) {
      const t = storm.observed;
      said.push(`${about.sid}, observed ${timeOf(tracks, t, tracks.start[t])} to ${timeOf(tracks, t, tracks.start[t + 1] - 1)}`
        + `${about.wind_kt ? `; highest wind ${about.wind_kt.toFixed(0)} kt` : ""}.`);
    } else if (about) {
      said.push(`${about.sid}${about.wind_kt ? `; highest observed wind ${about.wind_kt.toFixed(0)} kt` : ""}.`);
    } else said.push(`No best track knows this storm.`);
    if (about) said.push(this.foundText());
    if (group && storm.agreed.length) {
      const pieces = storm.agreed.length > 1 ? `, in ${storm.agreed.length} pieces` : "";
      said.push(`Consensus: ${group.held} of ${group.of} members${pieces}; they are ${storm.spread.toFixed(0)} km from its path on average.`);
    }
    return said;
  }

  foundText() {
    const { tracks, cells } = this.storm, rows = [...cells.values()], all = this.map.choice.parts.member.options.length - 1;
    if (!rows.length) return tracks.cellsLeftOut ? "How well each member found it is not in this page: it has too many storms." : "No member found it.";
    const mean = (name) => rows.reduce((sum, i) => sum + tracks[name][i], 0) / rows.length;
    const leads = rows.map((i) => tracks.cell_lead[i]), from = signed(Math.min(...leads)), to = signed(Math.max(...leads));
    return `Found by ${rows.length} of ${all} member${all === 1 ? "" : "s"}, ${mean("cell_distance").toFixed(0)} km from the best track on average; `
      + `lead ${signed(mean("cell_lead"))} h${rows.length > 1 ? ` (${from} to ${to})` : ""}.`;
  }

  curves() {
    const { storm } = this, { tracks, observed, agreed } = storm, part = document.getElementById("curves");
    this.width = this.part.clientWidth;
    this.marks = [];
    part.replaceChildren();
    const year = tracks.year[storm.every[0]], span = storm.span, dateAt = (minutes) => dateOf(tracks, year, minutes);
    const best = (name) => (storm.known(observed, name) ? { look: "line observed", points: storm.further(observed, name) } : null);
    const vorticity = [...storm.members.values()].map((own) => ({ look: "line single", points: storm.joined(own, (t) => storm.strength(t)) }));
    if (agreed.length) vorticity.push({ look: "line agreed", points: storm.joined(agreed, (t) => storm.strength(t)) });
    const wind = best("wind");
    const add = (title, shape, legend) => this.marks.push(addChart(part, title, { ...shape, span, dateAt }, legend));
    const line = [["single", "members"], ["agreed", "consensus"]].filter(([look]) => (look === "single" ? storm.members.size : agreed.length));
    add(`Vorticity of the data (10⁻⁵ s⁻¹)${wind ? ", and observed wind (kt, right)" : ""}`,
      { left: { fromZero: true, lines: vorticity }, right: wind && { fromZero: true, lines: [wind] } },
      [...line, ...(wind ? [["observed", "IBTrACS wind"]] : [])]);
    for (const [name, title, what] of [["wind", "Wind (kt)", "IBTrACS"], ["pressure", "Pressure (hPa)", "IBTrACS"]]) {
      if (!agreed.some((t) => storm.known(t, name))) continue;
      const lines = [{ look: "line agreed", points: storm.joined(agreed, (t) => storm.further(t, name)) }, best(name)].filter(Boolean);
      add(title, { left: { fromZero: name === "wind", lines }, right: null },
        [["agreed", "consensus of the lists"], ...(lines.length > 1 ? [["observed", what]] : [])]);
    }
    this.mark(this.map.clock.now);
  }

  mark(minutes) {
    for (const mark of this.marks) mark(minutes);
  }

  table() {
    const { storm } = this, { tracks, cells } = storm;
    const rows = [...storm.members].sort(([a], [b]) => a - b).map(([member, own]) => {
      const cell = cells.get(member), of = (name) => (cell === undefined ? "-" : tracks[name][cell]);
      const last = own[own.length - 1], peak = Math.max(...own.map((t) => tracks.peak[t]));
      const at = (t, point) => timeOf(tracks, t, point).slice(5, 16);
      return tableRow([member, vorticityOf(peak), cell === undefined ? "-" : signed(tracks.cell_lead[cell]), of("cell_distance"),
        at(own[0], tracks.start[own[0]]), at(last, tracks.start[last + 1] - 1), of("cell_times"), own.length], 0);
    });
    for (const row of rows) for (const cell of row.cells) if (/^\d\d-\d\d /.test(cell.textContent)) cell.className = "";
    document.getElementById("members").replaceChildren(...rows);
    dressTables(this.part, true);
  }
}

// A chart with its title and a legend; gives what marks a time on it.
function addChart(part, title, shape, entries) {
  const figure = element("figure", "chart"), legend = element("p", "legend");
  figure.append(element("figcaption", "", title), legend);
  legend.append(...entries.map(([look, text]) => {
    const entry = element("span"), svg = draw("svg", { width: 26, height: 10, "aria-hidden": "true" });
    svg.append(draw("path", { class: `line ${look}`, d: "M0 5L26 5" }));
    entry.append(svg, text);
    return entry;
  }));
  part.append(figure);
  return chart(figure, { label: `${title}: the table of members below has the extremes`, ...shape });
}

function signed(value) {
  return `${value > 0 ? "+" : ""}${Math.round(value)}`.replace("-", "−");
}
