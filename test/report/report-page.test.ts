// report.html: everything in one file, nothing unescaped, sensible with anything missing.

import { createHash } from "node:crypto";
import { decode } from "fast-png";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import {
  confusionMatrix,
  figureSection,
  historyFigure,
  makeReport,
  type ReportContent,
  reportPage,
} from "../../src/report/index.ts";
import { fullReport } from "./full-report.ts";
import { faultOf } from "./well-formed.ts";

const history = [
  { epoch: 1, seconds: 30, logs: { loss: 0.5, accuracy: 0.8, val_loss: 0.4, val_accuracy: 0.85 } },
  { epoch: 2, seconds: 34, logs: { loss: 0.3, accuracy: 0.9, val_loss: 0.5, val_accuracy: 0.84 } },
];

const image = tensor(Uint8Array.of(0, 50, 100, 150, 200, 250), [2, 3, 1]);

const content: ReportContent = {
  title: "train-7",
  subtitle: "Fashion-MNIST on wasm",
  history,
  evaluation: {
    on: "test",
    matrix: confusionMatrix([0, 0, 0, 1], [0, 0, 1, 1], 2),
    classNames: ["cat", "dog"],
    misclassified: [{ image, label: 0, prediction: 1, confidence: 0.75 }],
  },
  headlines: [{ label: "speed", value: "3,000 images/s", note: "2 threads" }],
  args: { epochs: 2, optimizer: { name: "adam" }, resume: undefined },
  summary: "Model: sequential\n  dense  10",
};

function textOf(html: string): string {
  return parseHTML(html).document.body.textContent.replace(/\s+/g, " ");
}

const evil = '<script>alert("x")</script>&amp;\u0000';

