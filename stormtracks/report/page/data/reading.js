// What the page carries, read beside it: a worker unpacks the tracks while the page is used. It runs a part of the page's own
// script, since a page opened from disk may load no other; where there can be no worker, the page reads them itself.

function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

async function readBeside(packed) {
  try {
    const tracks = await readInWorker(packed);
    document.documentElement.dataset.reader = "worker";
    return tracks;
  } catch (error) {  // none is allowed, or it was stopped
    document.documentElement.dataset.reader = "page";
    return readTracks(packed);
  }
}

async function readInWorker(packed) {
  const script = new Blob([document.getElementById("reader").textContent], { type: "text/javascript" });
  const address = URL.createObjectURL(script);
  const worker = new Worker(address);
  try {
    return await new Promise((done, fail) => {
      worker.onmessage = ({ data }) => (data.tracks ? done(data.tracks) : fail(new Error(data.failed)));
      worker.onerror = (event) => { event.preventDefault(); fail(new Error(event.message)); };
      worker.postMessage(packed);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(address);
  }
}
