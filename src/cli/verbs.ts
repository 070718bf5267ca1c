/** The verbs, in the order of the help; each is loaded when it is called, so that none slows the others down. */
import type { Verb } from './verb.js';

export type VerbEntry =
  | { usage: string; summary: string; load: () => Promise<Verb> }
  | { usage: string; summary: string; verbs: readonly VerbEntry[] };

const dataVerbs: readonly VerbEntry[] = [
  {
    usage: 'inspect <source>',
    summary: 'Count images, classes, sizes and patients, and find what is wrong',
    load: async () => (await import('./dataInspect.js')).dataInspect,
  },
  {
    usage: 'split <source>',
    summary: 'Divide images into train, val and test by patient',
    load: async () => (await import('./dataSplit.js')).dataSplit,
  },
  {
    usage: 'pack <source>',
    summary: 'Decode images once, into one file that training reads',
    load: async () => (await import('./dataPack.js')).dataPack,
  },
  {
    usage: 'preview <source>',
    summary: 'Draw training images as augmentation changes them',
    load: async () => (await import('./dataPreview.js')).dataPreview,
  },
  {
    usage: 'stats <source>',
    summary: 'Measure mean and standard deviation of the images',
    load: async () => (await import('./dataStats.js')).dataStats,
  },
  {
    usage: 'phantom <folder>',
    summary: 'Draw a dataset of synthetic radiographs',
    load: async () => (await import('./dataPhantom.js')).dataPhantom,
  },
];

const findVerbs: readonly VerbEntry[] = [
  {
    usage: 'learning-rate <data>',
    summary: 'Find where the loss falls and where it grows out of bounds',
    load: async () => (await import('./find.js')).findLearningRateVerb,
  },
  {
    usage: 'batch-size <data>',
    summary: 'Find how many images a step can take, and how many it should',
    load: async () => (await import('./find.js')).findBatchSizeVerb,
  },
];

export const verbs: readonly VerbEntry[] = [
  {
    usage: 'demo',
    summary: 'See it all in two minutes, on synthetic radiographs',
    load: async () => (await import('./demo.js')).demoVerb,
  },
  {
    usage: 'audit <data> [other]',
    summary: 'Find leaks between splits, copies and shortcuts, before training does',
    load: async () => (await import('./audit.js')).auditVerb,
  },
  {
    usage: 'train [data]',
    summary: 'Train a classifier on a folder of images',
    load: async () => (await import('./train.js')).trainVerb,
  },
  {
    usage: 'evaluate [model] [data]',
    summary: 'Say how good a model is on labeled images',
    load: async () => (await import('./evaluate.js')).evaluateVerb,
  },
  {
    usage: 'calibrate <model> <data>',
    summary: 'Fit how a model answers: threshold, honest probabilities, doubt',
    load: async () => (await import('./calibrate.js')).calibrateVerb,
  },
  {
    usage: 'probe <data>',
    summary: 'See whether labels can be told without looking at the lungs',
    load: async () => (await import('./probe.js')).probeVerb,
  },
  {
    usage: 'anomaly [inputs..]',
    summary: 'Find images that are unlike the normal ones',
    load: async () => (await import('./anomaly.js')).anomalyVerb,
  },
  {
    usage: 'shift <source> <target>',
    summary: 'See whether images differ from those a model knows, and repair it',
    load: async () => (await import('./shift.js')).shiftVerb,
  },
  {
    usage: 'report <run>',
    summary: 'Tell a run as a page, a model card and charts',
    load: async () => (await import('./report.js')).reportVerb,
  },
  {
    usage: 'verify <run> [data]',
    summary: 'Predict again, and name what of a run is no longer as it was',
    load: async () => (await import('./verify.js')).verifyVerb,
  },
  {
    usage: 'predict <model> <images..>',
    summary: 'Classify images',
    load: async () => (await import('./predict.js')).predictVerb,
  },
  {
    usage: 'explain <model> <images..>',
    summary: 'Draw where a model looked for its answers',
    load: async () => (await import('./explain.js')).explainVerb,
  },
  {
    usage: 'serve <models..>',
    summary: 'Answer over HTTP what models think of images',
    load: async () => (await import('./serve.js')).serveVerb,
  },
  {
    usage: 'exam <model> <images..>',
    summary: 'Examine explanations: do their maps tell what the network knows',
    load: async () => (await import('./exam.js')).examVerb,
  },
  {
    usage: 'embed <model> <data>',
    summary: 'See which images a network finds alike: vectors, neighbors, a map',
    load: async () => (await import('./embed.js')).embedVerb,
  },
  {
    usage: 'compare <a> <b>',
    summary: 'Say whether one model is better than another on the same images',
    load: async () => (await import('./compare.js')).compareVerb,
  },
  {
    usage: 'runs [folders..]',
    summary: 'List training runs, or compare some',
    load: async () => (await import('./runs.js')).runsVerb,
  },
  {
    usage: 'models [name]',
    summary: 'List the architectures, or show the layers of one',
    load: async () => (await import('./models.js')).modelsVerb,
  },
  {
    usage: 'benchmark',
    summary: 'Measure how fast architectures infer and train here, or how well they learn',
    load: async () => (await import('./benchmark.js')).benchmarkVerb,
  },
  {
    usage: 'import <weights>',
    summary: 'See where the weights of torchvision or timm would go',
    load: async () => (await import('./import.js')).importVerb,
  },
  {
    usage: 'export <model>',
    summary: 'Write a model as ONNX, for other programs',
    load: async () => (await import('./export.js')).exportVerb,
  },
  { usage: 'find', summary: 'Measure a good learning rate or batch size', verbs: findVerbs },
  { usage: 'data', summary: 'Look at, split and pack images', verbs: dataVerbs },
  {
    usage: 'reproduce [recipe]',
    summary: 'Repeat the experiment of a report, and put its figures beside ours',
    load: async () => (await import('./reproduce.js')).reproduceVerb,
  },
  {
    usage: 'doctor',
    summary: 'Check that everything works here, and say what helps where it does not',
    load: async () => (await import('./doctor.js')).doctorVerb,
  },
];
