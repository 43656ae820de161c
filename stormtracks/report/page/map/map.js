// The map of the page: what is shown on it, where it looks, what is chosen and what the pointer is at.

class TrackMap {
  constructor(coast) {
    const find = (id) => document.getElementById(id);
    this.canvas = find("canvas");
    this.parts = Object.fromEntries(["tip", "legend", "map-view", "map-shown", "map-chosen", "map-wait"]
      .map((id) => [id, find(id)]));
    this.painter = new Painter(this.canvas, coast);
    this.view = new View(0, 0, 0.1);
    this.choice = new Choice();
    this.clock = new Clock(() => { this.draw(); this.panel.mark(this.clock.now); this.link.later(); });
    this.panel = new Panel(this);
    this.link = new Link(this);
    this.strongest = new Strongest(this);
    this.overlay = new Overlay(this);
    this.chosen = this.hovered = -1;
    this.waiting = this.moved = this.asked = false;
    this.order = [];  // until the tracks are read
    listen(this);
  }

  // What there is to choose, which is known before the tracks are read.
  offer(head) {
    const first = !this.head;
    this.head = head;
    this.choice.offer(head, first);
    if (first) this.choice.count();
  }

  // The tracks of what was offered, at the start or during a run; what is chosen and where the map looks stay.
  load(tracks) {
    const first = !this.tracks;
    this.tracks = tracks;
    this.index = new PointIndex(tracks);
    this.edges = tracks.edges;
    this.chosen = this.hovered = -1;
    showLegend(this.parts.legend, (kind) => this.choice.has(kind), this.edges);
    this.resize();
    this.parts["map-wait"].hidden = true;
    if (first && !this.asked && this.link.follow()) return;
    this.filter(!first);
    if (first && !this.moved) this.showShown();
  }

  // Shows what the controls choose, here and in the rest of the page; while the tracks are being read, what it can.
  filter(patient = false) {
    if (!this.head) return;
    this.choice.count();
    if (!this.tracks) {
      this.asked = true;
      followYear(this.yearShown());
      return;
    }
    this.shown = this.choice.shown(this.tracks);
    this.order = this.tracks.ranked.filter((t) => this.shown[t]);
    if (this.chosen >= 0 && !this.shown[this.chosen]) this.choose(-1);
    this.parts["map-shown"].textContent = this.countText();
    this.hovered = -1;
    this.clock.offer(this.tracks, this.order);
    this.painter.restart(this.tracks, this.order, this.edges, patient);
    this.panel.show(this.choice.chosenStorm());
    this.resize();
    this.strongest.list();
    followYear(this.yearShown());
    this.link.later();
    this.draw();
  }

  // The year that the page is of: the one that is chosen, or that of the storm; null for all.
  yearShown() {
    const chosen = this.choice.chosenStorm(), year = this.choice.parts.year.value;
    if (chosen) return String(this.head.years[this.choice.yearOf(chosen)]);
    return year === "" ? null : String(this.head.years[Number(year)]);
  }

  countText() {
    const number = KINDS.map(() => 0), text = (value) => value.toLocaleString("en");
    for (const t of this.order) number[this.tracks.kind[t]]++;
    const names = ["observed", "consensus", number[KIND_CANDIDATE] === 1 ? "candidate" : "candidates",
      "of members, of storms", "of members, other"];
    const said = names.map((name, kind) => number[kind] && `${text(number[kind])} ${name}`).filter(Boolean);
    const { total, counts } = this.head;
    const all = counts.reduce((sum, of) => sum + of[KIND_MEMBER] + of[KIND_OTHER], 0);
    const left = total > all ? ` This page has ${text(all)} of the members' ${text(total)} tracks: of storms, of candidates, and the`
      + " strongest others." : "";
    return `Tracks shown: ${said.join(", ") || "none"}.${left}`;
  }

  choose(t) {
    this.chosen = t;
    const part = this.parts["map-chosen"];
    part.textContent = t < 0 ? "" : this.describe(t);
    part.hidden = t < 0;
    this.draw();
  }

