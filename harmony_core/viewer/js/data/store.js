// The frames of one run as they arrived, and how to read them.

const HALVES = (() => {
  let table = null;
  return () => {
    if (table) return table;
    table = new Float32Array(65536);
    for (let i = 0; i < 65536; i++) {
      const sign = i & 0x8000 ? -1 : 1;
      const exponent = (i >> 10) & 0x1f;
      const part = i & 0x3ff;
      if (exponent === 0) table[i] = sign * part * 2 ** -24;
      else if (exponent === 31) table[i] = part ? NaN : sign * Infinity;
      else table[i] = sign * (1 + part / 1024) * 2 ** (exponent - 15);
    }
    return table;
  };
})();

/** Bytes of decoded arrays that are kept; the oldest go first, and come back if asked for. */
const DECODED_MOST = 64e6;

const WIDTH = { u1: 1, u2: 2, u4: 4, f2: 2, f4: 4 };

/** Split what `Payload.wire` in Python joined → {meta, blob}. */
export function unpackWire(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + view.getUint32(0, true);
  const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
  return { meta, blob: bytes.subarray(end) };
}

/** The payload of an exported page: what `unpackWire` reads, compressed, as base64. */
export async function unpackPage(base64) {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return unpackWire(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** One array of the blob as numbers: a typed array, decoded where it has to be. */
export function readField(blob, field, base = 0) {
  const length = field.shape.reduce((a, b) => a * b, 1);
  const start = blob.byteOffset + base + field.at;
  if (field.dtype === "u1") return new Uint8Array(blob.buffer, start, length);
  const bytes = blob.buffer.slice(start, start + length * WIDTH[field.dtype]);
  if (field.dtype === "u2") return new Uint16Array(bytes);
  if (field.dtype === "u4") return new Uint32Array(bytes);
  if (field.dtype === "f4") return new Float32Array(bytes);
  const table = HALVES();
  return Float32Array.from(new Uint16Array(bytes), (half) => table[half]);
}

/** The frames received so far. `apply` takes payloads; the rest reads. */
export class Store {
  constructor() {
    this.run = null;
    this.frames = [];
    this.decoded = [];
    this.decodedBytes = 0;
  }

  /**
   * Take a payload in: "reset" (another run), "refill" (other parts of the same one), "append",
   * "same", or "gap" (ask for everything).
   */
  apply({ meta, blob }) {
    const other = meta.run !== this.run;
    if (meta.since >= 0 && (other || meta.since > this.lastEpoch)) return "gap";
    const reset = other || (meta.since < 0 && meta.scene && !this.sameScene(meta));
    const refill = !reset && meta.since < 0 && !this.sameParts(meta);
    if (reset || refill) {
      this.run = meta.run;
      this.frames = [];
      this.decoded = [];
      this.decodedBytes = 0;
    }
    if (meta.scene) {
      this.scene = meta.scene;
      this.style = meta.style;
      this.static = {};
      this.shapes = {};
      for (const field of meta.static) {
        this.static[field.name] = readField(blob, field);
        this.shapes[field.name] = field.shape;
      }
      this.side = meta.static.find((field) => field.name === "bayes")?.shape[0] ?? 0;
    }
    this.state = meta.state;
    this.sparse = meta.sparse ?? "";
    this.densities = meta.densities ?? (reset || refill ? null : this.densities);
    this.bins = meta.bins ?? (reset || refill ? null : this.bins);
    this.bands = meta.bands ?? (reset || refill ? null : this.bands);
    this.total = Math.max(meta.epochs_total, this.lastEpoch, 1);
    const fields = new Map(meta.record.map((field) => [field.name, field]));
    const fresh = meta.frames.filter((frame) => reset || frame.epoch > this.lastEpoch);
    for (const frame of fresh) {
      this.frames.push({
        epoch: frame.epoch,
        methods: frame.methods,
        at: frame.at,
        stride: meta.stride,
        fields,
        blob,
        cache: new Map(),
      });
    }
    if (refill) return "refill";
    return reset ? "reset" : fresh.length ? "append" : "same";
  }

  sameScene(meta) {
    return this.scene && JSON.stringify(meta.scene) === JSON.stringify(this.scene);
  }

  /** Whether the frames hold what those of a payload hold; without any there is nothing to lose. */
  sameParts(meta) {
    const { fields } = this.frames[0] ?? {};
    return !fields || !meta.frames.length || meta.record.every((field) => fields.has(field.name));
  }

  get lastEpoch() {
    return this.frames.length ? this.frames[this.frames.length - 1].epoch : -1;
  }

  get methods() {
    return this.scene.methods;
  }

  get classes() {
    return this.scene.classes;
  }

  /** The classes, the one with the most training samples first. */
  get byCount() {
    const { train_counts: counts } = this.scene;
    return [...this.classes.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  }

  /** The epoch of each value of `bands`. */
  get bandEpochs() {
    return this.bands?.epochs ?? this.frames.map((frame) => frame.epoch);
  }

  /** Position of the newest recorded frame that is not after `epoch`. */
  indexOf(epoch) {
    let low = 0;
    let high = this.frames.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.frames[middle].epoch <= epoch) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  field(index, name) {
    return this.frames[index]?.fields.get(name);
  }

  /** Raw values of an array at frame `index` for method `m`, or null; multiply by `scale`. */
  raw(index, m, name) {
    const frame = this.frames[index];
    const field = frame?.fields.get(name);
    if (!field) return null;
    const read = () => readField(frame.blob, field, frame.at + m * frame.stride);
    return this.derived(index, m, name, read);
  }

  /** An array made from those of frame `index` and method `m`, kept for a while. */
  derived(index, m, name, make) {
    const { blob, cache } = this.frames[index];
    const key = `${name}.${m}`;
    const known = cache.get(key);
    if (known) return known;
    const made = make();
    cache.set(key, made);
    if (made.buffer !== blob.buffer) {
      this.decoded.push({ cache, key, bytes: made.byteLength });
      this.decodedBytes += made.byteLength;
    }
    while (this.decodedBytes > DECODED_MOST && this.decoded.length > 1) {
      const oldest = this.decoded.shift();
      oldest.cache.delete(oldest.key);
      this.decodedBytes -= oldest.bytes;
    }
    return made;
  }

  /** One value, scaled; NaN where it is not recorded. */
  value(index, m, name, i) {
    const raw = this.raw(index, m, name);
    return raw ? raw[i] * this.frames[index].fields.get(name).scale : NaN;
  }

  scalar(index, m, name) {
    return this.frames[index]?.methods[m][name] ?? null;
  }
}
