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
// The first event may be ahead of the others. So until an interval has closed, an earlier event
// makes the stream begin earlier, if all that came lies no more than about 6 intervals ahead of it,
// or the allowed lateness if that is longer. Else it is late.
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
// first 12 intervals. There is no threshold to set. Options.FalseAlarms is how many bursts a
// month may be none, 1 unless it is set.
//
// A burst that runs when the first record comes has no traffic before it. If it is one of all
// traffic and ends within the retention, it is reported then, once, with ONSET_UNSEEN: its end
// is found by reading the intervals backwards. Traffic that ends in silence is not: that may
// be an outage. One that goes on to the last record cannot be told from everyday traffic. After the
// clock was set back, none is looked for: there was traffic before.
//
// Options.Notify reports a strong burst within seconds: as soon as what has come in the open
// intervals would be a burst if they closed now. A count only grows, so that this makes no
// more false alarms. Until they close, no other is reported so: what begins at the same time
// may be of one attack. Weaker bursts are reported when the interval closes that shows them.
// Notify is called again whenever a burst has doubled, as of an interval that has closed.
// It reports the end of a burst five minutes later, or twelve intervals if that is longer.
// A pulse within that time keeps it running, so that pauses of up to five minutes do not
// end an attack. An attack on many targets is one report: see below.
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
// if chance among all targets and groups does not explain it. And since what one source does is
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
// # Attacks
//
// Bursts of one attack are joined. One of them is the parent, which Options.Notify reports.
// The others are its children: the parent lists them, with what came to each
// ([Burst.Children]), and [Burst.Parent] of a child leads back. [Monitor.Bursts] has all of
// them, each with its own report and verdicts. [Monitor.Running] has the parents that run, and
// makes no report of the others. A burst that nothing belongs to is reported as it is.
//
// Two targets are under one attack if the onsets agree and they share sources that make the
// bursts. The onsets may lie two intervals apart, and more if a burst was found long after
// its onset. Sources that make a burst are new, or send far more than before. Of what they
// sent in the smaller burst, 5 % must come from shared ones, or 25 % if these are only one or
// two. What newcomers send anyway, as many as came before, is subtracted first, with two
// standard errors. So everyday visitors of both targets join no attacks, even if all of them
// are new. Beyond 256 sources of a burst a sample decides, with its error.
//
// A burst of all traffic is the parent of the attack that makes most of it, if that is a third
// of its excess at least. Other attacks of that time are reported by themselves. Without such
// a burst, the parent is the one that was found first. If all traffic had stood still for so
// long that 20 events were expected, what begins when it comes back is one: a catch-up after
// an outage.
//
// What cannot be seen is not joined: attacks whose sources are forged at random share none, and
// targets whose sources were shed ([Stats].Shed) are not known to share any.
//
// The parent is reported again when it, or the number of its children, has doubled, and when
// it has ended. Each such look counts as an interim one. Its last report waits for the
// children, as long as it takes to find an end. If some still run, it says so, and the attack
// goes on: the first of those that run is the parent of the others, and the burst that ended is
// its Parent. A burst that was reported alone may become a child later, when that of all
// traffic is found. It is then in the reports of its parent. Every burst is reported as
// ended once, by itself or as a child. Options.NotifyChildren reports each by itself as well.
//
// Whatever is joined, the verdicts of each burst are about its own traffic and share one
// probability of error. Those of a parent are not about the traffic of its children, unless
// it is that of all traffic. Joining depends on the counts alone, on no clock and no order.
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
// Memory for targets and groups is bounded: 64 MB for open intervals, as much for recently closed
// ones and running bursts, and as much for baselines. When many targets have very
// many sources at once, the least active targets are shed for a while ([Stats].Shed).
// The burst of all traffic still reports what happens. What came to a group with one active
// member is stored once, and counts twice against these limits.
//
// # Groups
//
// An attack may spread over a network, so that no address of it gets much. So groups of targets
// are targets too, of the kinds in Options.Groups: networks, unless others are chosen (the /24 of
// an IPv4 address, the /48 of an IPv6 address), mail domains, and directories of paths.
// [Groups.Of] says in which group a target is. What takes a target takes a group.
//
// A burst that shows in a group and in its members is reported once. Members that have a
// quarter of it or more are reported themselves. If they have more than half of it together,
// they are what was hit, and the group is not reported. Otherwise the group is, and the bursts
// of members that have less than a quarter are part of it. What counts is events beyond the
// expected ones, so that a busy member that goes on as usual is not what was hit. A burst that
// is reported already stays one, whatever comes later.
//
// Groups have as many slots as targets, of their own, so that neither displaces the other.
// The guarantee of [sketch.HeavyHitters] holds for each. An attacker who makes up mailboxes or
// paths hides no group unless as many others get nearly as much. A group is counted as exactly
// as a target.
//
// The form of a target says which group it is in. No function of the program does, so that
// groups are the same ones after a restart. A target is in one group, and no group is in
// another. More would cost as much again, and repeat what all traffic says.
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
// 20,000 sources it takes 40 to 130 MB, at any number of targets. See
// [Stats].SnapshotBytes. The reports of bursts come on top, for each burst that
// [Options].Notify or [Monitor.Bursts] gave out and the monitor still knows.
//
// # Concurrency
//
// Observers take one lock for each block of 256 events. Before that, they hash sources and
// targets, and look sources up. A reader takes the lock while it copies the open
// intervals, less than a millisecond each, and merges the closed ones without it. Closing
// an interval takes a few milliseconds if something came to a thousand targets, or ten if a
// million sources came, in the goroutine whose event closes it. Targets to which nothing
// came for some minutes take no time. Where bursts of a thousand targets begin at once it takes
// half a second, once. Bursts are reported without the lock.
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