describe("the report page", () => {
  test("leads with the numbers that matter", () => {
    const { document } = parseHTML(reportPage(content));
    const tiles = [...document.querySelectorAll(".headlines > div")].map((tile) =>
      [...tile.children].map((child) => child.textContent),
    );
    expect(tiles).toEqual([
      ["test accuracy", "75.0%", "4 examples"],
      ["best validation accuracy", "85.0%", "in epoch 1"],
      ["training loss", "0.300", "in epoch 2"],
      ["2 epochs", "1 min 4 s", "32 s per epoch"],
      ["speed", "3,000 images/s", "2 threads"],
    ]);
  });

  test("holds curves, matrix, arguments and summary", () => {
    const { document } = parseHTML(reportPage(content));
    expect(document.querySelectorAll("svg.fovea-figure")).toHaveLength(1);
    const cells = [...document.querySelectorAll(".matrix tbody td")].map((one) => one.textContent);
    expect(cells).toEqual(["266.7%", "133.3%", "0", "1100%"]);
    expect(document.querySelector("pre")?.textContent).toBe(content.summary);
    const rows = [...document.querySelectorAll(".arguments tr")].map((row) =>
      [...row.children].map((child) => child.textContent),
    );
    expect(rows).toEqual([
      ["epochs", "2"],
      ["optimizer", '{"name":"adam"}'],
    ]);
  });

  test("scores every class and ends with their mean", () => {
    const { document } = parseHTML(reportPage(content));
    const [scores, confusions] = ["scores-by-class", "most-confused-classes"].map((id) =>
      [...document.querySelectorAll(`#${id} tbody tr, #${id} tfoot tr`)].map((row) =>
        [...row.children].map((child) => child.textContent),
      ),
    );
    expect(scores).toEqual([
      ["cat", "100%", "66.7%", "80.0%", "3"],
      ["dog", "50.0%", "100%", "66.7%", "1"],
      ["mean", "75.0%", "83.3%", "73.3%", "4"],
    ]);
    expect(confusions).toEqual([["cat", "dog", "1", "33.3%"]]);
  });

  test("shows misclassified images, pixel for pixel", () => {
    const { document } = parseHTML(reportPage(content));
    const address = document.querySelector("img")?.getAttribute("src") ?? "";
    const png = decode(Buffer.from(address.replace("data:image/png;base64,", ""), "base64"));
    expect(png).toMatchObject({ width: 3, height: 2, channels: 1, depth: 8 });
    expect([...png.data]).toEqual([...image.data]);
    expect(document.querySelector(".mistakes li")?.textContent).toMatch(/cat\s+dog 75.0%/);
  });

  test("is self-contained: no address, no other file, one script that its policy names", () => {
    const html = reportPage(content).replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
    expect(html).not.toMatch(/https?:|<script [^>]|<link|@import|url\(|src="(?!data:)/);
    const [[, script], ...others] = [...html.matchAll(/<script>(.*?)<\/script>/gs)];
    expect(others).toEqual([]);
    const hash = createHash("sha256").update(script).digest("base64");
    expect(html).toContain("default-src 'none'");
    expect(html).toContain(`script-src 'sha256-${hash}'`);
  });

  test("has a light and a dark scheme", () => {
    const html = reportPage(content);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html.match(/prefers-color-scheme: dark/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test("escapes every text that it is given", () => {
    const html = reportPage({
      title: evil,
      subtitle: evil,
      history: [{ epoch: 1, seconds: 1, logs: { [evil]: 1, loss: 1 } }],
      evaluation: {
        on: evil,
        matrix: confusionMatrix([0, 1], [1, 1], 2),
        classNames: [evil, `"onload="x`],
        misclassified: [{ image, label: 0, prediction: 1 }],
      },
      headlines: [{ label: evil, value: evil, note: evil }],
      args: { [evil]: evil, nested: { [evil]: evil } },
      summary: evil,
    });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain("\u0000");
    const { document } = parseHTML(html);
    expect(document.querySelector("h1")?.textContent).toBe(evil.replace("\u0000", "\ufffd"));
    expect(document.querySelector("img")?.hasAttribute("onload")).toBe(false);
  });

  test("does without evaluation, history, arguments and summary", () => {
    const html = reportPage({ title: "empty", history: [], args: {}, summary: "" });
    expect(textOf(html)).toContain("No epoch is finished yet.");
    expect(html).not.toMatch(/undefined|NaN|<script|<nav/);
  });

  test("says so where nothing was confused", () => {
    const matrix = confusionMatrix([0, 1], [0, 1], 2);
    const evaluation = { on: "test", matrix, classNames: ["a", "b"] };
    expect(textOf(reportPage({ ...content, evaluation }))).toContain(
      "Every example was classified",
    );
  });

  test("shows numbers that are none as a dash", () => {
    const broken = [{ epoch: 1, seconds: 3, logs: { loss: Number.NaN, val_loss: Number.NaN } }];
    const { document } = parseHTML(reportPage({ ...content, history: broken }));
    const values = [...document.querySelectorAll(".headlines dd")].map((dd) => dd.textContent);
    expect(values).toContain("–");
  });

  test("holds at most sixty images", () => {
    const misclassified = Array.from({ length: 100 }, () => ({ image, label: 0, prediction: 1 }));
    const evaluation = { on: "test", matrix: confusionMatrix([], [], 2), classNames: ["a", "b"] };
    const html = reportPage({ ...content, evaluation: { ...evaluation, misclassified } });
    expect(html.match(/<img /g)).toHaveLength(60);
  });

  test("refuses images that no PNG can hold", () => {
    const wrong = tensor(new Uint8Array(20), [2, 2, 5]);
    const misclassified = [{ image: wrong, label: 0, prediction: 0 }];
    const evaluation = {
      on: "test",
      matrix: confusionMatrix([], [], 1),
      classNames: ["a"],
      misclassified,
    };
    expect(() => reportPage({ ...content, evaluation })).toThrow(DataError);
  });
});

describe("on any screen", () => {
  const { document } = parseHTML(reportPage({ ...content, notes: ["Nothing was held out."] }));

  test("what may be too wide scrolls by keyboard, has a name, and says so", () => {
    const regions = [...document.querySelectorAll(".scroll")];
    expect(regions.map((region) => region.getAttribute("aria-label"))).toEqual([
      "learning curves",
      "numbers of learning curves",
      "confusion matrix",
      "scores of every class",
      "most confused classes",
      "layers of the model",
    ]);
    for (const region of regions) {
      expect(region.getAttribute("tabindex")).toBe("0");
      expect(region.getAttribute("role")).toBe("region");
      expect(region.nextElementSibling?.className).toBe("hint");
    }
    for (const wide of document.querySelectorAll("svg.fovea-figure, pre")) {
      expect(wide.closest(".scroll")).not.toBeNull();
    }
  });

  test("only what has a role has a label", () => {
    for (const labelled of document.querySelectorAll("[aria-label]")) {
      // Contents and links have a role without being given one.
      const hasRole = labelled.hasAttribute("role") || /^(nav|a)$/i.test(labelled.tagName);
      expect(hasRole).toBe(true);
    }
  });

  test("names of arguments are not broken", () => {
    const style = document.querySelector("style")?.textContent ?? "";
    expect(style).toMatch(/\.arguments th\.text:first-child \{[^}]*white-space: nowrap/);
  });

  test("notes are told below the numbers", () => {
    expect(textOf(reportPage({ ...content, notes: [evil] }))).toContain('<script>alert("x")');
    expect(textOf(reportPage({ ...content, notes: ["Held out."] }))).toContain("Held out.");
  });
});

test("a misclassified image says which one it is", () => {
  const misclassified = [
    { image, label: 0, prediction: 1, index: 17 },
    { image, label: 0, prediction: 1, index: 18, name: "cat-18.png" },
  ];
  const evaluation = { ...content.evaluation, misclassified } as NonNullable<
    ReportContent["evaluation"]
  >;
  const { document } = parseHTML(reportPage({ ...content, evaluation }));
  const items = [...document.querySelectorAll(".mistakes li")];
  expect(items.map((item) => item.querySelector("img")?.getAttribute("alt"))).toEqual([
    "image 17: cat",
    "cat-18.png: cat",
  ]);
  expect(items[0].textContent).toContain("image 17");
});

describe("with everything that a page can have", () => {
  const { page, figures } = makeReport(fullReport());
  const { document } = parseHTML(page);

  test("each figure is a file, and no two have the same name", () => {
    expect(figures.map(({ name }) => name)).toEqual([
      "curves",
      "confusion-matrix",
      "calibration",
      "confidence",
      "roc",
      "precision-recall",
      "gain",
      "lift",
      "embedding-pca",
    ]);
    for (const { svg } of figures) expect(faultOf(svg)).toBeUndefined();
  });

  test("every drawn figure has its numbers and a text on how to read it", () => {
    const drawn = [...document.querySelectorAll("section.figure")];
    expect(drawn.length).toBeGreaterThanOrEqual(8);
    for (const section of drawn) {
      const summaries = [...section.querySelectorAll("summary")].map((one) => one.textContent);
      expect(summaries).toEqual(["Numbers", "How to read it"]);
      expect(section.querySelectorAll("details table tbody tr").length).toBeGreaterThan(0);
    }
  });

  test("the contents lead to every part", () => {
    const links = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
    const parts = [...document.querySelectorAll("section")].map(({ id }) => `#${id}`);
    expect(links).toEqual(parts);
    expect(new Set(parts).size).toBe(parts.length);
  });

  test("cells of the matrix lead to their pictures, each with a heat map", () => {
    const links = [...document.querySelectorAll(".matrix a")];
    expect(links.length).toBeGreaterThan(6);
    for (const link of links) {
      const id = link.getAttribute("href")?.slice(1) ?? "";
      const panel = document.getElementById(id);
      const images = [...(panel?.querySelectorAll("li") ?? [])].map((item) => [
        ...item.querySelectorAll("img"),
      ]);
      expect(images.length).toBeGreaterThan(0);
      for (const both of images) {
        expect(both).toHaveLength(2);
        expect(both[1].getAttribute("alt")).toMatch(/^What speaks for .+ in it$/);
      }
    }
  });

  test("every picture has an alternative text", () => {
    for (const image of document.querySelectorAll("img")) {
      expect(image.getAttribute("alt")?.length).toBeGreaterThan(2);
    }
    for (const svg of document.querySelectorAll("svg.fovea-figure")) {
      expect(svg.getAttribute("aria-label")?.length).toBeGreaterThan(10);
    }
  });
});

test("another task hands in its own parts", () => {
  const curve = historyFigure(history);
  const own = { ...curve, name: "iou", reference: { ...curve.reference, title: "IoU by class" } };
  const { page, figures } = makeReport({
    title: "segmentation",
    history,
    sections: [figureSection(own), { title: "Masks", body: "<p>Three masks.</p>" }],
    args: {},
    summary: "",
  });
  expect(figures.map(({ name }) => name)).toEqual(["curves", "iou"]);
  const { document } = parseHTML(page);
  expect(document.querySelector("#masks p")?.textContent).toBe("Three masks.");
  expect(document.querySelector("#iou-by-class svg")).not.toBeNull();
});

test("a matrix of many classes is drawn, and its pictures stay", () => {
  const classes = 60;
  const labels = Array.from({ length: classes }, (_, i) => i);
  const evaluation = {
    on: "test",
    matrix: confusionMatrix(labels, labels, classes),
    classNames: labels.map((i) => `class ${i}`),
    cells: [{ label: 2, prediction: 2, images: [{ image, label: 2, prediction: 2 }] }],
  };
  const { document } = parseHTML(reportPage({ ...content, evaluation }));
  expect(document.querySelector(".matrix")).toBeNull();
  expect(document.querySelectorAll("#confusion-matrix svg.fovea-figure")).toHaveLength(1);
  expect(document.getElementById("cell-2-2")).not.toBeNull();
});
