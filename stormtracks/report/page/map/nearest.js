// Which point is nearest to a place: all points sorted into cells of two degrees.

const CELL = 2, COLUMNS = 360 / CELL, ROWS = 180 / CELL + 1;

// The points of each cell: `members` from `first[cell]` on; and the track of each point.
function cellsOf(tracks) {
  const points = tracks.x.length, first = new Uint32Array(COLUMNS * ROWS + 1);
  const cell = new Uint16Array(points), trackOf = new Uint32Array(points), members = new Uint32Array(points);
  for (let t = 0; t < tracks.count; t++) trackOf.fill(t, tracks.start[t], tracks.start[t + 1]);
  for (let i = 0; i < points; i++) {
    cell[i] = cellOf(Math.floor((wrap(tracks.x[i]) + 180) / CELL), Math.floor((tracks.y[i] + 90) / CELL));
    first[cell[i] + 1]++;
  }
  for (let c = 0; c < COLUMNS * ROWS; c++) first[c + 1] += first[c];
  const next = first.slice();
  for (let i = 0; i < points; i++) members[next[cell[i]]++] = i;
  return { first, trackOf, members };
}

function cellOf(column, row) {
  return row * COLUMNS + ((column % COLUMNS) + COLUMNS) % COLUMNS;
}

class PointIndex {
  constructor(tracks) {
    Object.assign(this, { tracks }, tracks.cells);
  }

  // The nearest point of a track that `shown` marks, within `radius` degrees; -1 if there is none.
  find(lon, lat, radius, shown) {
    const { x, y } = this.tracks;
    let best = -1, least = radius * radius;
    const reach = Math.min(radius, 90);
    const [west, east] = [Math.floor((lon - reach + 180) / CELL), Math.floor((lon + reach + 180) / CELL)];
    const south = Math.max(0, Math.floor((lat - reach + 90) / CELL));
    const north = Math.min(ROWS - 1, Math.floor((lat + reach + 90) / CELL));
    for (let row = south; row <= north; row++) {
      for (let column = west; column <= east; column++) {
        const cell = cellOf(column, row);
        for (let k = this.first[cell]; k < this.first[cell + 1]; k++) {
          const i = this.members[k];
          if (!shown[this.trackOf[i]]) continue;
          const dx = wrap(x[i] - lon), dy = y[i] - lat, far = dx * dx + dy * dy;
          if (far < least) { least = far; best = i; }
        }
      }
    }
    return best;
  }
}
