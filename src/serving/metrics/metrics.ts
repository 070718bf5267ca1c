/** The server in figures: Triton's names, so that dashboards made for it work, and our own beside them. */
import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Ending, Learned, RequestObserver, Work } from '../observer.js';
import type { Registry as Models, ReloadOutcome, ServedModel } from '../registry/types.js';
import { GrowingCounter } from './growingCounter.js';

const reloadOutcomes: readonly ReloadOutcome[] = ['added', 'reloaded', 'failed', 'removed'];
/** From a cached page to a queue at its end; a doubling each. */
const durationBuckets = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24];
const ofModel = ['model', 'version'] as const;

/** Triton's words for why a request failed. */
function reasonFor(status: number): string {
  if (status === 499) return 'CANCELED';
  if (status === 429 || status === 503) return 'REJECTED';
  return status >= 500 ? 'BACKEND' : 'OTHER';
}

export class Metrics implements RequestObserver {
  private readonly registry = new Registry();
  private readonly learned = new WeakMap<FastifyRequest, Learned>();
  private readonly success = this.counter(
    'nv_inference_request_success',
    'Requests answered',
    ofModel,
  );
  private readonly failure = this.counter('nv_inference_request_failure', 'Requests that failed', [
    ...ofModel,
    'reason',
  ]);
  private readonly images = this.counter('nv_inference_count', 'Images answered', ofModel);
  private readonly requestUs = this.counter(
    'nv_inference_request_duration_us',
    'From the first byte of answered requests to their answers, in µs',
    ofModel,
  );
  private readonly inputUs = this.counter(
    'nv_inference_compute_input_duration_us',
    'Reading and decoding images, in µs',
    ofModel,
  );
  private readonly outputUs = this.counter(
    'nv_inference_compute_output_duration_us',
    'From outputs to answers, in µs',
    ofModel,
  );
  private readonly durations = new Histogram({
    name: 'roentgen_request_duration_seconds',
    help: 'All requests, from the first byte to the answer',
    labelNames: ['route', 'status'],
    buckets: durationBuckets,
    registers: [this.registry],
  });
  private readonly predictions = this.counter('roentgen_predictions_total', 'Images by answer', [
    'model',
    'class',
  ]);
  private readonly abstentions = this.counter(
    'roentgen_abstentions_total',
    'Images without a reliable answer, by reason',
    ['model', 'reason'],
  );
  private readonly reloads = this.counter(
    'roentgen_model_reloads_total',
    'Model files that were new, changed or gone while the server ran',
    ['outcome'],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const outcome of reloadOutcomes) this.reloads.inc({ outcome }, 0);
  }

  /** Whose predictors are asked when metrics are. */
  watch(models: Models): void {
    const growing = [
      ['batches', 'nv_inference_exec_count', 'Forward passes', 1],
      ['queueMs', 'nv_inference_queue_duration_us', 'Images waiting, in µs', 1000],
      [
        'computeMs',
        'nv_inference_compute_infer_duration_us',
        'Forward passes of images, in µs',
        1000,
      ],
    ] as const;
    for (const [figure, name, help, factor] of growing) {
      new GrowingCounter({ name, help, labelNames: ofModel, registers: [this.registry] }, () =>
        models.served.map((served) => ({
          labels: labelsOf(served),
          total: Math.round((models.statistics(served)?.[figure] ?? 0) * factor),
        })),
      );
    }
    new Gauge({
      name: 'nv_inference_pending_request_count',
      help: 'Images accepted and not yet answered',
      labelNames: ofModel,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const served of models.served) {
          this.set(labelsOf(served), models.statistics(served)?.pending ?? 0);
        }
      },
    });
  }

  asks(request: FastifyRequest, served: ServedModel): void {
    this.learned.set(request, { ...this.learned.get(request), served });
  }

  worked(request: FastifyRequest, work: Work): void {
    const { served } = this.learned.get(request) ?? {};
    this.learned.set(request, { ...this.learned.get(request), work });
    if (!served) return;
    const labels = labelsOf(served);
    const { images, answers = [], inputMs = 0, outputMs = 0 } = work;
    this.images.inc(labels, images);
    this.inputUs.inc(labels, Math.round(inputMs * 1000));
    this.outputUs.inc(labels, Math.round(outputMs * 1000));
    const { name: model } = served;
    for (const { label, abstain } of answers) {
      this.predictions.inc({ model, class: label });
      if (abstain !== null) this.abstentions.inc({ model, reason: abstain });
    }
  }

  over(request: FastifyRequest, { route, status, durationMs }: Ending): Learned {
    const learned = this.learned.get(request) ?? {};
    this.durations.observe({ route: route ?? 'none', status }, durationMs / 1000);
    if (learned.served) {
      const labels = labelsOf(learned.served);
      if (status < 400) {
        this.success.inc(labels);
        this.requestUs.inc(labels, Math.round(durationMs * 1000));
      } else {
        this.failure.inc({ ...labels, reason: reasonFor(status) });
      }
    }
    return learned;
  }

  reloaded(outcome: ReloadOutcome): void {
    this.reloads.inc({ outcome });
  }

  /** In Prometheus' text format, and the content type of that. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}

function labelsOf({ name, version }: ServedModel): { model: string; version: string } {
  return { model: name, version };
}
