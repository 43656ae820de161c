// The view in the page's address, such as #storm=2005236N23285&time=2005-08-28T12:00, so that it can be passed on.

class Link {
  constructor(map) {
    this.map = map;
    this.timer = 0;
    window.addEventListener("hashchange", () => { if (location.hash !== this.written) this.follow(); });
    const copy = document.getElementById("copy-link");
    copy.hidden = !navigator.clipboard;
    copy.addEventListener("click", async () => {
      this.write();
      try { await navigator.clipboard.writeText(location.href); this.say("Link copied"); } catch (error) {
        this.say("The link is in the address bar");
      }
    });
  }

  say(text) {
    const copy = document.getElementById("copy-link");
    copy.textContent = text;
    setTimeout(() => { copy.textContent = "Copy link to this view"; }, 2000);
  }

  // Some time after the last change, since browsers limit how often an address may change.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), 300);
  }

  write() {
    clearTimeout(this.timer);
    if (!this.map.tracks) return;  // what the address says is still to be followed
    const text = this.text();
    if (!text && !location.hash.includes("=")) return;
    this.written = text ? `#${text}` : "";
    if (location.hash !== this.written) history.replaceState(null, "", this.written || "#map");
  }

  text() {
    const { map } = this, { choice, clock, tracks } = map, { parts } = choice;
    const chosen = choice.chosenStorm(), fields = [];
    const add = (key, value) => fields.push(`${key}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",")}`);
    if (chosen) add("storm", chosen.storm >= 0 ? tracks.storms[chosen.storm].sid : tracks.groups[chosen.group].id);
    if (chosen) add("year", tracks.years[choice.yearOf(chosen)]);
    else if (parts.year.value) add("year", tracks.years[Number(parts.year.value)]);
    if (parts.member.value) add("member", parts.member.value);
    if (Number(parts.strength.value)) add("peak", vorticityOf(Number(parts.strength.value)));
    const layers = choice.layerNames();
    if (layers.join() !== choice.usual().join()) add("show", layers.join());
    if (clock.now !== null) add("time", clock.text().replace(" UTC", "").replace(" ", "T"));
    if (map.moved) add("at", `${map.view.lat.toFixed(2)},${map.view.lon.toFixed(2)},${map.view.scale.toFixed(2)}`);
    return fields.join("&");
  }

  // Sets the page as its address says; what is not known is passed over. False where it says nothing.
  follow() {
    if (!this.map.tracks || !location.hash.includes("=")) return false;
    const said = new URLSearchParams(location.hash.slice(1));
    const { map } = this, { choice, tracks } = map, { parts } = choice;
    const year = tracks.years.findIndex((one) => String(one) === said.get("year"));
    const storm = said.has("storm") ? choice.find(said.get("storm"), year) : "";
    parts.year.value = "";
    choice.offerStorms();
    parts.year.value = storm === "" && year >= 0 ? String(year) : "";
    choice.offerStorms();
    parts.storm.value = storm;
    const member = said.get("member") || "";
    parts.member.value = [...parts.member.options].some((option) => option.value === member) ? member : "";
    parts.strength.value = String(Math.max(0, 100 * Number(said.get("peak")) || 0));
    const show = said.has("show") ? said.get("show").split(",") : null;
    const known = show && show.some((name) => !name || KINDS.includes(name));  // "show=": none was ticked
    choice.setLayers(known ? show : choice.usual());
    map.filter(false);
    map.showShown();
    const minutes = minutesOfDate(tracks, Math.max(0, year), said.get("time"));
    map.clock.set(Number.isFinite(minutes) ? map.clock.nearest(minutes) : null);
    const at = (said.get("at") || "").split(",").map(Number);
    if (at.length === 3 && at.every(Number.isFinite) && at[2] > 0) map.lookFrom(...at);
    return true;
  }
}
