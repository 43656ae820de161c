// What the colours and lines of the map mean.

function showLegend(part, has, edges) {
  const texts = [`below ${(edges[0] / 100).toFixed(0)}`, ...edges.map((edge) => `from ${(edge / 100).toFixed(0)}`)];
  const entries = texts.map((text, bin) => legendEntry(text, "swatch", COLOURS[bin]));
  const lines = [[KIND_OBSERVED, "observed", "observed"], [KIND_CONSENSUS, "consensus of the members", "agreed"],
    [KIND_MEMBER, "one member", "single"]].filter(([kind]) => has(kind)
      || (kind === KIND_CONSENSUS && has(KIND_CANDIDATE)) || (kind === KIND_MEMBER && has(KIND_OTHER)));
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
