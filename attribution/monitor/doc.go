// Package monitor turns an endless stream of events into answers while it runs:
// when a burst of traffic began and ended, whom it hit, how large it was against
// history, where it came from, and what may be claimed about that.
//
// A [Monitor] takes [Event] values, each with its time, source and target. It counts
// them in intervals of event time, 10 seconds by default. It keeps the closed
// intervals of the last hour as compact snapshots. Among any number of targets it
// tracks the busiest ones. It finds bursts of these and of all traffic.
//
//	p := text.NewPrinter(language.English)
//	m, err := monitor.New(table, monitor.Options{
//		Claims: []attribution.Claim{attribution.Majority("RU")},
//		Notify: func(b monitor.Burst) { p.Burst(os.Stdout, b) },
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	for events := range batches {
//		m.Observe(events...)
//	}
//
// [Monitor.Snapshot] returns what came in any range of the retained intervals, and
// [Monitor.TargetSnapshot] what came to a target lately. Like every snapshot, they report
// where the traffic came from and decide claims.
//
// # Time
//
// Time is the time of the events; no clock is read. An interval closes when the
// stream has gone beyond its end by Options.AllowedLateness. Until then events may
// come in any order. Later ones are late, and not counted. [Monitor.Advance] closes
// intervals when no events come.
//
// Clocks are wrong at times, and some lie. The stream is where most sources are, not
// where the foremost is: before an interval closes, sources vote whether its time has
// come. Each has one vote, its latest event, however many it sends. The vote is carried
// by a lead that chance does not explain: by a quarter of the sources of an interval in
// a row, at most some dozens, or by more where others are against. In order, that takes
// a third of an interval, or a moment if there are hundreds of sources. Of two sources,
// the one ahead has the word.
//
// A minority that runs up to 6 intervals ahead is counted in its place ([Stats].Ahead).
// Events that lie farther ahead are set aside. A vote of its own, of 8 in a row at least,
// decides whether the stream has leapt there, as it does after a pause. What was set
// aside is then counted where it belongs. It is counted too when the stream gets there
// by itself.
//
// An event that lies more than 6 intervals back, or more than the allowed lateness
// if that is longer, is late. But if such events carry a vote, of 64 in a row at least,
// the clock was set back. All open intervals then close, and the stream begins anew where
// most of them are. Earlier counts stay. A monitor that learns the time from
// [Monitor.Advance] is set back by nothing else. At most 1,024 events are set aside;
// more are dropped.
//
// In simulations with 100 sources in an interval or more, up to 45 % of wrong clocks cost
// less than 1 % of the others' records, whether they are fast, slow, or choose the worst.
// So do 25 % among 20 sources. Nearly half of fewer sources may hold the clock back by
// minutes, and more records may be set aside then than there is room for. While a stream
// begins, nobody knows how many sources it has: a fast clock may cost its first minute.
//
// Records dated in another time zone are recognized if most of those that lie far ahead or
// far back do so by the same multiple of 15 minutes. [Stats].ClockOffset says by how
// much, and so does the caveat CLOCK_OFFSET of each burst of that time. Nothing is dated
// anew. One attack may look like several then, or like none.
//
// # Lost records
//
// Records that are in no count may be of any country, so that verdicts must allow for
// them. Late and dropped records, records without a time or a valid source, and those
// whose sources were shed are part of the snapshot that they belong to
// ([attribution.Report].Lost). That is the interval of their time. It is the present one if
// they have no time, or one in another zone or before the retention. It is all traffic,
// and the target if that is tracked. Records that are set aside are lost to the present
// snapshot, and to a burst that ran when they came, for as long as they wait.
//
// Mind the effect: if 30 % of the records of a burst come late, every interval is that
// much wider, and a claim about 60 % of its sources is undecided (LATE_EVENTS). Allow
// for more lateness then.
//
// # Bursts
//
// Events and distinct sources per interval are watched, of all traffic and of each
// tracked target. They are compared with the same time of earlier days once three
// days are known, and with the last hour before that. No burst is reported during the
// first 12 intervals.
//
// Options.Notify reports a burst one interval after it becomes visible, and again
// whenever it has doubled. It reports the end of a burst five minutes later, or
// twelve intervals if that is longer. A pulse within that time keeps it running, so that
// pauses of up to five minutes do not end an attack.
// Verdicts of a running burst are interim: they share one probability of error. The
// final ones have their own.
//
// A report of a burst is about all that came from its onset to its end, and nothing else.
// While it runs, the end is where it was last seen. An end that is then found to be earlier
// takes what came after it out of the report (END_MOVED). What may yet lie after the end is
// held apart until then: what came after the last interval that is far above the noise, and
// no more than four times as many intervals as it takes to find an end.
//
// Routine is learned. A job that comes at the same time of each minute, hour, day or week
// is reported a few times at most, and from then on expected: once in a period, about as
// large as before. More than that is a burst. Who sends the same burst again and again is
// reported each time until it is routine, and can then hide no more than half as much again
// in it, once in a period; 3 % a day may be added. Office hours are hardly ever bursts from
// the second week on, and a level that lasts for a day is reported once.
//
// A target that was not tracked before is judged by what an untracked target can have
// had at most. Since there are many targets, a burst of one of them is reported only
// if chance among all targets does not explain it. And since what one source does is
// one decision, a source that works through a list of targets counts as a burst only
// after hundreds of events.
//
// [Burst.NewSources] says where the new sources came from. New are those that were not
// seen in the baseline: half the retention before the burst, or up to all of it. The
// sources of other bursts and of the interval before the onset are no part of it.
//
// # Newcomers
//
// Some sources come for the first time though nothing happens, and are new without being
// of an attack. How many come, and of which countries, is counted before the burst: in each
// interval, those that came in none before, the last third of the baseline weighing most.
// Their number in the time of the burst has a negative binomial distribution, wider by how
// much the traffic strays. The share of the attack is that of the new sources without
// them, with the uncertainty of both parts (Zou and Donner 2008). The longer the past is,
// the fewer come for the first time. How fast their number falls is bounded by what it fell
// until then, if each source comes again at a rate of its own: a mixture of exponential
// functions is convex in its logarithm (Bernstein 1929).
//
// Nobody who sends newcomers in advance can turn a verdict: the interval reaches from the
// share of all new sources to that without the newcomers. A claim that this leaves open is
// undecided (NEWCOMERS). Where few new sources made nearly all events,
// [baseline.NewSources] has a report on these alone.
//
// [Monitor.Bursting] tells a server whether a target is under attack now.
// [Monitor.BurstSnapshot] has what package evidence needs to prove a verdict.
//
// # Targets
//
// Options.Targets of them are tracked, by events and by distinct sources;
// [sketch.HeavyHitters] says what that guarantees. A target's counts do not include
// traffic from before it was tracked. Each target is counted as exactly as all traffic
// is.
//
// Memory for this is bounded: 64 MB for open intervals, as much for recently closed
// ones and running bursts, and as much for baselines. When many targets have very
// many sources at once, the least active targets are shed for a while ([Stats].Shed).
// The burst of all traffic still reports what happens.
//
// # Checkpoints
//
// [Monitor.Checkpoint] writes the whole state, with a position of the caller.
// [Monitor.Restore] goes on from it, bit for bit. A program that is killed restores
// its last checkpoint, replays from the position, and reports the same bursts.
// History survives with it, so that a restart does not begin without a baseline. It needs
// a key: Options.Tally.Key.
//
// # Accuracy
//
// A range of intervals is merged from tallies of 4,096 sources and precision 12
// (Options.Tally). Up to 4,096 distinct sources in the range, everything is exact.
// Beyond, the errors are those that package attribution states for these sizes.
// Counts are those that one tally of the same events would give.
//
// # Memory
//
// It is bounded by the options. A closed interval takes some 15 bytes for each of up
// to 4,096 sources, and beyond that up to 1 kB for each country: 0.2 MB with a
// million sources from everywhere in every interval. A whole monitor then takes some
// 100 MB after an hour, and 120 MB more while a thousand targets are hit so. With
// 20,000 sources it takes 50 to 100 MB, at any number of targets. See
// [Stats].SnapshotBytes. The reports of bursts come on top, for each burst that
// [Options].Notify or [Monitor.Bursts] gave out and the monitor still knows.
//
// # Concurrency
//
// Observers take one lock for each block of 256 events. Before that, they hash sources and
// targets, and look sources up. A reader takes the lock while it copies the open
// intervals, less than a millisecond each, and merges the closed ones without it. Closing
// an interval takes a few milliseconds, or ten if a million sources came, in the
// goroutine whose event closes it. Bursts are reported without the lock.
//
// # Security
//
// Sources and targets are hashed with a secret key, so that nobody who chooses them
// can choose what is counted or tracked. Checkpoints contain source addresses, unless
// Options.Tally.DropAddresses is set, and names of targets, but never the key.
//
// # Compatibility
//
// Checkpoints have a version and a checksum; one of another version is refused. JSON keys
// and caveat codes are only added, never changed.
package monitor
