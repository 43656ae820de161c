// Where the map looks: a plate carrée that wraps around, so that a track across the date line is one line.

class View {
  constructor(lon = 0, lat = 0, scale = 1) {
    this.lon = lon; this.lat = lat; this.scale = scale;  // scale: pixels per degree
    this.width = this.height = 1;
  }

  copy() {
    return Object.assign(new View(), this);
  }

  resize(width, height) {
    const whole = this.whole();
    const all = this.scale <= whole * 1.001;
    this.width = width; this.height = height;
    if (all) this.scale = this.whole();
    this.settle();
  }

  // The scale at which all latitudes or all longitudes fit, whichever fills the frame.
  whole() {
    return Math.max(this.height / 180, this.width / 360);
  }

  settle() {
    this.scale = Math.min(400, Math.max(this.whole(), this.scale));
    const half = this.height / 2 / this.scale;
    this.lat = half >= 90 ? 0 : Math.min(90 - half, Math.max(half - 90, this.lat));
    this.lon = wrap(this.lon);
  }

  pan(dx, dy) {
    this.lon -= dx / this.scale;
    this.lat += dy / this.scale;
    this.settle();
  }

  // Zoom so that what is under a pixel stays there.
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const lon = this.lonAt(px), lat = this.latAt(py);
    this.scale *= factor;
    this.settle();
    this.lon = lon - (px - this.width / 2) / this.scale;
    this.lat = lat + (py - this.height / 2) / this.scale;
    this.settle();
  }

  show(west, south, east, north) {
    this.scale = 0.8 * Math.min(this.width / Math.max(east - west, 4), this.height / Math.max(north - south, 4));
    this.lon = (west + east) / 2;
    this.lat = (south + north) / 2;
    this.settle();
  }

  lonAt(px) { return this.lon + (px - this.width / 2) / this.scale; }
  latAt(py) { return this.lat - (py - this.height / 2) / this.scale; }
  px(lon) { return (lon - this.lon) * this.scale + this.width / 2; }
  py(lat) { return (this.lat - lat) * this.scale + this.height / 2; }

  toString() {
    const ns = this.lat < 0 ? "S" : "N", ew = this.lon < 0 ? "W" : "E";
    const centre = `${Math.abs(this.lat).toFixed(1)}°${ns} ${Math.abs(this.lon).toFixed(1)}°${ew}`;
    return `Centre ${centre}, zoom ${(this.scale / this.whole()).toFixed(1)}×`;
  }
}
