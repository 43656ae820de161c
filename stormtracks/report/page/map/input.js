// What a person does with the controls, the buttons, the wheel, the pointer and the keys -> what the map does.

function listen(map) {
  const { parts } = map.choice;
  for (const id of ["member", "strength"]) parts[id].addEventListener("input", () => map.filter(false));
  parts.year.addEventListener("input", () => {
    if (!map.head) return;
    const before = parts.storm.value;
    map.choice.offerStorms();
    map.filter(false);
    if (parts.storm.value !== before || !parts.storm.value) map.showShown();
  });
  parts.storm.addEventListener("input", () => map.showStorm(parts.storm.value));
  for (const layer of map.choice.layers) {
    layer.addEventListener("input", () => {
      map.filter(false);
      if (!map.moved) map.showShown();
    });
  }
  const click = (id, act) => document.getElementById(id).addEventListener("click", act);
  click("zoom-in", () => map.zoom(1.6));
  click("zoom-out", () => map.zoom(1 / 1.6));
  click("zoom-fit", () => map.showShown());
  click("zoom-all", () => map.showAll());
  document.addEventListener("click", (event) => {
    const { sid, candidate, of } = event.target.dataset || {};
    if (!sid && !candidate) return;
    const year = map.head ? map.head.years.findIndex((one) => String(one) === of) : -1;
    const value = map.head ? map.choice.find(sid || candidate, year) : "";
    if (value) map.showStorm(value, true);
  });
  map.canvas.addEventListener("keydown", (event) => pressKey(map, event));
  map.canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const [px, py] = map.pixel(event);
    map.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), px, py);
  }, { passive: false });
  new ResizeObserver(() => map.resize()).observe(map.canvas);
  listenToPointers(map);
}

function listenToPointers(map) {
  const down = new Map();
  let moved = 0;
  map.canvas.addEventListener("pointerdown", (event) => {
    map.canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, map.pixel(event));
    moved = 0;
  });
  map.canvas.addEventListener("pointermove", (event) => {
    const [px, py] = map.pixel(event), before = down.get(event.pointerId);
    if (!before) { map.hover(px, py); return; }
    moved += Math.abs(px - before[0]) + Math.abs(py - before[1]);
    const other = [...down].find(([id]) => id !== event.pointerId);
    if (other) map.zoom(distance([px, py], other[1]) / distance(before, other[1]), ...other[1]);
    else if (moved > 3) map.pan(px - before[0], py - before[1]);
    down.set(event.pointerId, [px, py]);
    map.canvas.classList.toggle("dragging", moved > 3);
    map.parts.tip.hidden = true;
  });
  const up = (event) => {
    const was = down.get(event.pointerId);
    down.delete(event.pointerId);
    map.canvas.classList.remove("dragging");
    if (!was || moved > 3 || event.type !== "pointerup") return;
    const point = map.pointAt(...was);
    map.press(point < 0 ? -1 : map.index.trackOf[point]);
  };
  map.canvas.addEventListener("pointerup", up);
  map.canvas.addEventListener("pointercancel", up);
  map.canvas.addEventListener("pointerleave", () => { map.hovered = -1; map.parts.tip.hidden = true; map.draw(); });
}

function pressKey(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 200 : 60;
  const acts = {
    ArrowLeft: () => map.pan(step, 0), ArrowRight: () => map.pan(-step, 0),
    ArrowUp: () => map.pan(0, step), ArrowDown: () => map.pan(0, -step),
    "+": () => map.zoom(1.6), "=": () => map.zoom(1.6), "-": () => map.zoom(1 / 1.6), 0: () => map.showAll(),
    f: () => map.showShown(), n: () => map.step(1), p: () => map.step(-1), Enter: () => map.chosen >= 0 && map.press(map.chosen),
    " ": () => map.clock.toggle(), ".": () => map.clock.step(1), ",": () => map.clock.step(-1),
    Escape: () => leave(map),
  };
  const act = acts[event.key] || acts[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  map.parts.tip.hidden = true;
  act();
  map.draw();
}

// One thing after the other is left: the chosen track, the time, the storm.
function leave(map) {
  if (map.chosen >= 0) map.choose(-1);
  else if (map.clock.now !== null) map.clock.set(null);
  else if (map.choice.chosenStorm()) map.showStorm("");
}

function distance(a, b) {
  return Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
}