  describe(t) {
    const { tracks } = this;
    const first = tracks.start[t], last = tracks.start[t + 1] - 1;
    return `${tracks.years[tracks.year[t]]}, ${whoOf(tracks, t)}, ${stormOf(tracks, t)}: ${timeOf(tracks, t, first)} to `
      + `${timeOf(tracks, t, last)}, from ${positionOf(tracks, first)} to ${positionOf(tracks, last)}, `
      + `peak ${strengthOf(tracks, t, tracks.peak[t])}`;
  }

  // A click: an observed track or one that the members agree on opens its storm; others are told of.
  press(t) {
    const one = this.tracks;
    if (t < 0 || one.member[t] >= 0 || this.choice.chosenStorm()) this.choose(t);
    else this.showStorm(one.storm[t] >= 0 ? `s${one.storm[t]}` : `c${one.group[t]}`);
  }

  // A storm, by its value in the control: chosen, told of, and brought into the frame; none: the overview.
  showStorm(value, focus = false) {
    const { parts } = this.choice;
    parts.member.value = "";
    parts.strength.value = "0";
    if (value && ![...parts.storm.options].some((option) => option.value === value)) {
      parts.year.value = "";
      this.choice.offerStorms();
    }
    parts.storm.value = value;
    this.clock.set(null, true);
    this.choose(-1);
    this.filter();
    this.showShown();
    if (!focus) return;
    document.querySelector(".stage").scrollIntoView({ block: "nearest" });
    this.canvas.focus({ preventScroll: true });
  }

  lookAt(t) {
    this.moved = true;
    this.view.show(...this.tracks.box.subarray(4 * t, 4 * t + 4));
    this.draw();
  }

  lookFrom(lat, lon, scale) {
    this.moved = true;
    Object.assign(this.view, { lat, lon, scale });
    this.view.settle();
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

  // Brings the tracks that are shown into the frame; from where to where is found by the widest gap between them.
  showShown() {
    const { tracks } = this, taken = new Uint8Array(36), observed = this.order.filter((t) => tracks.kind[t] === KIND_OBSERVED);
    const usual = this.order.every((t) => tracks.kind[t] <= KIND_CONSENSUS) || this.choice.chosenStorm();
    const order = observed.length && usual ? observed : this.order;  // what a storm becomes after its best track leads far away
    let south = 90, north = -90;
    for (const t of order) {
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
    if (widest < 6 || widest === 36) this.showAll();
    this.moved = false;
    if (widest < 6 || widest === 36) return;
    const middle = east + 5 * widest - 180;
    let least = Infinity, most = -Infinity;
    for (const t of order) {
      const west = middle + wrap(tracks.box[4 * t] - middle);
      least = Math.min(least, west);
      most = Math.max(most, west + tracks.box[4 * t + 2] - tracks.box[4 * t]);
    }
    this.view.show(least, south, most, north);
    this.link.later();
    this.draw();
  }

  showAll() {
    this.moved = true;
    Object.assign(this.view, { lon: 0, lat: 0, scale: 0 });
    this.view.settle();
    this.draw();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.canvas.width === width && this.canvas.height === height && this.ratio === ratio) return;
    this.ratio = ratio;
    Object.assign(this.canvas, { width, height });
    this.view.resize(clientWidth, clientHeight);
    this.painter.restart(this.tracks, this.order, this.edges);
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame((now) => {
      this.waiting = false;
      const more = this.painter.frame(this.view, this.ratio, (context) => this.overlay.paint(context), now);
      const text = this.view.toString();
      if (this.parts["map-view"].textContent !== text) this.parts["map-view"].textContent = text;
      if (more) this.draw();
    });
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
    tip.textContent = `${timeOf(tracks, t, point)}\n${strengthOf(tracks, t, tracks.strength[point])}, `
      + `${positionOf(tracks, point)}\n${stormOf(tracks, t)}, ${whoOf(tracks, t)}`;
    const left = px + 16 + tip.offsetWidth > this.view.width ? px - 16 - tip.offsetWidth : px + 16;
    const top = Math.min(py + 12, this.view.height - tip.offsetHeight - 4);
    tip.style.left = `${Math.max(4, left)}px`; tip.style.top = `${Math.max(4, top)}px`;
  }

  zoom(factor, px, py) {
    this.moved = true;
    this.view.zoom(factor, px, py);
    this.link.later();
    this.draw();
  }

  pan(dx, dy) {
    this.moved = true;
    this.view.pan(dx, dy);
    this.link.later();
    this.draw();
  }

  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
