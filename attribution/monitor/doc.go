// Package monitor turns an endless stream of events into answers while it runs.
//
// A [Monitor] is fed [Event] values, each with its time, source and target, and
// counts them in intervals of event time, 10 seconds by default. It keeps the
// closed intervals of the last hour as compact snapshots, so that
// [Monitor.Report] answers for any range of them where the traffic came from,
// as package attribution does for a stream that ended.
//
//	m := monitor.New(table, monitor.Options{})
//	for events := range batches {
//		m.ObserveBatch(events)
//	}
//	fmt.Print(m.Report(from, to))
//
// # Time
//
// The time is that of the events; no clock is read. An interval closes when the
// stream has gone beyond its end by Options.Lateness. Events may come in any order
// until then; those that come later are dropped and counted ([Stats]).
// [Monitor.Advance] closes intervals when nothing comes.
//
// Clocks are wrong at times, and one record dated to the year 2100 must not close
// everything. An event that lies more than 6 intervals ahead of the stream moves
// nothing: it is set aside, and so are those that follow, until 8 of them have
// come in a row, without one in the present between. Then the nearest of their
// times is believed, and what was set aside is counted where it belongs. When
// the stream gets there by itself, it is counted too. An event that lies
// more than 6 intervals (or the lateness, if that is longer) back is late. But
// if 64 of them come in a row, the clock is believed to have been set back: what
// is open closes, and the stream begins anew at the earliest of them. What was
// counted before stays. A monitor that is told the time by [Monitor.Advance] is set
// back by nothing else. At most 1,024 events are set aside; more are dropped
// and counted.
//
// # Accuracy
//
// A range of intervals is merged from tallies of 4,096 sources and precision 12
// (Options.Tally): up to 4,096 distinct sources in the range everything is exact,
// beyond the errors are those that package attribution states for these sizes.
// The counts are those that one tally of the same events would give.
//
// # Memory
//
// It is bounded by the options. A closed interval takes some 15 bytes for each of
// up to 4,096 sources, and beyond that some 1.6 kB for each country with many of
// them; see [Stats].SnapshotBytes.
//
// # Concurrency
//
// Observers take one lock for each block of 256 events. A reader takes it for the
// time of copying the open intervals, less than a millisecond each, and merges
// the closed ones without it.
package monitor
