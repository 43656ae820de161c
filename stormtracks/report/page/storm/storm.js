// What the page knows of one storm, or of a candidate: its tracks, and how well each member found it.

const UNKNOWN = NaN;

class Storm {
  constructor(tracks, { storm, group }) {
    this.tracks = tracks;
    this.about = storm >= 0 ? tracks.storms[storm] : null;
    this.observed = -1;
    this.agreed = [];
    this.members = new Map();
    this.groups = new Set();
    for (let t = 0; t < tracks.count; t++) {
      if (storm >= 0 ? tracks.storm[t] !== storm : tracks.group[t] !== group) continue;
      const member = tracks.member[t];
      if (member === OBSERVED_TRACK) this.observed = t;
      else if (member === CONSENSUS_TRACK) { this.agreed.push(t); this.groups.add(tracks.group[t]); }
      else if (this.members.has(member)) this.members.get(member).push(t);
      else this.members.set(member, [t]);
    }
    for (const own of this.members.values()) own.sort((a, b) => tracks.begin[a] - tracks.begin[b]);
    this.agreed.sort((a, b) => tracks.begin[a] - tracks.begin[b]);
    this.cells = new Map();
    for (let i = 0; storm >= 0 && i < tracks.cell_storm.length; i++) {
      if (tracks.cell_storm[i] === storm) this.cells.set(tracks.cell_member[i], i);
    }
    this.group = group >= 0 ? tracks.groups[group] : this.groups.size ? tracks.groups[[...this.groups][0]] : null;
  }

  get name() {
    return this.about ? nameOf(this.about) : `Candidate ${this.group.id}`;
  }

  get every() {
    return [...(this.observed < 0 ? [] : [this.observed]), ...this.agreed, ...[...this.members.values()].flat()];
  }

  get span() {
    const { tracks, every } = this;
    return [Math.min(...every.map((t) => tracks.begin[t])), Math.max(...every.map((t) => tracks.end[t]))];
  }

  // A member's strength, or what the members agree on: [minutes, 1e-5 s-1].
  strength(t) {
    return this.along(t, (point) => this.tracks.strength[point] / 100);
  }

  // Wind (kt) or pressure (hPa) of an observed or a consensus track; not a number where unknown.
  further(t, name) {
    const { tracks } = this, shift = tracks.further[t] - tracks.start[t];
    return this.along(t, (point) => tracks[name][point + shift] / 10 || UNKNOWN);
  }

  along(t, value) {
    const { tracks } = this, found = [];
    for (let i = tracks.start[t]; i < tracks.start[t + 1]; i++) found.push([minutesOf(tracks, t, i), value(i)]);
    return found;
  }

  // Pieces as one line, broken between them.
  joined(own, value) {
    return own.flatMap((t, i) => (i ? [[this.tracks.begin[t], UNKNOWN], ...value(t)] : value(t)));
  }

  known(t, name) {
    return t >= 0 && this.further(t, name).some(([, value]) => Number.isFinite(value));
  }

  // Mean spread of the members' positions, km.
  get spread() {
    const { tracks } = this;
    let sum = 0, number = 0;
    for (const t of this.agreed) {
      for (let i = 0; i < tracks.size[t]; i++) { sum += tracks.spread[tracks.further[t] + i]; number++; }
    }
    return number ? sum / number : UNKNOWN;
  }
}
