// What the colours and lines of the map mean.

function showLegend(part, tracks, edges) {
  const texts = [`below ${(edges[0] / 100).toFixed(0)}`, ...edges.map((edge) => `from ${(edge / 100).toFixed(0)}`)];
  const entries = texts.map((text, bin) => legendEntry(text, "swatch", COLOURS[bin]));
  const lines = [[KIND_OBSERVED, "observed", "observed"], [KIND_CONSENSUS, "consensus of the members", "agreed"],
    [KIND_MEMBER, "one member", "single"]].filter(([kind]) => tracks.kind.includes(kind)
      || (kind === KIND_CONSENSUS && tracks.kind.includes(KIND_CANDIDATE)) || (kind === KIND_MEMBER && tracks.kind.includes(KIND_OTHER)));
  part.replaceChildren("Vorticity, 10⁻⁵ s⁻¹:", ...entries, "Lines:",
    ...lines.map(([, text, look]) => legendEntry(text, `swatch ${look}`)));
}

function legendEntry(text, look, colour) {
  const entry = document.createElement("span"), swatch = document.createElement("span");
  swatch.className = look;
  if (colour) swatch.style.background = colour;
  entry.append(swatch, text);
  return entry;
}

// Where one colour ends and the next begins: round values between the usual and the strongest vorticity.
function edgesOf(tracks) {
  const values = [];
  for (let t = 0; t < tracks.count; t++) if (tracks.member[t] !== OBSERVED_TRACK) values.push(tracks.peak[t]);
  if (!values.length) return [300, 600, 900, 1200, 1500, 1800];
  values.sort((a, b) => a - b);
  const top = values[Math.floor(0.98 * (values.length - 1))];
  const step = [50, 100, 200, 300, 400, 500, 1000, 2000, 5000].find((value) => 6.5 * value >= top) || 8000;
  return [1, 2, 3, 4, 5, 6].map((i) => i * step);
}
