// What changes from frame to frame, above the painted tracks: the time, names, the chosen track, the pointer's.

const MOST_NAMED_CANDIDATES = 40;

class Overlay {
  constructor(map) {
    this.map = map;
  }

  paint(context) {
    const { map } = this;
    if (!map.shown) return;
    if (map.clock.now !== null) this.paintTime(context, map.clock.now);
    this.paintNames(context);
    if (map.chosen >= 0) this.outline(context, map.chosen, "#ff8a3c", 3);
    if (map.hovered < 0) return;
    const t = map.index.trackOf[map.hovered];
    if (t !== map.chosen) this.outline(context, t, "#ffffff", 2);
    this.dot(context, map.hovered, 5, "#ffffff");
  }

  // The whole tracks dimmed, and what is there at the time with its last two days; members' tracks of a colour at once.
  paintTime(context, now) {
    const { map } = this, { tracks, view, edges } = map, wide = this.inSight();
    const tails = COLOURS.map(() => new Path2D()), heads = COLOURS.map(() => new Path2D()), above = [];
    context.globalAlpha = 0.62;
    context.fillStyle = SEA;
    context.fillRect(0, 0, view.width, view.height);
    context.globalAlpha = 1;
    context.lineJoin = "round";
    for (const t of map.order) {
      if (tracks.begin[t] > now || tracks.end[t] < now) continue;
      const head = pointBefore(tracks, t, now), bin = binOf(tracks.strength[head], edges);
      if (tracks.member[t] < 0) { above.push([t, head, bin]); continue; }
      for (const turn of turns(tracks.box, t, wide)) this.addTail(tails[bin], heads[bin], t, head, turn, 2.5);
    }
    context.lineWidth = 1.2;
    tails.forEach((path, bin) => { context.strokeStyle = context.fillStyle = COLOURS[bin]; context.stroke(path); context.fill(heads[bin]); });
    for (const [t, head, bin] of above) {
      const observed = tracks.member[t] === OBSERVED_TRACK, tail = new Path2D(), dot = new Path2D();
      for (const turn of turns(tracks.box, t, wide)) this.addTail(tail, dot, t, head, turn, observed ? 4 : 5);
      context.strokeStyle = context.fillStyle = observed ? OBSERVED : COLOURS[bin];
      context.lineWidth = observed ? 2 : 3;
      context.stroke(tail);
      context.fill(dot);
      context.lineWidth = 2; context.strokeStyle = SEA; context.stroke(dot);
    }
  }

  addTail(tail, dot, t, head, turn, radius) {
    const { tracks, view, clock } = this.map, first = pointBefore(tracks, t, clock.now - TAIL_MINUTES);
    for (let i = first; i <= head; i++) tail[i === first ? "moveTo" : "lineTo"](view.px(tracks.x[i] + turn), view.py(tracks.y[i]));
    const px = view.px(tracks.x[head] + turn), py = view.py(tracks.y[head]);
    dot.moveTo(px + radius, py);
    dot.arc(px, py, radius, 0, 2 * Math.PI);
  }

  dot(context, point, radius, colour) {
    const [px, py] = this.map.place(point);
    context.beginPath();
    context.arc(px, py, radius, 0, 2 * Math.PI);
    context.fillStyle = colour; context.fill();
    context.lineWidth = 2; context.strokeStyle = SEA; context.stroke();
  }

  // Names of storms at their strongest point, or where they are at the time; of those that would overlap, the strongest.
  paintNames(context) {
    const { map } = this, { tracks, view } = map, now = map.clock.now, taken = [], said = new Set();
    const candidates = map.order.reduce((sum, t) => sum + (tracks.kind[t] === KIND_CANDIDATE), 0) <= MOST_NAMED_CANDIDATES;
    context.font = "600 12px system-ui, 'Segoe UI', Roboto, sans-serif";
    context.lineJoin = "round";
    context.textBaseline = "middle";
    for (let k = map.order.length - 1; k >= 0; k--) {
      const t = map.order[k], kind = tracks.kind[t];
      if (tracks.member[t] >= 0) break;  // members' tracks come before the others
      if (now !== null && (tracks.begin[t] > now || tracks.end[t] < now)) continue;
      const text = kind === KIND_CANDIDATE ? candidates && tracks.groups[tracks.group[t]].id
        : nameOf(tracks.storms[tracks.storm[t]]);
      const key = kind === KIND_CANDIDATE ? -1 - tracks.group[t] : tracks.storm[t];
      if (!text || text === "unnamed" || said.has(key)) continue;
      const [px, py] = map.place(now === null ? tracks.peakAt[t] : pointBefore(tracks, t, now));
      if (px < 0 || py < 0 || px > view.width || py > view.height) continue;
      const width = context.measureText(text).width, x = px + 9 + width > view.width ? px - 9 - width : px + 9;
      const box = [x - 3, py - 9, x + width + 3, py + 9];
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      said.add(key);
      context.lineWidth = 4; context.strokeStyle = SEA; context.strokeText(text, x, py);
      context.fillStyle = kind === KIND_CANDIDATE ? "#ffd27a" : "#ffffff"; context.fillText(text, x, py);
    }
    map.named = said.size;
  }

  outline(context, t, colour, width) {
    const { tracks, view } = this.map;
    context.beginPath();
    for (const turn of turns(tracks.box, t, this.inSight())) {
      for (let i = tracks.start[t]; i < tracks.start[t + 1]; i++) {
        context[i === tracks.start[t] ? "moveTo" : "lineTo"](view.px(tracks.x[i] + turn), view.py(tracks.y[i]));
      }
    }
    context.lineJoin = "round";
    context.lineWidth = width + 3; context.strokeStyle = SEA; context.stroke();
    context.lineWidth = width; context.strokeStyle = colour; context.stroke();
  }

  inSight() {
    const { view } = this.map;
    return { west: view.lonAt(0), east: view.lonAt(view.width), north: 90, south: -90 };
  }
}
