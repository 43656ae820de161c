// Draws any number of tracks without a long frame: a hidden picture, larger than the frame, is painted in slices, and
// until it is done the last one is shown, moved and scaled to where the map looks now.

// From dull to bright for every kind of eye, as viridis; its darkest part, lost on a dark sea, is left out.
const COLOURS = ["#6273b4", "#4a88b6", "#3aa0a8", "#41b88b", "#80cb5b", "#bfdc3d", "#fde725"];
const OBSERVED = "#ffffff";
const MARGIN = 0.3;
const SLICE_MS = 9;  // of the 16 of a frame
const FIRST_POINTS = 2500;  // of a picture: what a point costs is not known yet, it depends on how long its lines are
const MOST_SLICES = 250;  // of a picture: where frames are late for another reason, smaller slices would never end
const REST_MS = 120;  // so long after the last movement the picture is painted again, if it can wait

class Painter {
  constructor(canvas, coast) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.land = landPath(coast);
    this.front = this.back = this.spare = null;
    this.budget = FIRST_POINTS;  // points per slice; follows what the machine can do
    this.lastFrame = this.moved = 0;
    this.before = "";
  }

  // What was painted is out of date: other tracks, another frame. A patient restart shows it until the new picture is complete.
  restart(tracks, order, edges, patient) {
    Object.assign(this, { tracks, order, edges, patient, back: null, stale: true });
  }

  // One frame; true while there is more to do.
  frame(view, ratio, overlay, now) {
    const began = performance.now(), painting = Boolean(this.back);
    const place = `${view.lon} ${view.lat} ${view.scale}`;
    if (place !== this.before) this.moved = now;
    this.before = place;
    if (this.back) this.slice();
    else if (this.stale || (!this.fits(view) && (now - this.moved > REST_MS || !this.serves(view)))) this.begin(view, ratio);
    this.compose(view, ratio);
    if (painting) this.adapt(performance.now() - began, now - this.lastFrame);
    this.lastFrame = now;
    overlay(this.context, ratio);
    return Boolean(this.back) || !this.fits(view);
  }

  // What this slice took here, and whether a graphics card that works by itself kept up, sets the size of the next.
  adapt(took, passed) {
    const late = passed > 25 && passed < 500 ? 0.7 : 1.5;
    this.budget *= Math.min(late, Math.max(0.3, SLICE_MS / Math.max(1, took)));
    this.budget = Math.min(120000, Math.max(500, this.budget));
  }

  // Whether the picture that is shown was painted at this scale and covers the frame.
  fits(view) {
    const at = this.front && this.front.view;
    if (!at || at.scale !== view.scale || this.front.for !== this.order) return false;
    return Math.abs(wrap(at.lon - view.lon)) * view.scale <= MARGIN * view.width + 0.5
      && Math.abs(at.lat - view.lat) * view.scale <= MARGIN * view.height + 0.5
      && at.width === view.width && at.height === view.height;
  }

  // Whether the picture is good enough for a moment: not too coarse, and without bare edges.
  serves(view) {
    const at = this.front && this.front.view;
    if (!at || this.front.for !== this.order) return false;
    const factor = view.scale / at.scale, spare = (1 + 2 * MARGIN) / 2 * factor - 0.5;
    return factor > 0.6 && factor < 2 && Math.abs(wrap(at.lon - view.lon)) * view.scale <= spare * view.width
      && Math.abs(at.lat - view.lat) * view.scale <= spare * view.height;
  }

  begin(view, ratio) {
    const canvas = this.spare || document.createElement("canvas");
    const width = Math.ceil(view.width * (1 + 2 * MARGIN) * ratio), height = Math.ceil(view.height * (1 + 2 * MARGIN) * ratio);
    this.spare = null;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, MARGIN * view.width * ratio, MARGIN * view.height * ratio);
    const wide = { west: view.lonAt(-MARGIN * view.width), east: view.lonAt((1 + MARGIN) * view.width),
      north: view.latAt(-MARGIN * view.height), south: view.latAt((1 + MARGIN) * view.height) };
    this.back = { canvas, context, view: view.copy(), wide, next: 0, for: this.order };
    this.stale = false;
    this.budget = Math.min(this.budget, FIRST_POINTS);
    paintEarth(context, view, wide, this.land);
  }

  slice() {
    const { back, order, tracks } = this;
    const paths = COLOURS.map(() => new Path2D()), thick = COLOURS.map(() => new Path2D());
    const observed = new Path2D();
    const least = back.next + order.length / MOST_SLICES;
    let spent = 0;
    while (back.next < order.length && (spent < this.budget || back.next < least)) {
      const t = order[back.next++], member = tracks.member[t];
      spent += 4;
      for (const turn of turns(tracks.box, t, back.wide)) {
        spent += member === OBSERVED_TRACK ? this.trace(t, turn, null, observed)
          : this.trace(t, turn, member === CONSENSUS_TRACK ? thick : paths, null);
      }
    }
    this.stroke(paths, thick, observed);
    if (back.next < order.length) return;
    paintCoast(back.context, back.view, back.wide, this.land, 0.5);
    this.spare = this.front && this.front.canvas;
    this.front = back;
    this.back = null;
    if (this.tracks) performance.mark("map-painted");
  }

  // Adds a track to the path of each strength it has; points closer than a pixel and a half are skipped.
  trace(t, turn, paths, single) {
    const { x, y, start, strength } = this.tracks;
    const { view } = this.back, { edges } = this;
    const stop = start[t + 1];
    let i = start[t], px = view.px(x[i] + turn), py = view.py(y[i]), path = null, drawn = 0;
    for (i++; i < stop; i++) {
      const qx = view.px(x[i] + turn), qy = view.py(y[i]);
      if (i < stop - 1 && Math.abs(qx - px) + Math.abs(qy - py) < 1.5) continue;
      const next = single || paths[binOf(strength[i], edges)];
      if (next !== path) next.moveTo(px, py);
      next.lineTo(qx, qy);
      path = next; px = qx; py = qy; drawn++;
    }
    return drawn + (stop - start[t]) / 8;
  }

  stroke(paths, thick, observed) {
    const { context, view } = this.back;
    const near = Math.min(1, Math.log2(view.scale / view.whole()) / 4), many = this.order.length > 3000;
    context.lineJoin = many ? "bevel" : "round";
    context.lineWidth = 0.9 + near;
    context.globalAlpha = many ? 0.55 + 0.35 * near : 0.9;
    paths.forEach((path, bin) => { context.strokeStyle = COLOURS[bin]; context.stroke(path); });
    context.globalAlpha = 1;
    context.lineWidth = 4 + 1.5 * near;
    context.strokeStyle = SEA;
    for (const path of thick) context.stroke(path);
    context.lineWidth = 2.2 + 1.3 * near;
    thick.forEach((path, bin) => { context.strokeStyle = COLOURS[bin]; context.stroke(path); });
    context.setLineDash([6, 4]);
    context.lineWidth = 1.2 + 0.8 * near;
    context.strokeStyle = OBSERVED;
    context.stroke(observed);
    context.setLineDash([]);
  }

  compose(view, ratio) {
    const { context } = this;
    const old = this.front && this.front.for !== this.order && !this.patient;
    const picture = (old && this.back) || this.front || this.back;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    // A canvas delays its painting until it is read. Each slice is read, so that the painting does not come all at once.
    if (this.back) context.drawImage(this.back.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
    context.fillStyle = SEA;
    context.fillRect(0, 0, view.width, view.height);
    const at = picture.view, factor = view.scale / at.scale;
    const width = at.width * (1 + 2 * MARGIN) * factor, height = at.height * (1 + 2 * MARGIN) * factor;
    const top = view.py(at.lat) - height / 2;
    const centre = view.px(view.lon + wrap(at.lon - view.lon));
    context.drawImage(picture.canvas, centre - width / 2, top, width, height);
  }
}

function binOf(strength, edges) {
  let bin = 0;
  while (bin < edges.length && strength >= edges[bin]) bin++;
  return bin;
}

// The turns of 360 degrees at which a track lies within the painted part.
function turns(box, t, wide) {
  const west = box[4 * t], south = box[4 * t + 1], east = box[4 * t + 2], north = box[4 * t + 3];
  if (south > wide.north || north < wide.south) return [];
  const found = [];
  for (let k = Math.ceil((wide.west - east) / 360); k <= Math.floor((wide.east - west) / 360); k++) found.push(360 * k);
  return found;
}
