// Numbers over several seeds.

/** [mean, low, high] of each method for a metric, by epoch; nothing without several seeds. */
export function bandsOf(store, metric) {
  const found = store.bands?.[metric.id] ?? store.bands?.[metric.band];
  return Array.isArray(found) && found.length === store.methods.length ? found : [];
}
