// Package detect answers one question: does this series of counts burst? It knows
// nothing about traffic, sources or targets.
//
// A [Series] takes one count per interval, in order. After each it says whether a
// burst began, is running or has ended, and where:
//
//	s := detect.New(detect.Options{Interval: 10*time.Second, Grain: detect.Fine})
//	for i, y := range counts {
//		switch r := s.Observe(i, y); r.State {
//		case detect.Began: // since interval r.Onset
//		case detect.Ended: // before interval r.End
//		}
//	}
//
// # What is expected
//
// Nothing is said during the first 12 intervals (coldstart.go). Then the mean of the
// last hour is expected. After three days it is the median of the same time of
// earlier days, from cells of 5 or 15 minutes that go back four weeks (cells.go,
// seasonal.go). Four equal weekdays replace the last seven days once they have
// fitted better. The level of the last hours moves this up or down.
//
// A level that lasts long enough is expected from then on, so that a burst of it ends
// (departure.go). How much higher it is than the level before is told by the counts and the
// expectations of the same hour. So the shape of the day is kept, and the day after is not
// one more burst.
//
// Where the rhythm is steep, as when an office opens, the most that the neighbors of a cell
// have is allowed. A level is not learned from hours in which nothing is expected, and
// noise mostly from those in which much is: on a small target, most hours are such that
// nothing comes.
//
// # Routine
//
// What recurs at the same time of each minute, hour, day or week is expected once three of
// four such times had it (routine.go). It is taken off the count before anything else sees
// it. Other ways were weighed. A profile of the expectation by phase must be as wide as a
// job may be late, and a job each minute would make every minute blind. A quantile of the
// days at one time of day knows no hours, and takes five days to change its mind. So a
// routine explains an amount, once in a period, and nothing else.
//
// A visit counts only if it at least doubles the level, and is no part of a longer burst.
// Hence noise and steps of the rhythm make no routines: false alarms and the delay of
// bursts are the same with routines and without where nothing recurs.
//
// How much an attacker can teach has a bound. At one time of each period, he may send half
// as much again as what was seen there three times, as one burst or as several. He may
// add 3 % a day, so that it doubles in 23 days. More makes a burst again. In between, a
// burst of twice what is expected is found as ever. All of this is functions of the counts.
//
// # What is a burst
//
// Each count is compared with the expectation in two ways (scale.go). One is the
// standardized residual: the distance on a scale on which counts with the noise of
// this series have variance 1 (Anscombe 1948). The noise is learned from the counts
// of three days, by medians, so that unnoticed bursts do not spoil it (noise.go).
// The other is the likelihood ratio of five times the level against the level (Wald
// 1945).
//
// Both are summed over time, and a sum starts again where it would fall below 0 (Page
// 1954). A sum beyond its limit is a burst. Residuals are summed only where there is
// a season, else every morning would be a burst. A count needs no sum if it is 25
// times the expectation, or 10 times the largest one ever.
//
// The same is done with sums of a cell. They find what is too weak for single
// intervals, and noise that lasts for minutes does not fool them.
//
// # Weak and short bursts
//
// Likelihood ratios are also summed for three times the level, for twice and for half
// as much again (family.go). Such a sum finds any length: some intervals of threefold
// traffic, or minutes of a little more (Lorden 1971). A fourth sum finds pulses: it
// takes pairs of intervals as a mixture, of which one in twenty is loud. A fifth test
// looks at one count alone.
//
// These sums expect the most that the level may be: the expectation may be wrong, the
// level wanders, and it rises in the morning. What was learned about each is allowed.
// Without a season, half as much again must come within five minutes.
// Each sum has a limit of its own that steady traffic passes about once in a month of 28
// days, or as often as Options.FalseAlarms says. In other traffic the limit is learned from
// the largest values of the sum (limit.go).
//
// # Where it begins and ends
//
// A burst has ended once five minutes, and 12 intervals at least, were nearly all
// quiet, and none of them was a pulse: a count that would be part of a burst by itself,
// 5 standard deviations above the expectation. So pauses of an attack that are shorter do
// not end it. The onset and the end are where the counts fall into two parts of constant
// level by least squares, but the end is never before the last pulse. Where a small factor
// shows the burst, they are where its sum, and the sum of the opposite, were last 0
// (ending.go).
//
// # Many series
//
// Among a thousand series, some are wrong all the time. [Proof] decides whether a
// burst in one of them is more than chance among all of them explains (proof.go).
// [Peak] compares a burst with the largest count before (peak.go).
//
// # Accuracy
//
// The tests simulate series of known truth: with a rhythm of day and week, noise that
// lasts, and bursts. They state how many false alarms there may be, how many bursts
// must be found, and how soon. docs/ACCURACY.md has the numbers.
//
// # Memory and time
//
// After four weeks a series takes 10 kB ([Coarse]) or 32 kB ([Fine]), at any length of
// the interval. Up to 40 visits and 16 routines add 4 kB at most, where something stands
// out so often. Observing an interval takes some 0.5 µs on average. Most of it is done
// when a cell ends. An interval that is hardly above the expectation costs no logarithm
// of a small factor.
//
// Where nothing comes and hardly anything is expected, a series is at rest (rest.go). Silence
// then takes time for each cell and not for each interval, and [Series.Awaits] says until when
// nobody needs to tell a series that nothing came. A series that is calm (calm.go) takes zeros
// in a loop of their own, which costs a third of what another count does.
//
// # Sources
//
//   - Page, Continuous inspection schemes, Biometrika 41 (1954).
//   - Lorden, Procedures for reacting to a change in distribution, Annals of
//     Mathematical Statistics 42 (1971).
//   - Gumbel, Statistics of extremes (1958).
//   - Robbins and Monro, A stochastic approximation method, Annals of Mathematical
//     Statistics 22 (1951).
//   - Wald, Sequential tests of statistical hypotheses, Annals of Mathematical
//     Statistics 16 (1945).
//   - Anscombe, The transformation of Poisson, binomial and negative-binomial data,
//     Biometrika 35 (1948).
//   - Li and Ma, Analysis methods for results in gamma-ray astronomy, Astrophysical
//     Journal 272 (1983).
//   - Hoare, Algorithm 65: Find, Communications of the ACM 4 (1961).
package detect
