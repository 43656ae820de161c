// What a person does with the filters, the buttons, the wheel, the pointer and the keys -> what the map does.

function listen(map) {
  const { parts } = map;
  for (const id of ["year", "member", "storm", "strength"]) parts[id].addEventListener("input", () => map.filter(false));
  parts.list.addEventListener("toggle", () => map.shown && map.list());
  const click = (id, act) => document.getElementById(id).addEventListener("click", act);
  click("zoom-in", () => map.zoom(1.6));
  click("zoom-out", () => map.zoom(1 / 1.6));
  click("zoom-all", () => map.showAll());
  document.addEventListener("click", (event) => {
    const sid = event.target.dataset && event.target.dataset.sid;
    if (sid) map.showStorm(sid);
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
    else map.view.pan(px - before[0], py - before[1]);
    down.set(event.pointerId, [px, py]);
    map.canvas.classList.toggle("dragging", moved > 3);
    map.parts.tip.hidden = true;
    map.draw();
  });
  const up = (event) => {
    const was = down.get(event.pointerId);
    down.delete(event.pointerId);
    map.canvas.classList.remove("dragging");
    if (!was || moved > 3 || event.type !== "pointerup") return;
    const point = map.pointAt(...was);
    map.choose(point < 0 ? -1 : map.index.trackOf[point]);
  };
  map.canvas.addEventListener("pointerup", up);
  map.canvas.addEventListener("pointercancel", up);
  map.canvas.addEventListener("pointerleave", () => { map.hovered = -1; map.parts.tip.hidden = true; map.draw(); });
}

function pressKey(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 200 : 60;
  const acts = {
    ArrowLeft: () => map.view.pan(step, 0), ArrowRight: () => map.view.pan(-step, 0),
    ArrowUp: () => map.view.pan(0, step), ArrowDown: () => map.view.pan(0, -step),
    "+": () => map.zoom(1.6), "=": () => map.zoom(1.6), "-": () => map.zoom(1 / 1.6), 0: () => map.showAll(),
    n: () => map.step(1), p: () => map.step(-1), Escape: () => map.choose(-1),
  };
  const act = acts[event.key] || acts[event.key.toLowerCase()];
  if (!act || !map.shown) return;
  event.preventDefault();
  map.parts.tip.hidden = true;
  act();
  map.draw();
}

function distance(a, b) {
  return Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
}
