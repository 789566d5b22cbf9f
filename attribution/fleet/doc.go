// Package fleet merges what many collectors counted, so that an attack that comes through
// many gateways is one burst with one answer.
//
// What crosses the network is a snapshot, not an event: some 10 to 200 kB a window, whatever
// came. A snapshot with its place, the [Envelope], is the unit. Each [Node] counts in a monitor of
// its own and sends the windows that have closed. The center keeps them in a [Fleet], which
// merges them when it is asked, and a [Feed] gives them to a monitor that finds the bursts of the
// whole.
//
//	// A collector.
//	node, err := fleet.NewNode(m, 10*time.Second, "paris-1", uint64(started.UnixNano()))
//	client := fleet.Client{URL: "https://center.example/fleet"}
//	for range every10Seconds {
//		results, err := client.Ship(ctx, node)
//		…
//	}
//
//	// The center.
//	f, err := fleet.New(fleet.Options{KeyID: key.ID(), Precision: 12, Window: 10 * time.Second, Nodes: names})
//	http.Handle("/fleet", fleet.Handler(f, time.Now))
//	feed := fleet.NewFeed(f, m, time.Minute)
//	for now := range every10Seconds {
//		given, incomplete, err := feed.Run(now)
//		…
//	}
//
// # What is guaranteed
//
// The merged snapshot has the same bytes whatever the order in which envelopes came, however
// often each came, and however the nodes shared the traffic. Counts of distinct sources are those
// of one tally that had seen everything: a source that several nodes saw counts once. Events
// add up, so that traffic which two nodes see twice counts twice.
//
// Each place, which is a target, a window, a node and its epoch, holds one envelope: that with
// the highest sequence. A retry that comes late replaces nothing. Two different envelopes with
// the same place and sequence are a conflict, and the second is refused. The sequence of a [Node]
// says how much was counted, so that the fullest envelope of a place stays, also after a restart
// from an older checkpoint. Two collectors must not share a name and an epoch: a conflict shows
// them only where they have counted as much.
//
// # Nodes that are missing
//
// What a node did not send may be of any country. [Fleet.Snapshot] notes it as unread records,
// which widen every interval, and [Answer] names the node. How many records these are nobody
// knows; see [Missing] for the estimate. A node is missing in a window unless all its runs
// have said that they are final there ([Envelope].Final).
//
// # One secret
//
// All nodes hash with the same key, see [sketch.KeyFromFile], and the center needs only its
// id. To rotate it, give the nodes the new secret at one time, and make a new Fleet beside the old
// one: snapshots of two keys cannot be merged, and are refused by an error that names both.
//
// # Versions
//
// An encoding of another version is refused by a [sketch.VersionError] that names both. So
// update the center first, then the nodes: a center reads what older nodes send.
//
// # Privacy
//
// Snapshots hold source addresses, unless the nodes count with DropAddresses. Node names,
// times and targets are not secret to anybody on the way.
package fleet
