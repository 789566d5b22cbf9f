// Package monitor turns an endless stream of events into answers while it runs:
// when a burst of traffic began and ended, whom it hit, how large it was against
// history, where it came from, and what may be claimed about that.
//
// A [Monitor] is fed [Event] values, each with its time, source and target. It counts
// them in intervals of event time, 10 seconds by default, keeps the closed
// intervals of the last hour as compact snapshots, tracks the targets that are hit
// hardest among any number of them, and finds bursts of these and of all traffic.
//
//	m := monitor.New(table, monitor.Options{
//		Claims: []attribution.Claim{attribution.Majority("RU")},
//		Notify: func(b monitor.Burst) { fmt.Print(b) },
//	})
//	for events := range batches {
//		m.ObserveBatch(events)
//	}
//
// [Monitor.Report] answers for any range of the retained intervals where the traffic
// came from, as package attribution does for a stream that ended.
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
// # Bursts
//
// Events and distinct sources per interval are watched, of all traffic and of each
// tracked target. They are compared with the same time of earlier days once there
// are three of them, and with the last hour before; nothing is found in the first
// dozen intervals. A burst is told ([Options].Notify) in the interval after it shows,
// again whenever it has doubled, and once more when it has ended, which is known
// five minutes later, or twelve intervals if that is longer; pauses of an attack
// that are shorter do not end it. Before it has ended, its verdicts are provisional:
// they are looks that share one probability of error. The final one stands alone.
//
// A target that was not tracked before is judged by what an untracked target can
// have had at most. Since there are many targets, a burst of one is told only when
// chance among all of them does not explain it, and since what one source does is
// one decision, a robot that works off a list is none unless it makes hundreds of
// events.
//
// [Burst.Excess] says where the new sources came from: those that were not seen in
// the baseline, the half to whole retention before the burst, without what other
// bursts sent. An interval between the baseline and the onset is left out.
//
// # Targets
//
// Options.Targets of them are tracked, by events and by distinct sources; see
// [sketch.HeavyHitters] for what that guarantees. What came to a target before it was
// tracked is not in its tallies. Each is counted by itself as exactly as all traffic
// is, within 64 MB for the open intervals, as much for those that closed lately and
// for the bursts that run, and as much for baselines: when many targets have very
// many sources at once, those that are hit least are given up for a while
// ([Stats].GivenUp), and all traffic tells of the burst.
//
// # Checkpoints
//
// [Monitor.Checkpoint] writes everything, with a position of the caller, and
// [Monitor.Restore] goes on from it, bit for bit: a program that is killed, restores
// its last checkpoint and replays from the position tells the same bursts. History
// survives with it, so that a restart does not begin with an hour of ignorance.
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
// up to 4,096 sources, and beyond that up to 1 kB for each country: with a million
// sources from everywhere in every interval 0.2 MB, and all of a monitor some 140 MB
// after an hour, and 120 MB more while a thousand targets are hit so; one of 20,000
// sources takes 50 to 100 MB, however many targets there are. See
// [Stats].SnapshotBytes.
//
// # Concurrency
//
// Observers take one lock for each block of 256 events. A reader takes it for the
// time of copying the open intervals, less than a millisecond each, and merges
// the closed ones without it. Closing an interval takes a few milliseconds, some ten
// if a million sources came, in the goroutine whose event closes it. Bursts are
// reported without the lock.
//
// # Security
//
// Sources and targets are hashed with a secret key, so that nobody who chooses them
// can choose what is counted or tracked. Checkpoints carry source addresses, unless
// Options.Tally.DropAddresses is set, and names of targets, never the key.
//
// # Compatibility
//
// Checkpoints are versioned; one of another version is refused. JSON keys and caveat
// codes are only added, never changed.
package monitor
