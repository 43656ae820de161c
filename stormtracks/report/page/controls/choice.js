// What is shown: the year, the storm, the member, the least strength, and which kinds of tracks.

class Choice {
  constructor() {
    const find = (id) => document.getElementById(id);
    this.parts = Object.fromEntries(["year", "member", "storm", "strength", "strength-shown"].map((id) => [id, find(id)]));
    this.layers = KINDS.map((kind) => find(`show-${kind}`));
  }

  // Fills the controls from what is known before the tracks are read; what is chosen stays, where it is still there.
  offer(head, first) {
    this.head = head;
    const { parts } = this;
    options(parts.year, [["", "all"], ...head.years.map((year, i) => [String(i), String(year)])]);
    options(parts.member, [["", "all"], ...head.members.map((m) => [String(m), String(m)])]);
    parts.strength.max = String(Math.max(1, Math.ceil(head.strongest / 50) * 50));
    parts.strength.step = "50";
    this.offerStorms();
    if (first) this.setLayers(this.usual());
  }

  // The storms of the year: observed ones by name, candidates by number.
  offerStorms() {
    const { head, parts } = this, year = parts.year.value;
    const ofYear = (one) => year === "" || one.year === head.years[Number(year)];
    const prefix = (one) => (year === "" && head.years.length > 1 ? `${one.year} ` : "");
    const storms = head.storms.map((one, i) => [`s${i}`, `${prefix(one)}${one.name ? nameOf(one) : one.sid}`, one]);
    const groups = head.groups.map((one, i) => [`c${i}`, one.id, one]).filter(([, id]) => id);
    const before = parts.storm.value;
    parts.storm.replaceChildren(new Option("all", ""));
    for (const [label, entries] of [["Observed", storms], ["Candidates", groups]]) {
      const box = document.createElement("optgroup");
      box.label = label;
      box.append(...entries.filter((entry) => ofYear(entry[2])).map(([value, text]) => new Option(text, value)));
      if (box.children.length) parts.storm.append(box);
    }
    parts.storm.value = before;
    if (parts.storm.selectedIndex < 0) parts.storm.value = "";
  }

  // How many tracks of each kind there are, in the year; a kind without any cannot be chosen.
  count() {
    const { head } = this, year = this.parts.year.value;
    const counts = head.counts.filter((_, row) => year === "" || row === Number(year));
    this.layers.forEach((layer, kind) => {
      const number = counts.reduce((sum, of) => sum + of[kind], 0);
      document.getElementById(`count-${KINDS[kind]}`).textContent = number.toLocaleString("en");
      layer.disabled = !number || Boolean(this.chosenStorm());  // all of a storm's tracks are shown
    });
  }

  has(kind) {
    return this.head.counts.some((of) => of[kind] > 0);
  }

  // Observed storms and what the members agree on; where there is neither, what there is.
  usual() {
    if (this.has(KIND_CONSENSUS)) return ["observed", "consensus"];
    if (this.has(KIND_CANDIDATE)) return this.has(KIND_OBSERVED) ? ["observed", "candidates"] : ["candidates"];
    if (this.has(KIND_MEMBER)) return ["observed", "members"];
    return this.has(KIND_OBSERVED) ? ["observed", "others"] : ["others"];
  }

  setLayers(names) {
    this.layers.forEach((layer, kind) => { layer.checked = names.includes(KINDS[kind]); });
  }

  layerNames() {
    return KINDS.filter((_, kind) => this.layers[kind].checked);
  }

  // The storm that is chosen: { storm, group } with -1 for what it is not; null for none.
  chosenStorm() {
    const value = this.parts.storm.value, number = Number(value.slice(1));
    if (!value) return null;
    return value[0] === "s" ? { storm: number, group: -1 } : { storm: -1, group: number };
  }

  // The value of a storm by its identifier, or of a candidate by its name, in the year with this number if there is one.
  find(text, year) {
    const { head } = this, ofYear = (one) => year < 0 || one.year === head.years[year];
    const storm = head.storms.findIndex((one) => one.sid === text && ofYear(one));
    if (storm >= 0) return `s${storm}`;
    const group = head.groups.findIndex((one) => one.id && one.id === text && ofYear(one));
    return group >= 0 ? `c${group}` : "";
  }

  yearOf(chosen) {
    const of = chosen.storm >= 0 ? this.head.storms[chosen.storm] : this.head.groups[chosen.group];
    return this.head.years.indexOf(of.year);
  }

  // Marks the tracks that are shown; those of a chosen storm are shown whatever their kind.
  shown(tracks) {
    const { parts } = this;
    const year = parts.year.value, member = parts.member.value, least = Number(parts.strength.value);
    const chosen = this.chosenStorm(), layers = this.layers.map((layer) => layer.checked);
    const shown = new Uint8Array(tracks.count);
    for (let t = 0; t < tracks.count; t++) {
      if (year !== "" && tracks.year[t] !== Number(year)) continue;
      if (member !== "" && tracks.member[t] >= 0 && tracks.member[t] !== Number(member)) continue;
      if (chosen) {
        if (chosen.storm >= 0 ? tracks.storm[t] !== chosen.storm : tracks.group[t] !== chosen.group) continue;
      } else {
        const kind = tracks.kind[t];
        if (!layers[kind] || (kind >= KIND_CANDIDATE && tracks.peak[t] < least)) continue;
      }
      shown[t] = 1;
    }
    parts["strength-shown"].textContent = least ? `${vorticityOf(least)} × 10⁻⁵ s⁻¹` : "any";
    return shown;
  }
}

function options(select, entries) {
  const before = select.value;
  select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
  select.value = entries.some(([value]) => value === before) ? before : "";
}
