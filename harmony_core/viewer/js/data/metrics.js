// The numbers that are followed over epochs, and how each of them is read.

/** What can be shown: how to read it from the store, its unit, and where its axis must reach. */
export function metricsOf(store) {
  const groups = store.scene.groups.map((group, g) => ({
    id: `group${g}`,
    label: `${group.name} recall`,
    axis: `mean recall of ${group.name.toLowerCase()} classes (%)`,
    share: true,
    band: group.name.toLowerCase(),
    read: (i, m) => store.scalar(i, m, "groups")?.[g] ?? null,
  }));
  const scalar = (name) => (i, m) => store.scalar(i, m, name);
  const list = [
    {
      id: "accuracy",
      label: "Balanced accuracy",
      axis: "balanced accuracy (%)",
      share: true,
      band: "balanced_accuracy",
      read: scalar("accuracy"),
      mark: store.scene.bayes_accuracy,
    },
    ...groups,
    {
      id: "disagreement",
      label: "Off the best boundary",
      axis: "off the best boundary (%)",
      share: true,
      low: 0,
      read: scalar("disagreement"),
    },
    {
      id: "tail_shift",
      label: "Shift at the tail",
      axis: "region of the rarest class, against the best rule (% of density)",
      share: true,
      signed: true,
      mark: store.static.bayes ? 0 : null,
      read: (i, m) => {
        const taken = store.scalar(i, m, "tail_taken");
        return taken == null ? null : taken - store.scalar(i, m, "tail_lost");
      },
    },
    ...furtherFigures(scalar),
  ];
  const found = list.filter((metric) => store.frames.some((_, i) => metric.read(i, 0) != null));
  return found.length ? found : [trainLoss(scalar)];
}

/** What there is to follow where nothing was tested. */
function trainLoss(scalar) {
  return {
    id: "train_loss",
    label: "Training loss",
    axis: "loss that training minimises",
    low: 0,
    read: scalar("train_loss"),
  };
}

/** Figures of the test set besides accuracy. */
function furtherFigures(scalar) {
  return [
    {
      id: "test_loss",
      label: "Test loss",
      axis: "cross-entropy on test set (nats)",
      low: 0,
      read: scalar("test_loss"),
    },
    {
      id: "ece",
      label: "Calibration error",
      axis: "expected calibration error (%)",
      share: true,
      low: 0,
      read: scalar("ece"),
    },
    {
      id: "pdc",
      label: "PDC",
      axis: "skew of predictions (% of the training set's)",
      share: true,
      low: 0,
      read: scalar("pdc"),
    },
    {
      id: "auprc",
      label: "AUPRC",
      axis: "macro average precision (%)",
      share: true,
      read: scalar("auprc"),
    },
  ];
}
