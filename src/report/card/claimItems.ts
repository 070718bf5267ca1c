/** What the 42 items of CLAIM 2020 are about, in our words, and which of them a run can answer. */
import type { ChecklistItem } from './checklist.js';
import * as data from './claimData.js';
import * as model from './claimModel.js';
import * as results from './claimResults.js';

/** Items of one part of a manuscript. */
function section(name: string, items: readonly Omit<ChecklistItem, 'section'>[]): ChecklistItem[] {
  return items.map((item) => ({ ...item, section: name }));
}

/** In the order and with the numbers of the publication, doi:10.1148/ryai.2020200029. */
export const claimItems: readonly ChecklistItem[] = [
  ...section('Title and abstract', [
    {
      number: 1,
      topic: 'Title',
      ask: 'in the title, that the study is one of AI, and of which kind.',
      known: model.kind,
    },
    {
      number: 2,
      topic: 'Abstract',
      ask: 'design, methods, results and conclusions, in a structured abstract.',
    },
  ]),
  ...section('Introduction', [
    {
      number: 3,
      topic: 'Background',
      ask: 'the clinical problem, and the part that the model is meant to play in it.',
    },
    { number: 4, topic: 'Objectives', ask: 'the aims of the study, and its hypotheses.' },
  ]),
  ...section('Methods: study design', [
    {
      number: 5,
      topic: 'Prospective or retrospective',
      ask: 'whether the images were collected for this study, or existed before it.',
    },
    {
      number: 6,
      topic: 'Kind of study',
      ask: 'what the study is for: a first model, feasibility, a comparison, non-inferiority.',
    },
  ]),
  ...section('Methods: data', [
    {
      number: 7,
      topic: 'Sources of the data',
      ask: 'who collected the images, at which sites, and where the data can be had.',
      known: data.source,
    },
    {
      number: 8,
      topic: 'Eligibility',
      ask: 'which patients or studies qualified, and where, when and how they were found.',
    },
    {
      number: 9,
      topic: 'Preprocessing',
      ask: 'every step between the device and the network.',
      answer: data.preprocessing,
    },
    {
      number: 10,
      topic: 'Subsets',
      ask: 'whether parts of the images or studies were cut out or chosen, and how.',
    },
    {
      number: 11,
      topic: 'Data elements',
      ask: 'what each label and variable means, with reference to common data elements.',
      known: data.labels,
    },
    {
      number: 12,
      topic: 'De-identification',
      ask: 'how names, dates and burned-in text were removed, and under which rules.',
    },
    {
      number: 13,
      topic: 'Missing data',
      ask: 'which images or labels were missing or unusable, and what was done about them.',
      answer: data.missing,
    },
  ]),
  ...section('Methods: ground truth', [
    {
      number: 14,
      topic: 'Reference standard',
      ask: 'what makes an image belong to a class, so that others could label it the same way.',
      known: data.labels,
    },
    {
      number: 15,
      topic: 'Reason for the standard',
      ask: 'why this standard was preferred to others.',
    },
    {
      number: 16,
      topic: 'Annotators',
      ask: 'who labeled the images, with which training and instructions.',
    },
    { number: 17, topic: 'Annotation tools', ask: 'with which software labels were made.' },
    {
      number: 18,
      topic: 'Agreement of annotators',
      ask: 'how far annotators agreed, with others and with themselves, and how disputes ended.',
    },
  ]),
  ...section('Methods: data partitions', [
    {
      number: 19,
      topic: 'Sample size',
      ask: 'how many cases were intended, and by which reasoning.',
      known: data.sizes,
    },
    {
      number: 20,
      topic: 'Assignment to partitions',
      ask: 'how cases came into training, validation and test, and in which proportions.',
      answer: data.assignment,
      known: data.sizes,
    },
    {
      number: 21,
      topic: 'Level of separation',
      ask: 'whether partitions share images, studies, patients or sites.',
      answer: data.separation,
      known: data.grouping,
    },
  ]),
  ...section('Methods: model', [
    {
      number: 22,
      topic: 'Architecture',
      ask: 'inputs, outputs, and all layers between.',
      answer: model.architecture,
    },
    {
      number: 23,
      topic: 'Software',
      ask: 'libraries and frameworks with their versions.',
      answer: model.software,
    },
    {
      number: 24,
      topic: 'Initial parameters',
      ask: 'whether weights started at random, or came from which model trained on what.',
      answer: model.initialization,
    },
  ]),
  ...section('Methods: training', [
    {
      number: 25,
      topic: 'Training',
      ask: 'augmentation, hyperparameters, and how many models were trained.',
      answer: model.training,
    },
    {
      number: 26,
      topic: 'Selection of the model',
      ask: 'by which figure, on which images, the final model was chosen.',
      answer: model.selection,
    },
    {
      number: 27,
      topic: 'Ensembles',
      ask: 'which models were combined, and how.',
      answer: model.ensemble,
    },
  ]),
  ...section('Methods: evaluation', [
    {
      number: 28,
      topic: 'Metrics',
      ask: 'by which figures performance is measured, and why by these.',
      answer: results.metrics,
    },
    {
      number: 29,
      topic: 'Uncertainty',
      ask: 'how intervals and significance were computed.',
      answer: results.uncertainty,
    },
    {
      number: 30,
      topic: 'Robustness',
      ask: 'how the results change with assumptions, acquisition or starting conditions.',
      answer: results.robustness,
    },
    {
      number: 31,
      topic: 'Explanations',
      ask: 'which method explains the answers, and how the explanations themselves were checked.',
    },
    {
      number: 32,
      topic: 'External data',
      ask: 'whether the model was tested on data from elsewhere; if not, that it was not.',
      answer: results.external,
    },
  ]),
  ...section('Results: data', [
    {
      number: 33,
      topic: 'Flow of cases',
      ask: 'how many cases were found, left out and kept at each step, best as a diagram.',
      known: data.sizes,
    },
    {
      number: 34,
      topic: 'Characteristics',
      ask: 'ages, sexes and clinical characteristics of the cases in each partition.',
    },
  ]),
  ...section('Results: model performance', [
    {
      number: 35,
      topic: 'Performance on all partitions',
      ask: 'the figures of the final model on test images beside those on the other partitions.',
      answer: results.performance,
      known: results.performanceSoFar,
    },
    {
      number: 36,
      topic: 'Diagnostic accuracy',
      ask: 'diagnostic accuracy on test images, with its precision.',
      answer: results.diagnosticAccuracy,
    },
    {
      number: 37,
      topic: 'Failures',
      ask: 'which cases the model gets wrong, and what they have in common.',
      answer: results.failures,
    },
  ]),
  ...section('Discussion', [
    {
      number: 38,
      topic: 'Limitations',
      ask: 'bias, statistical uncertainty, and how far the results carry.',
      known: () => 'the limitations that the model card lists.',
    },
    {
      number: 39,
      topic: 'Implications',
      ask: 'what the results mean for practice, and what the model may be used for.',
    },
  ]),
  ...section('Other information', [
    {
      number: 40,
      topic: 'Registration',
      ask: 'number and registry, where the study is registered.',
    },
    {
      number: 41,
      topic: 'Protocol',
      ask: 'where the full protocol, the code and the model can be had.',
      known: () => 'config.yaml of the run holds every setting, and repeats the training.',
    },
    { number: 42, topic: 'Funding', ask: 'who paid, and what part the funders had in the study.' },
  ]),
];
