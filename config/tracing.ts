/** Settings of traces, under the names that OpenTelemetry gives them. */
import { z } from 'zod';

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Collector that traces are sent to (OTLP over HTTP), for example `http://collector:4318`. Default: no traces'),
  OTEL_SERVICE_NAME: z.string().min(1).default('wenzhen').describe('Name of this server in traces'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Share of the socket events, requests and jobs that are traced, 0 to 1, each with all that follows from it'),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce
    .number()
    .int()
    .min(1)
    .default(5_000)
    .describe('How long spans are collected before they are sent, in ms'),
};
