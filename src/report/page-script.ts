// The one script of pages: tables are sorted by the column whose heading is pressed. Without it, they stay as they are.

/** Sorts tables of the class `sortable`: texts from A, numbers from the largest, then the other way round. */
export const sortScript = `
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    heading.querySelector("button").addEventListener("click", () => {
      const before = heading.getAttribute("aria-sort");
      const first = column === 0 ? "ascending" : "descending";
      const other = column === 0 ? "descending" : "ascending";
      const order = before === first ? other : first;
      for (const one of headings) one.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const valueOf = (row) => row.cells[column].dataset.value;
      const compare = (a, b) =>
        valueOf(a) === undefined
          ? a.cells[column].textContent.localeCompare(b.cells[column].textContent)
          : Number(valueOf(a)) - Number(valueOf(b));
      const [body] = table.tBodies;
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
    });
  });
}
`;

/** What a policy calls the script: the SHA-256 of its text. A test compares the two. */
export const sortScriptHash = "sha256-gec2O+7z6knIpLpMi5PUbMWQ6gQTQHm13VufMMAIvn4=";
