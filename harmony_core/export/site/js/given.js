// Data from scripts beside the pages: a page that was opened from disk may not fetch a file.

const things = new Map();
const loading = new Map();

/** Called by a file of data with what it holds. */
export function give(kind, name, value) {
  things.set(`${kind}/${name}`, value);
}

/** What a file gave; undefined before it was loaded. */
export function given(kind, name) {
  return things.get(`${kind}/${name}`);
}

/** Run a script of this site, once. */
export function load(source) {
  if (!loading.has(source)) {
    loading.set(
      source,
      new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = source;
        script.onload = done;
        script.onerror = () => failed(new Error(`${source} is missing`));
        document.head.append(script);
      }),
    );
  }
  return loading.get(source);
}
