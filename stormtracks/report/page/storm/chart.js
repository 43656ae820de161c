// Curves in time as SVG: lines of one quantity on the left axis, and of another one on the right.

const SVG = "http://www.w3.org/2000/svg";
const CHART = { height: 190, left: 40, right: 44, top: 12, bottom: 24 };

// `left` and `right` (or null): { title, lines: [{ look, points: [[minutes, value], ...] }] }.
function chart(part, { label, left, right, span, dateAt }) {
  const width = Math.max(240, part.clientWidth), { height } = CHART;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  const x = (minutes) => CHART.left + (minutes - span[0]) / Math.max(1, span[1] - span[0]) * (width - CHART.left - CHART.right);
  dayTicks(svg, span, x, width, dateAt);
  for (const [axis, side] of [[left, "left"], [right, "right"]]) if (axis) paintAxis(svg, axis, side, x, width);
  const mark = draw("line", { class: "now", y1: CHART.top, y2: height - CHART.bottom, visibility: "hidden" });
  svg.append(mark);
  part.append(svg);
  return (minutes) => {
    const inside = minutes !== null && minutes >= span[0] && minutes <= span[1];
    mark.setAttribute("visibility", inside ? "visible" : "hidden");
    if (inside) { mark.setAttribute("x1", x(minutes)); mark.setAttribute("x2", x(minutes)); }
  };
}

function paintAxis(svg, axis, side, x, width) {
  const values = axis.lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  if (!values.length) return;
  const [low, high, step] = niceRange(axis.fromZero ? 0 : Math.min(...values), Math.max(...values));
  const bottom = CHART.height - CHART.bottom;
  const y = (value) => bottom - (value - low) / (high - low) * (bottom - CHART.top);
  const at = side === "left" ? CHART.left - 6 : width - CHART.right + 6;
  for (let value = low; value <= high + step / 2; value += step) {
    if (side === "left") svg.append(draw("line", { class: "grid", x1: CHART.left, x2: width - CHART.right, y1: y(value), y2: y(value) }));
    svg.append(draw("text", { class: `tick ${side}`, x: at, y: y(value) + 4 }, String(Math.round(value * 10) / 10)));
  }
  for (const { look, points } of axis.lines) svg.append(draw("path", { class: look, d: pathOf(points, x, y) }));
}

// A line that is broken where a value is not known.
function pathOf(points, x, y) {
  let text = "", pen = "M";
  for (const [minutes, value] of points) {
    if (!Number.isFinite(value)) { pen = "M"; continue; }
    text += `${pen}${x(minutes).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  }
  return text;
}

function dayTicks(svg, span, x, width, dateAt) {
  const days = (span[1] - span[0]) / 1440, room = (width - CHART.left - CHART.right) / 52;
  const every = [1, 2, 5, 10, 20, 50, 100].find((number) => days / number <= room) || 200;
  for (let day = Math.ceil(span[0] / 1440); day * 1440 <= span[1]; day++) {
    if (day % every) continue;
    const at = x(day * 1440);
    svg.append(draw("line", { class: "grid", x1: at, x2: at, y1: CHART.top, y2: CHART.height - CHART.bottom }));
    svg.append(draw("text", { class: "tick day", x: at, y: CHART.height - 8 }, dateAt(day * 1440).slice(5, 10)));
  }
}

// Round numbers around two values, and a round step between them.
function niceRange(low, high) {
  const rough = Math.max(high - low, 1e-6) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough);
  return [Math.floor(low / step) * step, Math.max(Math.ceil(high / step) * step, Math.floor(low / step) * step + step), step];
}

function draw(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
