// In a worker, which runs these first scripts of the page alone: reads the tracks that it is sent and gives their arrays away.

async function readAndSend({ data }) {
  try {
    const tracks = await readTracks(data);
    postMessage({ tracks }, [...buffersIn(tracks)]);
  } catch (error) {
    postMessage({ failed: String(error) });
  }
}

function buffersIn(value) {
  const found = new Set();
  for (const one of Object.values(value)) {
    if (ArrayBuffer.isView(one)) found.add(one.buffer);
  }
  for (const one of Object.values(value.cells)) found.add(one.buffer);
  return found;
}

if (!("document" in globalThis)) onmessage = readAndSend;
