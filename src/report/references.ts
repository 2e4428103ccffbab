// What each kind of figure shows, when it misleads, and where it is from. Written once, read in every report.

import type { Reference } from "./report-figure.ts";

/** The reference texts of figures and of sections. */
export const references = {
  history: {
    title: "Learning curves",
    shows:
      "Loss and metrics after every epoch, on the training images and on images that were held out. Where the validation " +
      "loss rises while the training loss falls, the model learns its images by heart.",
    misleads:
      "The training numbers are means over an epoch in which the model still changes, with augmentation and dropout. They " +
      "can be worse than those of validation without anything being wrong.",
    paper: "Prechelt, “Early stopping – but when?”, 1998",
  },
  confusion: {
    title: "Confusion matrix",
    shows:
      "Which classes are taken for which: rows are true classes, columns are predictions, and the diagonal is right. The " +
      "colour is the share of the row.",
    misleads:
      "A share of a class with few images is uncertain: one image more or less changes it a lot. Look at the counts as well.",
    paper:
      "Stehman, “Selecting and interpreting measures of thematic classification accuracy”, 1997",
  },
  scores: {
    title: "Scores by class",
    shows:
      "Precision: of the images predicted as the class, the share that is of it. Recall: of the images of the class, the share " +
      "that is found. F1 is their harmonic mean.",
    misleads:
      "The mean counts every class alike, however rare. Precision depends on how frequent the class is in these images, so " +
      "it changes where classes are more or less frequent.",
    paper: "van Rijsbergen, “Information Retrieval”, 1979",
  },
  calibration: {
    title: "Calibration",
    shows:
      "Whether probabilities mean what they say. Predictions are grouped by their confidence; on the diagonal, as many of a " +
      "group are right as the model claims. Below it, the model is overconfident.",
    misleads:
      "Groups with few images jump about by chance. The expected calibration error depends on the number of groups, and a " +
      "well calibrated model may still be wrong often.",
    paper: "Guo et al., “On calibration of modern neural networks”, 2017",
  },
  roc: {
    title: "ROC",
    shows:
      "For each class against all others: how many of its images are found, and how many others are taken for it, at every " +
      "threshold. An area of 1 is perfect, 0.5 is chance.",
    misleads:
      "Where a class is rare, even a small rate of false positives is many images, and the curve looks better than the result. " +
      "Precision and recall show it.",
    paper: "Fawcett, “An introduction to ROC analysis”, 2006",
  },
  precisionRecall: {
    title: "Precision and recall",
    shows:
      "For each class against all others: how many of the images above a threshold are of the class (precision), and how many " +
      "of the class are found (recall).",
    misleads:
      "The precision of chance is the share of the class, so that curves of frequent and rare classes cannot be compared.",
    paper:
      "Saito and Rehmsmeier, “The precision-recall plot is more informative than the ROC plot when evaluating binary " +
      "classifiers on imbalanced datasets”, 2015",
  },
  gain: {
    title: "Cumulative gain",
    shows:
      "How much of a class is found if only the images with the highest probabilities of it are looked at.",
    misleads:
      "The best possible curve depends on how frequent the class is: a class of 10 % cannot be found in less than 10 % of the " +
      "images.",
    paper: "Ling and Li, “Data mining for direct marketing: problems and solutions”, 1998",
  },
  lift: {
    title: "Lift",
    shows:
      "How many times as many images of a class are among those with the highest probabilities as in a random choice.",
    misleads: "The largest possible lift is one divided by the share of the class.",
    paper: "Ling and Li, “Data mining for direct marketing: problems and solutions”, 1998",
  },
  thresholds: {
    title: "Thresholds",
    shows:
      "What happens if only probabilities above a threshold count as yes: precision, recall and F1 at each threshold.",
    misleads:
      "A threshold that was chosen on these images looks better here than on new ones. Choose it on validation images.",
    paper: "Fawcett, “An introduction to ROC analysis”, 2006",
  },
  confidence: {
    title: "Confidence thresholds",
    shows:
      "What happens if predictions below a confidence are left to a person: how many remain, and how many of those are right.",
    misleads:
      "Images unlike those of training can be predicted with high confidence. The curve says nothing about them.",
    paper: "Geifman and El-Yaniv, “Selective classification for deep neural networks”, 2017",
  },
  topLosses: {
    title: "Largest losses",
    shows:
      "The images whose true class got the lowest probability. They are hard, unusual, or their label is wrong.",
    misleads: "The worst images say little about the usual ones.",
    paper:
      "Shrivastava, Gupta and Girshick, “Training region-based object detectors with online hard example mining”, 2016",
  },
  labelErrors: {
    title: "Likely label errors",
    shows:
      "Images of which the model is confident that they belong to another class, by what it usually claims of that class.",
    misleads:
      "A model that is wrong in a systematic way finds errors where there are none. Look at each image before you change its " +
      "label. Images that the model has learned from are not checked: it believes their labels.",
    paper:
      "Northcutt, Jiang and Chuang, “Confident learning: estimating uncertainty in dataset labels”, 2021",
  },
  nearDuplicates: {
    title: "Near duplicates",
    shows:
      "Pairs of images that are nearly the same, by a perceptual hash and by what the network makes of them.",
    misleads:
      "Small or simple pictures, such as digits, look alike without being copies. Copies that are mirrored, turned or cut out " +
      "are not found.",
    paper: "Barz and Denzler, “Do we train on test data? Purging CIFAR of near-duplicates”, 2020",
  },
  pca: {
    title: "Images as the model sees them (PCA)",
    shows:
      "What the network makes of each image before its last layer, along the two directions in which images differ most.",
    misleads:
      "Two directions are a small part of all: groups that lie on top of each other here may be far apart in others.",
    paper: "Pearson, “On lines and planes of closest fit to systems of points in space”, 1901",
  },
  umap: {
    title: "Images as the model sees them (UMAP)",
    shows:
      "What the network makes of each image before its last layer, placed so that similar images are neighbours. A point among " +
      "those of another class is worth a look.",
    misleads:
      "The distances between groups, and how large or dense a group is, mean nothing. Another seed gives another picture.",
    paper:
      "McInnes, Healy and Melville, “UMAP: uniform manifold approximation and projection for dimension reduction”, 2018",
  },
  architectures: {
    title: "Architectures",
    shows:
      "How good each network is for what it costs: up and to the left is better. A larger circle is a network with more weights.",
    misleads:
      "One run of each says little about small differences. Multiply-adds are not time: it depends on the machine as well.",
    paper:
      "Canziani, Paszke and Culurciello, “An analysis of deep neural network models for practical applications”, 2016",
  },
} as const satisfies Readonly<Record<string, Reference>>;
