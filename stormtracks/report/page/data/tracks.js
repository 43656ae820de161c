// Tracks as the page wants them: x in degrees east and continuous along each track, also across the date line.

const OBSERVED_TRACK = -1, CONSENSUS_TRACK = -2;  // in place of a member
// What a track is to anyone who looks at the map.
const KINDS = ["observed", "consensus", "candidates", "members", "others"];
const [KIND_OBSERVED, KIND_CONSENSUS, KIND_CANDIDATE, KIND_MEMBER, KIND_OTHER] = KINDS.keys();

async function readTracks(packed) {
  const raw = await unpackArrays(packed);
  const count = raw.size.length, points = raw.lat.length;
  const tracks = { ...raw, ...geometryOf(raw), count, years: packed.years, storms: packed.storms, groups: packed.groups,
    yearsOf360Days: packed.years_of_360_days, unitMinutes: packed.unit_minutes, total: packed.total,
    cellsLeftOut: packed.cells_left_out };
  tracks.end = Float64Array.from({ length: count }, (_, t) => minutesOf(tracks, t, tracks.start[t + 1] - 1));
  // What observed and consensus tracks have besides, point by point, is in arrays of their own.
  tracks.further = new Uint32Array(count);
  for (let t = 0, at = 0; t < count; t++) if (tracks.member[t] < 0) { tracks.further[t] = at; at += tracks.size[t]; }
  tracks.stepMinutes = stepOf(tracks, points);
  tracks.groupTrack = new Int32Array(tracks.groups.length).fill(-1);
  for (let t = 0; t < count; t++) if (tracks.member[t] === CONSENSUS_TRACK) tracks.groupTrack[tracks.group[t]] = t;
  return tracks;
}

function geometryOf(raw) {
  const count = raw.size.length;
  const start = new Uint32Array(count + 1), x = new Float32Array(raw.lat.length), y = new Float32Array(raw.lat.length);
  const box = new Float32Array(4 * count), peak = new Uint16Array(count), peakAt = new Uint32Array(count);
  const offset = new Uint16Array(raw.lat.length);
  for (let t = 0; t < count; t++) {
    start[t + 1] = start[t] + raw.size[t];
    let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity, most = -1;
    for (let i = start[t]; i < start[t + 1]; i++) {
      const lon = raw.lon[i] / 100;
      if (i > start[t]) offset[i] = offset[i - 1] + raw.gap[i];
      x[i] = i === start[t] ? lon : x[i - 1] + wrap(lon - x[i - 1]);
      y[i] = raw.lat[i] / 100;
      west = Math.min(west, x[i]); east = Math.max(east, x[i]);
      south = Math.min(south, y[i]); north = Math.max(north, y[i]);
      if (raw.strength[i] > most) { most = raw.strength[i]; peakAt[t] = i; }
    }
    box.set([west, south, east, north], 4 * t);
    peak[t] = most;
  }
  return { start, offset, x, y, box, peak, peakAt };
}

// The most common time between neighbours of the members' tracks, minutes.
function stepOf(tracks) {
  const number = new Map();
  for (let t = 0, seen = 0; t < tracks.count && seen < 2000; t++) {
    if (tracks.member[t] === OBSERVED_TRACK || tracks.size[t] < 2) continue;
    seen++;
    const i = tracks.start[t], apart = (tracks.offset[i + 1] - tracks.offset[i]) * tracks.unitMinutes;
    number.set(apart, (number.get(apart) || 0) + 1);
  }
  const [best] = [...number].sort((a, b) => b[1] - a[1]);
  return best && best[0] > 0 ? best[0] : 360;
}

function minutesOf(tracks, t, point) {
  return tracks.begin[t] + tracks.offset[point] * tracks.unitMinutes;
}

// The last point of a track at or before a time; its first where there is none.
function pointBefore(tracks, t, minutes) {
  let low = tracks.start[t], high = tracks.start[t + 1] - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (minutesOf(tracks, t, middle) <= minutes) low = middle; else high = middle - 1;
  }
  return low;
}

function wrap(degrees) {
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}
