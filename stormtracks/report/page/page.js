// What the page does: reads the tracks it carries, shows the map, and follows the run where a server stands behind it.

async function main() {
  dressTables();
  const packed = embedded("tracks");
  const wait = document.getElementById("map-wait");
  if (!packed || !("DecompressionStream" in window)) {
    wait.textContent = packed ? "This browser is too old for the map (it lacks DecompressionStream)."
      : "There are no tracks yet.";
    if (packed || !embedded("live")) return;
  }
  const reading = packed && readBeside(packed);
  const map = new TrackMap(await unpackArrays(embedded("coast")));
  if (packed) map.offer(packed);
  performance.mark("page-ready");
  if (packed) map.load(await reading);
  document.documentElement.dataset.ready = "true";
  performance.mark("map-ready");
  if (embedded("live")) follow(map, embedded("live"));
}

// Asks for news every few seconds; pieces of the page arrive as escaped HTML, tracks only when they have changed.
async function follow(map, { seconds, tracks }) {
  const gantt = new Gantt(document.getElementById("fragment-grid"));
  let have = tracks, rest = 0;
  for (;;) {
    await new Promise((done) => setTimeout(done, rest));
    rest = seconds * 1000;
    if (document.hidden) continue;
    try {
      const news = await (await fetch("state.json", { cache: "no-store" })).json();
      for (const [id, html] of Object.entries(news.fragments)) replace(`fragment-${id}`, html);
      document.getElementById("created").textContent = news.created;
      await gantt.follow(news.slots, async () => (await fetch("gantt.json", { cache: "no-store" })).json());
      if (news.tracks !== have) {
        const packed = await (await fetch("tracks.json", { cache: "no-store" })).json();
        const tracks = await readBeside(packed);
        map.offer(packed);
        map.load(tracks);
        have = news.tracks;
      }
    } catch (error) {
      document.getElementById("created").textContent = "The server of this page does not answer; the page shows its last state.";
    }
  }
}

function replace(id, html) {
  const part = document.getElementById(id);
  if (!part || part.shown === html || part.contains(document.activeElement)) return;
  const places = [...part.querySelectorAll(".scroll")].map((box) => box.scrollTop);
  part.innerHTML = html;
  part.shown = html;
  dressTables(part);
  part.querySelectorAll(".scroll").forEach((box, i) => { box.scrollTop = places[i] || 0; });
}

main();
