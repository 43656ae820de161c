// What the page does: reads the tracks it carries, shows the map, and follows the run where a server stands behind it.

async function main() {
  const packed = embedded("tracks");
  const wait = document.getElementById("map-wait");
  if (!packed || !("DecompressionStream" in window)) {
    wait.textContent = packed ? "This browser is too old for the map (it lacks DecompressionStream)."
      : "There are no tracks yet.";
    if (packed || !embedded("live")) return;
  }
  const map = new TrackMap(await unpackArrays(embedded("coast")));
  if (packed) map.load(await readTracks(packed));
  document.documentElement.dataset.ready = "true";
  performance.mark("map-ready");
  if (embedded("live")) follow(map, embedded("live"));
}

// Asks for news every few seconds; pieces of the page arrive made and escaped, tracks only when there are others.
async function follow(map, { seconds, tracks }) {
  let have = tracks;
  for (;;) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if (document.hidden) continue;
    try {
      const news = await (await fetch("state.json", { cache: "no-store" })).json();
      for (const [id, html] of Object.entries(news.fragments)) replace(`fragment-${id}`, html);
      document.getElementById("made").textContent = news.made;
      if (news.tracks !== have) {
        map.load(await readTracks(await (await fetch("tracks.json", { cache: "no-store" })).json()));
        have = news.tracks;
      }
    } catch (error) {
      document.getElementById("made").textContent = "The server of this page does not answer; what is shown is as it was last.";
    }
  }
}

function replace(id, html) {
  const part = document.getElementById(id);
  if (!part || part.shown === html || part.contains(document.activeElement)) return;
  const places = [...part.querySelectorAll(".scroll")].map((box) => box.scrollTop);
  part.innerHTML = html;
  part.shown = html;
  part.querySelectorAll(".scroll").forEach((box, i) => { box.scrollTop = places[i] || 0; });
}

main();
