// Package whencebeam counts where traffic came from in pipelines of Apache Beam, for history that is too large for one
// machine.
//
// It is a module of its own, because only it needs Beam. docs/BEAM.md in the repository says how to run it, and
// examples/beam is a program.
//
//	p, s := beam.NewPipelineWithRoot()
//	events := …           // a PCollection<monitor.Event>
//	snapshots, err := whencebeam.Count(s, whencebeam.Options{Window: time.Minute, KeyFile: "/etc/whence/secret"}, events)
//	…
//	reports, err := whencebeam.Report(s, attribution.Policy{}, snapshots, attribution.Majority("RU"))
//	…
//	textio.Write(s, "reports.json", reports)
//
// [Count] counts events per target and window. [Merge] merges snapshots per target and window. [ReadEnvelopes] and
// [MergeEnvelopes] do it with what collectors stored, see package fleet. [Report] decides claims.
//
// # What is guaranteed
//
// A snapshot has the bytes of one tally that had seen everything. They depend neither on the runner, the number of
// workers and bundles, nor on order. A bundle that a runner runs again counts once.
//
// What was not counted is part of the answer. Records without a time are lost ones, in a [Place] of their own.
// Envelopes and files that cannot be used come out as [Refused], with their names. A counter of Beam,
// whence/refused_records, has their number. A key or a database that a worker lacks fails the job.
//
// # Windows
//
// The window of an event is part of the key, and its own time says which one it is. So windows, triggers and
// watermarks of Beam decide nothing, no event is late, and the job is bounded. Side inputs, state and timers are not
// used.
//
// # Secret and database
//
// Options names them and the graph of the pipeline has the names alone. Each worker process reads both once.
//
// # Coders
//
// This package registers coders for [Place], monitor.Event, attribution.Snapshot and fleet.Envelope. Beam sends a
// value of another type by its exported fields. So a struct of yours with a Snapshot in an unexported field arrives
// without it, and no error says so. Put such values in a KV, or register a coder.
//
// # Performance
//
// An event that crosses from one worker to another costs several times what counting it costs. So events should be
// counted where they are read. docs/BEAM.md has what was measured.
//
// # Security
//
// The data between workers and in the runner's storage have source addresses, unless Options.DropAddresses is set. Who
// chooses targets chooses how many places there are. That costs storage and no memory of workers.
package whencebeam
