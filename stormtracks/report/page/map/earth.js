// Land, coast and the lines of the grid.

const SEA = "#0f2233", LAND = "#22384a", COAST = "#6f8799", OVER = "#eef3f7", LINES = "#1b3246";

// Rings of land -> what is filled and what is lined: the map's own edges at 180 degrees and the pole are not a coast.
function landPath({ size, lon, lat }) {
  const fill = new Path2D(), line = new Path2D();
  const edge = (i, j) => (Math.abs(lon[i]) === 18000 && lon[i] === lon[j]) || (lat[i] === -9000 && lat[j] === -9000);
  for (let ring = 0, first = 0; ring < size.length; first += size[ring++]) {
    for (let i = first; i < first + size[ring]; i++) {
      const x = lon[i] / 100, y = lat[i] / 100;
      if (i === first) fill.moveTo(x, y); else fill.lineTo(x, y);
      if (i === first || edge(i - 1, i)) line.moveTo(x, y); else line.lineTo(x, y);
    }
    fill.closePath();
  }
  return { fill, line };
}

function paintEarth(context, view, wide, land) {
  context.fillStyle = SEA;
  context.fillRect(-view.width, -view.height, 3 * view.width, 3 * view.height);
  const step = [30, 10, 5, 2, 1].find((degrees) => degrees * view.scale < 160) || 1;
  context.strokeStyle = LINES;
  context.lineWidth = 1;
  context.beginPath();
  for (let lon = Math.ceil(wide.west / step) * step; lon <= wide.east; lon += step) {
    context.moveTo(view.px(lon), view.py(90)); context.lineTo(view.px(lon), view.py(-90));
  }
  for (let lat = -90; lat <= 90; lat += step) {
    context.moveTo(view.px(wide.west), view.py(lat)); context.lineTo(view.px(wide.east), view.py(lat));
  }
  context.stroke();
  inDegrees(context, view, wide, () => { context.fillStyle = LAND; context.fill(land.fill, "evenodd"); });
  paintCoast(context, view, wide, land, 1);
}

function paintCoast(context, view, wide, land, alpha) {
  inDegrees(context, view, wide, () => {
    context.globalAlpha = alpha;
    context.lineWidth = 1 / view.scale;
    context.strokeStyle = alpha < 1 ? OVER : COAST;
    context.stroke(land.line);
  });
}

// Draws in degrees east and north, once for every turn of the globe that is in sight.
function inDegrees(context, view, wide, draw) {
  for (let k = Math.floor((wide.west + 180) / 360); k <= Math.floor((wide.east + 180) / 360); k++) {
    context.save();
    context.translate(view.px(360 * k), view.py(0));
    context.scale(view.scale, -view.scale);
    draw();
    context.restore();
  }
}
