// The map of the page: what is chosen, where it looks, what the pointer and the keys do.

const LISTED = 100;

class TrackMap {
  constructor(coast) {
    const find = (id) => document.getElementById(id);
    this.canvas = find("canvas");
    this.parts = Object.fromEntries(["year", "member", "storm", "strength", "strength-shown", "tip", "legend", "rows", "list",
      "map-view", "map-shown", "map-chosen", "map-wait"].map((id) => [id, find(id)]));
    this.painter = new Painter(this.canvas, coast);
    this.view = new View(0, 0, 0.1);
    this.chosen = -1;
    this.hovered = -1;
    this.waiting = false;
    listen(this);
  }

  // Other tracks, at the start or during a run; what is chosen and where the map looks stay.
  load(tracks) {
    const first = !this.tracks;
    this.tracks = tracks;
    this.index = new PointIndex(tracks);
    this.ranked = Uint32Array.from(tracks.peak.keys()).sort((a, b) => this.rank(a) - this.rank(b));
    this.edges = edgesOf(tracks);
    this.chosen = this.hovered = -1;
    this.offer();
    this.showLegend();
    this.resize();
    this.filter(!first);
    if (first) this.showShown();
    this.parts["map-wait"].hidden = true;
  }

  // Observed tracks above all others, then by strength: the last is painted on top.
  rank(t) {
    return this.tracks.peak[t] + (this.tracks.member[t] < 0 ? 1e6 : 0);
  }

  offer() {
    const { tracks, parts } = this;
    const members = [...new Set(tracks.member)].filter((m) => m >= 0).sort((a, b) => a - b);
    options(parts.year, [["", "all"], ...tracks.years.map((year, i) => [String(i), String(year)])]);
    options(parts.member, [["", "all"], ["-1", "observed only"], ...members.map((m) => [String(m), String(m)])]);
    const storms = tracks.storms.map((storm, i) => [String(i), `${storm.year} ${storm.name || "unnamed"} ${storm.sid}`]);
    options(parts.storm, [["", "all tracks"], ["any", "only observed storms"], ["none", "only other tracks"], ...storms]);
    const most = tracks.peak.reduce((top, value, t) => (tracks.member[t] < 0 ? top : Math.max(top, value)), 0);
    parts.strength.max = String(Math.max(1, Math.ceil(most / 50) * 50));
    parts.strength.step = "50";
  }

  filter(patient = false) {
    const { tracks, parts } = this;
    const year = parts.year.value, member = parts.member.value, storm = parts.storm.value;
    const least = Number(parts.strength.value);
    this.shown = new Uint8Array(tracks.count);
    let count = 0, observed = 0;
    for (let t = 0; t < tracks.count; t++) {
      const own = tracks.member[t] >= 0;
      const fits = (year === "" || tracks.year[t] === Number(year))
        && (member === "" || tracks.member[t] === Number(member) || (!own && storm !== "" && storm !== "none"))
        && (storm === "" || (storm === "any" ? tracks.storm[t] >= 0 : storm === "none" ? tracks.storm[t] < 0
          : tracks.storm[t] === Number(storm)))
        && (!own || tracks.peak[t] >= least);
      if (!fits) continue;
      this.shown[t] = 1;
      if (own) count++; else observed++;
    }
    this.order = this.ranked.filter((t) => this.shown[t]);
    if (this.chosen >= 0 && !this.shown[this.chosen]) this.choose(-1);
    parts["strength-shown"].textContent = least ? `${(least / 100).toFixed(1)} × 10⁻⁵ s⁻¹` : "any";
    parts["map-shown"].textContent = this.countText(count, observed);
    this.hovered = -1;
    this.painter.restart(tracks, this.order, this.edges, patient);
    this.list();
    this.draw();
  }

  countText(count, observed) {
    const number = (value) => value.toLocaleString("en");
    const { total, count: all } = this.tracks;
    const left = total > all ? ` The run has ${number(total)} tracks; this page has those of observed storms`
      + " and the strongest of the others." : "";
    return `${number(count)} tracks shown${observed ? ` and ${number(observed)} observed` : ""}.${left}`;
  }

  showLegend() {
    const texts = ["weaker", ...this.edges.map((edge) => `from ${(edge / 100).toFixed(0)}`)];
    const entries = texts.map((text, bin) => legendEntry(text, COLOURS[bin]));
    if (this.tracks.member.includes(-1)) entries.push(legendEntry("observed", null));
    this.parts.legend.replaceChildren("Vorticity (10⁻⁵ s⁻¹):", ...entries);
  }

