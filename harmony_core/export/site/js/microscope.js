// The formula under the microscope: one of its prepared samples and losses is shown.

/** Show what the two controls of the section name. */
export function microscope(section) {
  const show = () => {
    const sample = section.querySelector("[name=sample]").value;
    const loss = section.querySelector("[name=loss]:checked").value;
    for (const part of section.querySelectorAll("[data-sample]")) {
      part.hidden = part.dataset.sample !== sample || part.dataset.loss !== loss;
    }
  };
  section.addEventListener("change", show);
  show();
}
