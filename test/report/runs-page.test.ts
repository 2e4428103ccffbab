// The page that compares runs: what they have in common, and how they differ.

import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { runsPage } from "../../src/report/index.ts";
import { twoRuns } from "./two-runs.ts";

const textsOf = (row: Element) => [...row.children].map(({ textContent }) => textContent);

function sectionsOf(html: string) {
  const { document } = parseHTML(html);
  const titles = [...document.querySelectorAll("section")].map(
    (section) => section.querySelector("h2")?.textContent,
  );
  return { document, titles };
}

describe("two runs side by side", () => {
  const { document, titles } = sectionsOf(runsPage(twoRuns(), { title: "runs" }));

  test("have a table, curves, what differs, classes and matrices", () => {
    expect(titles).toEqual([
      "Runs",
      "Validation loss",
      "Validation accuracy",
      "Architectures",
      "What differs",
      "F1 by class",
      "Confusion matrices",
    ]);
  });

  test("lead to their own reports", () => {
    const links = [...document.querySelectorAll("#runs a")].map((link) =>
      link.getAttribute("href"),
    );
    expect(links).toEqual(["train/report.html", "train-2/report.html"]);
  });

  test("show the arguments that differ, and no others", () => {
    const rows = [...document.querySelectorAll("#what-differs tbody tr")].map(textsOf);
    expect(rows).toEqual([
      ["network", "simple-cnn", "resnet-20"],
      ["learningRate", "0.001", "0.01"],
    ]);
  });

  test("show how much each class is better", () => {
    const rows = [...document.querySelectorAll("#f1-by-class tbody tr")].map(textsOf);
    expect(rows).toHaveLength(4);
    for (const [, first, second, difference] of rows) {
      const change = Number.parseFloat(second) - Number.parseFloat(first);
      const shown = Number.parseFloat(difference.replace("−", "-"));
      expect(Math.abs(shown - change)).toBeLessThan(0.11);
    }
  });
});

test("a run that has not ended has dashes", () => {
  const [{ name, history, args }] = twoRuns();
  const { document } = sectionsOf(runsPage([{ name, history, args }], { title: "runs" }));
  const [row] = [...document.querySelectorAll("#runs tbody tr")].map(textsOf);
  expect(row).toEqual(["train", "simple-cnn", "–", "5", "–", "–"]);
});

test("many runs have a table and curves, and no columns of their own", () => {
  const [first] = twoRuns();
  const many = Array.from({ length: 30 }, (_, i) => ({ ...first, name: `train-${i}` }));
  const { titles } = sectionsOf(runsPage(many, { title: "runs" }));
  expect(titles).toEqual(["Runs", "Validation loss", "Validation accuracy"]);
});

test("texts from outside are escaped", () => {
  const evil = '<img src="x" onerror="alert(1)">';
  const [first, second] = twoRuns();
  const html = runsPage([{ ...first, name: evil, args: { [evil]: evil } }, second], {
    title: evil,
  });
  expect(html).not.toContain("<img src=");
});