  list() {
    const { parts } = this;
    if (!parts.list.open) return;
    const strongest = [...this.order].reverse().filter((t) => this.tracks.member[t] >= 0).slice(0, LISTED);
    parts.rows.replaceChildren(...strongest.map((t) => this.row(t)));
  }

  row(t) {
    const { tracks } = this;
    const first = tracks.start[t], last = tracks.start[t + 1] - 1;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Show";
    button.setAttribute("aria-label", `Show the track of ${timeOf(tracks, t, first)} on the map`);
    button.addEventListener("click", () => { this.choose(t); this.lookAt(t); this.canvas.focus(); });
    const texts = [tracks.years[tracks.year[t]], tracks.member[t], stormOf(tracks, t), timeOf(tracks, t, first),
      timeOf(tracks, t, last), positionOf(tracks, first), positionOf(tracks, last), strengthOf(tracks, t, tracks.peak[t])];
    const row = document.createElement("tr");
    row.append(...[...texts, button].map((content, i) => {
      const cell = document.createElement("td");
      cell.append(content instanceof Node ? content : String(content));
      if (i === 7) cell.className = "number";
      return cell;
    }));
    return row;
  }

  choose(t) {
    this.chosen = t;
    this.parts["map-chosen"].textContent = t < 0 ? "" : this.describe(t);
    this.draw();
  }

  describe(t) {
    const { tracks } = this;
    const first = tracks.start[t], last = tracks.start[t + 1] - 1;
    const who = tracks.member[t] < 0 ? "observed" : `member ${tracks.member[t]}`;
    return `${tracks.years[tracks.year[t]]}, ${who}, ${stormOf(tracks, t)}: ${timeOf(tracks, t, first)} to `
      + `${timeOf(tracks, t, last)}, from ${positionOf(tracks, first)} to ${positionOf(tracks, last)}, `
      + `peak ${strengthOf(tracks, t, tracks.peak[t])}`;
  }

  lookAt(t) {
    const [west, south, east, north] = this.tracks.box.subarray(4 * t, 4 * t + 4);
    this.view.show(west, south, east, north);
    this.draw();
  }

  // The next track by strength, among those that are shown and lie (in part) within the frame.
  step(direction) {
    const { view, tracks } = this;
    const wide = { west: view.lonAt(0), east: view.lonAt(view.width), north: view.latAt(0), south: view.latAt(view.height) };
    const list = [...this.order].reverse().filter((t) => turns(tracks.box, t, wide).length);
    if (!list.length) return;
    const at = list.indexOf(this.chosen);
    this.choose(list[at < 0 ? (direction > 0 ? 0 : list.length - 1) : (at + direction + list.length) % list.length]);
  }

  // A storm by its identifier: chosen in the filter and brought into the frame.
  showStorm(sid) {
    const { tracks, parts } = this;
    const storm = tracks.storms.findIndex((one) => one.sid === sid);
    if (storm < 0) return;
    parts.year.value = parts.member.value = "";
    parts.strength.value = "0";
    parts.storm.value = String(storm);
    this.filter();
    this.showShown();
    this.canvas.scrollIntoView({ block: "center" });
    this.canvas.focus({ preventScroll: true });
  }

  // Brings the tracks that are shown into the frame; from where to where is found by the widest gap between them.
  showShown() {
    const { tracks } = this, taken = new Uint8Array(36);
    let south = 90, north = -90;
    for (const t of this.order) {
      const box = tracks.box.subarray(4 * t, 4 * t + 4);
      for (let at = Math.floor(box[0] / 10); at <= Math.floor(box[2] / 10); at++) taken[((at % 36) + 36) % 36] = 1;
      south = Math.min(south, box[1]); north = Math.max(north, box[3]);
    }
    let widest = 0, east = 0;
    for (let from = 0; from < 36; from++) {
      let gap = 0;
      while (gap < 36 && !taken[(from + gap) % 36]) gap++;
      if (gap > widest) { widest = gap; east = 10 * from; }
    }
    if (widest < 6 || widest === 36) { this.showAll(); return; }
    const middle = east + 5 * widest - 180;
    let least = Infinity, most = -Infinity;
    for (const t of this.order) {
      const west = middle + wrap(tracks.box[4 * t] - middle);
      least = Math.min(least, west);
      most = Math.max(most, west + tracks.box[4 * t + 2] - tracks.box[4 * t]);
    }
    this.view.show(least, south, most, north);
    this.draw();
  }

