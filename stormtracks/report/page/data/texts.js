// Tracks, times and places as people read them.

function dateOf(tracks, year, minutes) {
  if (tracks.yearsOf360Days.includes(tracks.years[year])) return dateOf360Days(minutes);
  return new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " ");
}

function timeOf(tracks, track, point) {
  return `${dateOf(tracks, tracks.year[track], minutesOf(tracks, track, point))} UTC`;
}

// Twelve months of 30 days, counted from 1970: 30 February is among them.
function dateOf360Days(minutes) {
  const day = Math.floor(minutes / 1440), two = (number) => String(number).padStart(2, "0");
  const year = 1970 + Math.floor(day / 360), inYear = day - 360 * (year - 1970), rest = minutes - 1440 * day;
  return `${year}-${two(Math.floor(inYear / 30) + 1)}-${two((inYear % 30) + 1)} `
    + `${two(Math.floor(rest / 60))}:${two(rest % 60)}`;
}

// The counterpart of dateOf; a day alone is its first hour. NaN where the text is not a time, as of 30 February.
function minutesOfDate(tracks, year, text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d)(?::?(\d\d))?)?(?: UTC|Z)?$/.exec(text || "");
  if (!found) return NaN;
  const [y, month, day, hour, minute] = found.slice(1).map((part) => Number(part || 0));
  const own = tracks.yearsOf360Days.includes(tracks.years[year]);
  const minutes = own ? (((y - 1970) * 360 + (month - 1) * 30 + day - 1) * 24 + hour) * 60 + minute
    : Date.UTC(y, month - 1, day, hour, minute) / 60000;
  const two = (number) => String(number).padStart(2, "0");
  const same = `${found[1]}-${found[2]}-${found[3]} ${two(hour)}:${two(minute)}`;
  return Number.isFinite(minutes) && dateOf(tracks, year, minutes) === same ? minutes : NaN;
}

function positionOf(tracks, point) {
  const lon = wrap(tracks.x[point]), lat = tracks.y[point];
  return `${Math.abs(lat).toFixed(1)}°${lat < 0 ? "S" : "N"} ${Math.abs(lon).toFixed(1)}°${lon < 0 ? "W" : "E"}`;
}

// Observed tracks carry knots, the others 1e-7 s-1.
function strengthOf(tracks, track, value) {
  if (tracks.member[track] === OBSERVED_TRACK) return value ? `${value} kt` : "wind unknown";
  return `${vorticityOf(value)} × 10⁻⁵ s⁻¹`;
}

function vorticityOf(value) {
  return (value / 100).toFixed(1);
}

function nameOf(storm) {
  if (!storm.name || storm.name === "UNNAMED") return "unnamed";
  return storm.name.length > 2 ? storm.name[0] + storm.name.slice(1).toLowerCase() : storm.name;
}

function stormOf(tracks, track) {
  const storm = tracks.storms[tracks.storm[track]], group = tracks.groups[tracks.group[track]];
  if (storm) return `${storm.name || "unnamed"} (${storm.sid})`;
  return group ? `candidate ${group.id}` : "no observed storm";
}

function whoOf(tracks, track) {
  if (tracks.member[track] === OBSERVED_TRACK) return "observed";
  if (tracks.member[track] >= 0) return `member ${tracks.member[track]}`;
  const { held, of } = tracks.groups[tracks.group[track]];
  return `consensus of ${held} of ${of} members`;
}
