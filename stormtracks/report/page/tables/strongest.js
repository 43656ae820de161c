// The map in words: the strongest of the tracks on it.

const LISTED = 100;

class Strongest {
  constructor(map) {
    this.map = map;
    this.part = document.getElementById("list");
    this.part.addEventListener("toggle", () => map.shown && this.list());
  }

  list() {
    if (!this.part.open) return;
    const { map } = this, of = [...map.order].reverse().filter((t) => map.tracks.member[t] !== OBSERVED_TRACK);
    document.getElementById("rows").replaceChildren(...of.slice(0, LISTED).map((t) => this.row(t)));
    document.getElementById("rows-note").textContent = of.length > LISTED
      ? `The ${LISTED} strongest of ${of.length.toLocaleString("en")}.` : "";
    dressTables(this.part, true);
  }

  row(t) {
    const { map } = this, { tracks } = map;
    const first = tracks.start[t], last = tracks.start[t + 1] - 1;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Show";
    button.setAttribute("aria-label", `Show the track of ${timeOf(tracks, t, first)} on the map`);
    button.addEventListener("click", () => { map.choose(t); map.lookAt(t); map.canvas.focus(); });
    const who = tracks.member[t] < 0 ? "consensus" : tracks.member[t];
    const texts = [tracks.years[tracks.year[t]], who, stormOf(tracks, t), timeOf(tracks, t, first),
      timeOf(tracks, t, last), positionOf(tracks, first), positionOf(tracks, last), vorticityOf(tracks.peak[t])];
    return tableRow([...texts, button], 7);
  }
}

function tableRow(contents, firstNumber = Infinity) {
  const row = document.createElement("tr");
  row.append(...contents.map((content, i) => {
    const cell = document.createElement("td");
    cell.append(content instanceof Node ? content : String(content));
    if (i >= firstNumber && !(content instanceof Node)) cell.className = "number";
    return cell;
  }));
  return row;
}
