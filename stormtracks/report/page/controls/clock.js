// The time that the map shows: a slider over the times at which something is there, and playback.

const TAIL_MINUTES = 48 * 60;
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

class Clock {
  constructor(changed) {
    const find = (id) => document.getElementById(id);
    this.parts = { play: find("play"), slider: find("time"), shown: find("time-shown"), all: find("time-all") };
    this.changed = changed;
    this.now = null;  // minutes since 1970; null: all times at once
    this.times = [];
    this.timer = 0;
    this.parts.play.addEventListener("click", () => this.toggle());
    this.parts.all.addEventListener("click", () => { this.set(null); this.parts.slider.focus(); });  // the button is gone then
    this.parts.slider.addEventListener("input", () => { this.pause(); this.set(this.times[Number(this.parts.slider.value)]); });
    document.addEventListener("visibilitychange", () => document.hidden && this.pause());
  }

  // The times of the tracks that are shown; gaps between seasons are left out.
  offer(tracks, order) {
    this.tracks = tracks;
    const step = tracks.stepMinutes;
    let first = Infinity, last = -Infinity;
    for (const t of order) { first = Math.min(first, tracks.begin[t]); last = Math.max(last, tracks.end[t]); }
    first = Math.floor(first / step); last = Math.floor(last / step);
    this.times = [];
    if (order.length && last - first < 2e6) {
      const change = new Int32Array(last - first + 2);
      for (const t of order) {
        change[Math.floor(tracks.begin[t] / step) - first]++;
        change[Math.floor(tracks.end[t] / step) - first + 1]--;
      }
      for (let i = 0, alive = 0; i <= last - first; i++) {
        alive += change[i];
        if (alive) this.times.push((first + i) * step);
      }
    }
    const { slider, play } = this.parts;
    slider.max = String(Math.max(0, this.times.length - 1));
    slider.disabled = play.disabled = this.times.length < 2;
    if (this.now !== null && !this.times.includes(this.now)) this.set(this.nearest(this.now), true);
    this.show();
  }

  nearest(minutes) {
    if (!this.times.length || !Number.isFinite(minutes)) return null;
    return this.times.reduce((best, time) => (Math.abs(time - minutes) < Math.abs(best - minutes) ? time : best));
  }

  set(minutes, quietly = false) {
    this.now = minutes === undefined ? null : minutes;
    if (this.now === null) this.pause();
    this.show();
    if (!quietly) this.changed();
  }

  text() {
    if (this.now === null) return "all times";
    const year = this.tracks.yearsOf360Days.length ? this.tracks.years.indexOf(this.tracks.yearsOf360Days[0]) : 0;
    return `${dateOf(this.tracks, year, this.now)} UTC`;
  }

  show() {
    const { slider, shown, all } = this.parts, at = this.now === null ? 0 : this.times.indexOf(this.now);
    slider.value = String(Math.max(0, at));
    shown.textContent = this.text();
    slider.setAttribute("aria-valuetext", this.text());
    all.hidden = this.now === null;
  }

  // So many times on, or back.
  step(number) {
    if (!this.times.length) return;
    const at = this.now === null ? (number > 0 ? -1 : this.times.length) : this.times.indexOf(this.now);
    this.set(this.times[Math.min(this.times.length - 1, Math.max(0, at + number))]);
  }

  toggle() {
    if (this.timer) this.pause(); else this.play();
  }

  // All of it takes about a quarter of a minute; with reduced motion a day at a time, once a second.
  play() {
    if (this.times.length < 2) return;
    if (this.now === this.times[this.times.length - 1]) this.now = null;
    const day = Math.max(1, Math.round(1440 / this.tracks.stepMinutes));
    const [number, delay] = STILL.matches ? [day, 1000] : [1, Math.min(250, Math.max(40, 15000 / this.times.length))];
    this.step(1);
    this.timer = setInterval(() => {
      this.step(number);
      if (this.now === this.times[this.times.length - 1]) this.pause();
    }, delay);
    this.label();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.label();
  }

  label() {
    this.parts.play.textContent = this.timer ? "❚❚ Pause" : "▶ Play";
    this.parts.play.setAttribute("aria-pressed", String(Boolean(this.timer)));
  }
}
