// What the page carries: base64 text of deflated arrays -> typed arrays with names. The counterpart of trackdata/.

const TYPES = { u1: Uint8Array, u2: Uint16Array, i2: Int16Array, i4: Int32Array };

async function inflate(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const plain = atob(text), bytes = new Uint8Array(plain.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = plain.charCodeAt(i);
  return bytes;
}

// Bytes of equal weight lie together, and values are differences: that is what deflates well.
async function unpackArrays(packed) {
  const bytes = await inflate(packed.data);
  const arrays = {};
  let at = 0;
  for (const { name, type, length, delta } of packed.arrays) {
    const array = new TYPES[type](length), width = array.BYTES_PER_ELEMENT;
    if (width === 2) joinPairs(array, bytes, at, delta);
    else joinPlanes(array, bytes, at, delta);
    at += width * length;
    arrays[name] = array;
  }
  return arrays;
}

// Nearly all are of two bytes, and there are millions: in one pass.
function joinPairs(array, bytes, at, delta) {
  const high = at + array.length;
  let sum = 0;
  for (let i = 0; i < array.length; i++) {
    const value = bytes[at + i] | (bytes[high + i] << 8);
    sum = delta ? (sum + value) & 0xffff : value;
    array[i] = sum;
  }
}

function joinPlanes(array, bytes, at, delta) {
  const { length } = array;
  for (let plane = 0; plane < array.BYTES_PER_ELEMENT; plane++) {
    for (let i = 0; i < length; i++) array[i] |= bytes[at + plane * length + i] << (8 * plane);
  }
  if (delta) for (let i = 1; i < length; i++) array[i] += array[i - 1];
}
