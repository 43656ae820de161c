// Tracks as the page wants them: x in degrees east and continuous along each track, also across the date line.

const OBSERVED_TRACK = -1, CONSENSUS_TRACK = -2;  // in place of a member
// What a track is to anyone who looks at the map.
const KINDS = ["observed", "consensus", "candidates", "members", "others"];
const [KIND_OBSERVED, KIND_CONSENSUS, KIND_CANDIDATE, KIND_MEMBER, KIND_OTHER] = KINDS.keys();

async function readTracks(packed) {
  const { lat, lon, gap, ...heads } = await unpackArrays(packed);  // the first three are not needed any more
  const count = heads.size.length;
  const tracks = { ...heads, ...geometryOf({ lat, lon, gap, ...heads }), count, years: packed.years, storms: packed.storms, groups: packed.groups,
    yearsOf360Days: packed.years_of_360_days, unitMinutes: packed.unit_minutes, total: packed.total,
    cellsLeftOut: packed.cells_left_out };
  tracks.end = Float64Array.from({ length: count }, (_, t) => minutesOf(tracks, t, tracks.start[t + 1] - 1));
  // What observed and consensus tracks have besides, point by point, is in arrays of their own.
  tracks.further = new Uint32Array(count);
  for (let t = 0, at = 0; t < count; t++) if (tracks.member[t] < 0) { tracks.further[t] = at; at += tracks.size[t]; }
  tracks.stepMinutes = stepOf(tracks);
  tracks.groupTrack = new Int32Array(tracks.groups.length).fill(-1);
  for (let t = 0; t < count; t++) if (tracks.member[t] === CONSENSUS_TRACK) tracks.groupTrack[tracks.group[t]] = t;
  return { ...tracks, ranked: rankedOf(tracks), edges: edgesOf(tracks), cells: cellsOf(tracks) };
}

// Observed tracks above all others, below them what the members agree on, then by strength: the last is on top.
function rankedOf({ member, peak, count }) {
  const step = 2 ** 21, keys = new Float64Array(count);  // a number sorts faster than an object: rank, then number
  for (let t = 0; t < count; t++) {
    keys[t] = (peak[t] + (member[t] === OBSERVED_TRACK ? 2e6 : member[t] === CONSENSUS_TRACK ? 1e6 : 0)) * step + t;
  }
  return Uint32Array.from(keys.sort(), (key) => key % step);
}

// Where one colour ends and the next begins: round values between the usual and the strongest vorticity.
function edgesOf({ member, peak }) {
  const values = peak.filter((_, t) => member[t] !== OBSERVED_TRACK).sort();
  if (!values.length) return [300, 600, 900, 1200, 1500, 1800];
  const top = values[Math.floor(0.98 * (values.length - 1))];
  const step = [50, 100, 200, 300, 400, 500, 1000, 2000, 5000].find((value) => 6.5 * value >= top) || 8000;
  return [1, 2, 3, 4, 5, 6].map((i) => i * step);
}

function geometryOf({ size, lat, lon, gap, strength }) {
  const count = size.length, points = lat.length, start = new Uint32Array(count + 1), offset = new Uint16Array(points);
  const x = new Float32Array(points), y = new Float32Array(points);
  const box = new Float32Array(4 * count), peak = new Uint16Array(count), peakAt = new Uint32Array(count);
  for (let t = 0; t < count; t++) {
    const first = start[t], stop = start[t + 1] = first + size[t];
    let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity, most = -1, mostAt = first, steps = 0;
    for (let i = first, before = lon[first] / 100; i < stop; i++) {
      const apart = lon[i] / 100 - before;
      x[i] = before + (apart < -180 || apart >= 180 ? wrap(apart) : apart);
      before = x[i];  // in single precision, as all that follows
      const high = y[i] = lat[i] / 100;
      offset[i] = steps += gap[i];
      if (before < west) west = before;
      if (before > east) east = before;
      if (high < south) south = high;
      if (high > north) north = high;
      if (strength[i] > most) { most = strength[i]; mostAt = i; }
    }
    box.set([west, south, east, north], 4 * t);
    peak[t] = most; peakAt[t] = mostAt;
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
