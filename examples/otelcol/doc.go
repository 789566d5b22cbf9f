// Package otelcol is an example: a distribution of the OpenTelemetry Collector with the whence connector.
// builder.yaml says what is in it, and config.yaml what it does. docs/OTEL.md says how to build and run
// it. Its test does both.
package otelcol