  showAll() {
    this.view.scale = 0;
    this.view.lon = this.view.lat = 0;
    this.view.settle();
    this.draw();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = Math.round(clientWidth * this.ratio);
    this.canvas.height = Math.round(clientHeight * this.ratio);
    this.view.resize(clientWidth, clientHeight);
    if (this.tracks) this.painter.restart(this.tracks, this.order || [], this.edges);
    this.draw();
  }

  draw() {
    if (this.waiting || !this.shown) return;
    this.waiting = true;
    requestAnimationFrame((now) => {
      this.waiting = false;
      const more = this.painter.frame(this.view, this.ratio, (context) => this.overlay(context), now);
      const text = this.view.toString();
      if (this.parts["map-view"].textContent !== text) this.parts["map-view"].textContent = text;
      if (more) this.draw();
    });
  }

  // What changes with the pointer: the track under it, the one that is chosen, and the point.
  overlay(context) {
    if (this.chosen >= 0) this.outline(context, this.chosen, "#ff8a3c", 3);
    if (this.hovered < 0) return;
    const t = this.index.trackOf[this.hovered];
    if (t !== this.chosen) this.outline(context, t, "#ffffff", 2);
    const [px, py] = this.place(this.hovered);
    context.beginPath();
    context.arc(px, py, 5, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff"; context.fill();
    context.lineWidth = 2; context.strokeStyle = "#0f2233"; context.stroke();
  }

  outline(context, t, colour, width) {
    const { tracks, view } = this;
    const wide = { west: view.lonAt(0), east: view.lonAt(view.width), north: 90, south: -90 };
    context.beginPath();
    for (const turn of turns(tracks.box, t, wide)) {
      for (let i = tracks.start[t]; i < tracks.start[t + 1]; i++) {
        context[i === tracks.start[t] ? "moveTo" : "lineTo"](view.px(tracks.x[i] + turn), view.py(tracks.y[i]));
      }
    }
    context.lineJoin = "round";
    context.lineWidth = width + 3; context.strokeStyle = "#0f2233"; context.stroke();
    context.lineWidth = width; context.strokeStyle = colour; context.stroke();
  }

  place(point) {
    const { tracks, view } = this;
    return [view.px(view.lon + wrap(tracks.x[point] - view.lon)), view.py(tracks.y[point])];
  }

  pointAt(px, py) {
    if (!this.shown) return -1;
    return this.index.find(this.view.lonAt(px), this.view.latAt(py), 10 / this.view.scale, this.shown);
  }

  hover(px, py) {
    const point = this.pointAt(px, py);
    const { tip } = this.parts;
    if (point !== this.hovered) { this.hovered = point; this.draw(); }
    tip.hidden = point < 0;
    if (point < 0) return;
    const { tracks } = this, t = this.index.trackOf[point];
    const who = tracks.member[t] < 0 ? "observed" : `member ${tracks.member[t]}`;
    tip.textContent = `${timeOf(tracks, t, point)}\n${strengthOf(tracks, t, tracks.strength[point])}, `
      + `${positionOf(tracks, point)}\n${stormOf(tracks, t)}, ${who}`;
    const left = px + 16 + tip.offsetWidth > this.view.width ? px - 16 - tip.offsetWidth : px + 16;
    const top = Math.min(py + 12, this.view.height - tip.offsetHeight - 4);
    tip.style.left = `${Math.max(4, left)}px`; tip.style.top = `${Math.max(4, top)}px`;
  }

  zoom(factor, px, py) {
    this.view.zoom(factor, px, py);
    this.draw();
  }

  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}

function options(select, entries) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
  select.value = entries.some(([value]) => value === before) ? before : "";
}

function legendEntry(text, colour) {
  const entry = document.createElement("span"), swatch = document.createElement("span");
  swatch.className = colour ? "swatch" : "swatch observed";
  if (colour) swatch.style.background = colour;
  entry.append(swatch, text);
  return entry;
}

// Where one colour ends and the next begins: round values between the usual and the strongest vorticity.
function edgesOf(tracks) {
  const values = [];
  for (let t = 0; t < tracks.count; t++) if (tracks.member[t] >= 0) values.push(tracks.peak[t]);
  if (!values.length) return [300, 600, 900, 1200, 1500, 1800];
  values.sort((a, b) => a - b);
  const top = values[Math.floor(0.98 * (values.length - 1))];
  const step = [50, 100, 200, 300, 400, 500, 1000, 2000, 5000].find((value) => 6.5 * value >= top) || 8000;
  return [1, 2, 3, 4, 5, 6].map((i) => i * step);
}
