// Package whencebeam counts and merges in pipelines of Apache Beam.
package whencebeam
