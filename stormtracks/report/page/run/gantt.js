// What each slot of a run did and does: a bar per attempt, growing where one is under way. The table below says the same.

const GANTT_STATES = ["complete", "failed", "timed out", "to be done again"];
const GANTT_MINUTES = [[10, "10 minutes"], [60, "hour"], [360, "6 hours"], [0, "all that is kept"]];

class Gantt {
  constructor(after) {
    this.section = document.createElement("div");
    this.section.id = "gantt";
    this.section.innerHTML = '<h3 id="gantt-title">Slots</h3><p id="gantt-none" class="note">No attempt has ended yet.</p>' +
      '<div class="gantt-head"><label>Last <select id="gantt-span"></select></label><ul class="gantt-legend"></ul></div>' +
      '<div class="gantt-box"><canvas id="gantt-canvas" role="img" aria-labelledby="gantt-title" aria-describedby="gantt-said"></canvas>' +
      '<div id="gantt-tip" class="tip" hidden></div></div><p id="gantt-said" class="note"></p><div id="fragment-slots"></div>';
    after.insertAdjacentElement("afterend", this.section);
    this.canvas = this.section.querySelector("canvas");
    this.tip = this.section.querySelector(".tip");
    this.span = this.section.querySelector("select");
    for (const [minutes, name] of GANTT_MINUTES) this.span.add(new Option(name, minutes, minutes === 60, minutes === 60));
    const legend = this.section.querySelector(".gantt-legend");
    for (const name of [...GANTT_STATES, "under way"]) {
      const item = legend.appendChild(document.createElement("li"));
      item.append(Object.assign(document.createElement("span"), { className: `gantt-swatch ${name.replaceAll(" ", "-")}` }), name);
    }
    this.span.addEventListener("change", () => this.draw());
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    addEventListener("resize", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    setInterval(() => { if (!document.hidden && this.working.length) this.draw(); }, 1000);
    this.chart = null;
    this.working = [];
    this.version = "";
    this.ahead = 0;
  }

  // News of every few seconds: `fetchChart` is asked for the attempts only where there are others.
  async follow(news, fetchChart) {
    this.section.hidden = !news;
    if (!news) return;
    this.working = news.working;
    this.ahead = news.now - Date.now() / 1000;
    const part = document.getElementById("fragment-slots"), open = part.querySelector("details")?.open;
    replace("fragment-slots", news.html);
    if (open && part.querySelector("details")) part.querySelector("details").open = true;
    if (String(news.version) !== this.version) {
      this.chart = await fetchChart();
      this.version = String(news.version);
    }
    this.draw();
  }

  now() { return Date.now() / 1000 + this.ahead; }

  lanes() {
    const known = new Set(this.chart ? this.chart.lanes : []);
    for (const [lane] of this.working) known.add(lane);
    return [...known].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  }

  // Bars between two times, each [lane, begin, end, state, what, message]; state 4 is under way.
  bars(from, until) {
    const place = new Map(this.lanes().map((lane, i) => [lane, i])), { chart } = this, found = [];
    for (let i = chart ? chart.lane.length - 1 : -1; i >= 0; i--) {
      const begin = chart.origin + chart.begin[i], end = begin + chart.seconds[i];
      if (end >= from) found.push([place.get(chart.lanes[chart.lane[i]]), begin, end, chart.state[i], chart.name[i], chart.error[i] || ""]);
    }
    for (const [lane, since, what] of this.working) found.push([place.get(lane), since, until, 4, what, ""]);
    return found;
  }

  frame() {
    const until = this.working.length || !this.chart || !this.chart.lane.length ? this.now() : this.latest();
    const minutes = Number(this.span.value), first = this.chart ? this.chart.origin : until;
    const earliest = Math.min(first, ...this.working.map(([, since]) => since));
    return [minutes ? Math.max(until - minutes * 60, earliest) : earliest, until];
  }

  latest() { return this.chart.origin + this.chart.begin.reduce((most, begin, i) => Math.max(most, begin + this.chart.seconds[i]), 0); }

  draw() {
    const lanes = this.lanes(), some = lanes.length > 0;
    document.getElementById("gantt-none").hidden = some;
    for (const part of this.section.querySelectorAll(".gantt-head, .gantt-box, #gantt-said")) part.hidden = !some;
    if (!some) return;
    const [from, until] = this.frame(), height = lanes.length > 60 ? 8 : lanes.length > 24 ? 12 : 18;
    const style = getComputedStyle(this.section), width = Math.max(this.section.clientWidth, 240), ratio = devicePixelRatio || 1;
    const pen = this.canvas.getContext("2d"), font = `${Math.min(12, height)}px system-ui, sans-serif`;
    pen.font = font;
    const left = Math.min(Math.max(...lanes.map((lane) => pen.measureText(lane).width)) + 10, width / 3), total = lanes.length * height + 24;
    this.canvas.width = width * ratio;
    this.canvas.height = total * ratio;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${total}px`;
    this.at = { from, until, left, width, height };
    pen.scale(ratio, ratio);
    pen.font = font;
    this.axis(pen, style, total - 24);
    pen.textBaseline = "middle";
    pen.textAlign = "left";
    pen.fillStyle = style.getPropertyValue("--quiet");
    const every = height < 10 ? 2 : 1;
    lanes.forEach((lane, i) => { if (i % every === 0) pen.fillText(lane, 0, (i + 0.5) * height, left - 8); });
    const colours = [0, 1, 2, 3, 4].map((state) => style.getPropertyValue(`--gantt-${state}`));
    this.shown = this.bars(from, until).sort((a, b) => (a[3] || 9) < (b[3] || 9) ? -1 : 1);  // what failed is found first, and drawn last
    for (let i = this.shown.length - 1; i >= 0; i--) this.bar(pen, colours, ...this.shown[i].slice(0, 4));
    const failed = this.shown.filter((bar) => bar[3] > 0 && bar[3] < 4).length;
    document.getElementById("gantt-said").textContent = `${lanes.length} slots, ${this.shown.length - this.working.length} attempts ` +
      `from ${timeOfDay(from)} to ${timeOfDay(until)}, ${failed} of them not complete; ${this.working.length} under way.`;
  }

  axis(pen, style, bottom) {
    const { from, until, left, width } = this.at, seconds = Math.max(until - from, 1);
    const steps = [1, 5, 15, 60, 300, 900, 3600, 10800, 21600, 86400, 604800];
    const step = steps.find((one) => seconds / one <= Math.max((width - left) / 90, 1)) || 604800 * Math.ceil(seconds / 604800 / 8);
    pen.strokeStyle = style.getPropertyValue("--line");
    pen.fillStyle = style.getPropertyValue("--quiet");
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (let time = Math.ceil(from / step) * step; time <= until; time += step) {
      const x = this.x(time);
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x, bottom);
      pen.stroke();
      if (x < width - 24) pen.fillText(timeOfDay(time, step), x, bottom + 6);
    }
  }

  x(time) {
    const { from, until, left, width } = this.at;
    return left + ((Math.max(time, from) - from) / Math.max(until - from, 1)) * (width - left - 2);
  }

  // What is not complete has a notch as well as a colour, and what is under way has no end.
  bar(pen, colours, lane, begin, end, state) {
    const { height } = this.at, x = this.x(begin), wide = Math.max(this.x(end) - x - 0.5, state ? 3 : 1), y = lane * height + 1, high = height - 2;
    pen.fillStyle = colours[state];
    if (state !== 4) pen.fillRect(x, y, wide, high);
    else for (let at = 0; at < wide; at += 4) pen.fillRect(x + at, y, Math.min(2.5, wide - at), high);
    if (state > 0 && state < 4) {
      pen.clearRect(x + wide / 2 - 1, y, Math.min(2, wide / 2), high / 2);
    }
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect(), x = event.clientX - box.left, lane = Math.floor((event.clientY - box.top) / this.at.height);
    const found = this.shown.find((bar) => bar[0] === lane && x >= this.x(bar[1]) - 2 && x <= this.x(bar[2]) + 2);
    this.tip.hidden = !found;
    if (!found) return;
    const [, begin, end, state, what, message] = found, name = state === 4 ? "under way" : GANTT_STATES[state];
    this.tip.textContent = `${this.lanes()[lane]}: ${what}\n${name}, ${timeOfDay(begin)} to ${state === 4 ? "now" : timeOfDay(end)}` +
      ` (${(end - begin).toFixed(1)} s)${message ? `\n${message.slice(0, 200)}` : ""}`;
    this.tip.style.left = `${Math.max(0, Math.min(x + 12, box.width - 280))}px`;
    this.tip.style.top = `${event.clientY - box.top + 14}px`;
  }
}

function timeOfDay(seconds, step = 1) {
  const text = new Date(seconds * 1000).toISOString();
  return step >= 86400 ? text.slice(5, 10) : step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}
