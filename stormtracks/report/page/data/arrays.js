// What the page carries: base64 text of deflated arrays -> typed arrays with names. The counterpart of trackdata/.

const TYPES = { u1: Uint8Array, u2: Uint16Array, i2: Int16Array, i4: Int32Array };

function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Bytes of equal weight lie together, and values are differences: that is what deflates well.
async function unpackArrays(packed) {
  const bytes = await inflate(packed.data);
  const arrays = {};
  let at = 0;
  for (const { name, type, length, delta } of packed.arrays) {
    const array = new TYPES[type](length);
    const width = array.BYTES_PER_ELEMENT;
    const raw = new Uint8Array(array.buffer);
    for (let plane = 0; plane < width; plane++) {
      for (let i = 0; i < length; i++) raw[i * width + plane] = bytes[at++];
    }
    if (delta) for (let i = 1; i < length; i++) array[i] += array[i - 1];
    arrays[name] = array;
  }
  return arrays;
}
