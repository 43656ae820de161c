// What the page carries: base64 text of deflated arrays -> typed arrays with names. The counterpart of trackdata.py.

const TYPES = { u2: Uint16Array, i2: Int16Array, i4: Int32Array };

function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Bytes of equal weight lie together, and values are differences: that is what deflates well.
async function unpackArrays(packed) {
  const bytes = await inflate(packed.data);
  const arrays = {};
  let at = 0;
  for (const { name, type, length, delta } of packed.arrays) {
    const array = new TYPES[type](length);
    const width = array.BYTES_PER_ELEMENT;
    const raw = new Uint8Array(array.buffer);
    for (let plane = 0; plane < width; plane++) {
      for (let i = 0; i < length; i++) raw[i * width + plane] = bytes[at++];
    }
    if (delta) for (let i = 1; i < length; i++) array[i] += array[i - 1];
    arrays[name] = array;
  }
  return arrays;
}

// Tracks as the map wants them: x in degrees east and continuous along each track, also across the date line.
async function readTracks(packed) {
  const raw = await unpackArrays(packed);
  const count = raw.size.length;
  const points = raw.lat.length;
  const start = new Uint32Array(count + 1);
  for (let t = 0; t < count; t++) start[t + 1] = start[t] + raw.size[t];
  const x = new Float32Array(points);
  const y = new Float32Array(points);
  const box = new Float32Array(4 * count);
  const peak = new Uint16Array(count);
  for (let t = 0; t < count; t++) {
    let west = Infinity, east = -Infinity, south = Infinity, north = -Infinity, most = 0;
    for (let i = start[t]; i < start[t + 1]; i++) {
      const lon = raw.lon[i] / 100;
      x[i] = i === start[t] ? lon : x[i - 1] + wrap(lon - x[i - 1]);
      y[i] = raw.lat[i] / 100;
      west = Math.min(west, x[i]); east = Math.max(east, x[i]);
      south = Math.min(south, y[i]); north = Math.max(north, y[i]);
      most = Math.max(most, raw.strength[i]);
    }
    box.set([west, south, east, north], 4 * t);
    peak[t] = most;
  }
  return { ...raw, count, start, x, y, box, peak, years: packed.years, storms: packed.storms,
    yearsOf360Days: packed.years_of_360_days, unitMinutes: packed.unit_minutes, total: packed.total };
}

function wrap(degrees) {
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}

function timeOf(tracks, track, point) {
  const minutes = tracks.begin[track] + tracks.offset[point] * tracks.unitMinutes;
  if (tracks.yearsOf360Days.includes(tracks.years[tracks.year[track]])) return dateOf360Days(minutes) + " UTC";
  return new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " ") + " UTC";
}

// Twelve months of 30 days, counted from 1970: 30 February is among them.
function dateOf360Days(minutes) {
  const day = Math.floor(minutes / 1440), two = (number) => String(number).padStart(2, "0");
  const year = 1970 + Math.floor(day / 360), inYear = day - 360 * (year - 1970), rest = minutes - 1440 * day;
  return `${year}-${two(Math.floor(inYear / 30) + 1)}-${two((inYear % 30) + 1)} `
    + `${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
}

function positionOf(tracks, point) {
  const lon = wrap(tracks.x[point]), lat = tracks.y[point];
  return `${Math.abs(lat).toFixed(1)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(1)}°${lon < 0 ? "W" : "E"}`;
}

// Observed tracks carry knots, the others 1e-7 s-1.
function strengthOf(tracks, track, value) {
  if (tracks.member[track] < 0) return value ? `${value} kt` : "wind unknown";
  return `${(value / 100).toFixed(1)} × 10⁻⁵ s⁻¹`;
}

function stormOf(tracks, track) {
  const storm = tracks.storms[tracks.storm[track]];
  return storm ? `${storm.name || "unnamed"} (${storm.sid})` : "no observed storm";
}
