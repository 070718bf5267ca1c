# Writes test/fixtures/evaluation/delong.json: what R's package pROC says of areas under ROC curves.
# From the repository's root: Rscript scripts/oracles/delong.R

suppressPackageStartupMessages(library(pROC))
RNGversion("4.0.0")
set.seed(19880901)

area <- function(truth, scores) {
  roc(truth, scores, levels = c(0, 1), direction = "<", quiet = TRUE)
}

numbers <- function(values) {
  paste0("[", paste(format(values, digits = 17, trim = TRUE), collapse = ", "), "]")
}

case <- function(name, truth, a, b) {
  first <- area(truth, a)
  second <- area(truth, b)
  value <- as.numeric(auc(first))
  variance <- as.numeric(var(first, method = "delong"))
  # pROC's own interval is on the plain scale; ours is on the logit scale.
  half <- qnorm(0.975) * sqrt(variance) / (value * (1 - value))
  test <- roc.test(second, first, method = "delong", paired = TRUE)
  figures <- c(
    area = value,
    low = plogis(qlogis(value) - half),
    high = plogis(qlogis(value) + half),
    difference = as.numeric(auc(second)) - value,
    differenceLow = test$conf.int[1],
    differenceHigh = test$conf.int[2],
    z = as.numeric(test$statistic),
    pValue = test$p.value
  )
  fields <- c(
    sprintf('"name": "%s"', name),
    sprintf('"truth": %s', numbers(truth)),
    sprintf('"a": %s', numbers(a)),
    sprintf('"b": %s', numbers(b)),
    sprintf('"%s": %.17g', names(figures), figures)
  )
  paste0("  {\n    ", paste(fields, collapse = ",\n    "), "\n  }")
}

simulated <- function(name, positives, negatives, skill, grid = 1e6) {
  truth <- c(rep(1, positives), rep(0, negatives))
  common <- rnorm(length(truth))
  scores <- function(skill) {
    logits <- skill * (truth - 0.5) + 0.7 * common + rnorm(length(truth))
    round(grid / (1 + exp(-logits))) / grid
  }
  case(name, truth, scores(skill), scores(skill + 0.4))
}

cases <- c(
  simulated("few images", 7, 9, 1),
  simulated("imbalanced", 12, 90, 1.5),
  simulated("many images", 150, 120, 2),
  simulated("ties", 60, 50, 1.5, grid = 8),
  simulated("many ties", 40, 70, 1, grid = 3),
  simulated("no skill", 50, 50, 0)
)
writeLines(
  c(
    "{",
    sprintf('"madeBy": "scripts/oracles/delong.R, pROC %s",', packageVersion("pROC")),
    '"cases": [',
    paste(cases, collapse = ",\n"),
    "]}"
  ),
  "test/fixtures/evaluation/delong.json"
)
