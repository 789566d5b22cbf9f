// Package natsfleet carries the envelopes of a fleet (package fleet) over NATS JetStream, so that
// collectors and the center need not be up at the same time, and a center that starts anew has all
// that was sent lately.
//
// It is a module of its own, because only it needs nats.go.
//
//	js, err := jetstream.New(conn) // conn has certificates and credentials
//
//	// A collector.
//	node, err := fleet.NewNode(m, 10*time.Second, "paris-1", uint64(started.UnixNano()))
//	sender, err := natsfleet.NewSender(js, natsfleet.Options{})
//	for range every10Seconds {
//		results, err := sender.Ship(ctx, node)
//		…
//	}
//
//	// The center.
//	err = natsfleet.Ensure(ctx, js, natsfleet.Options{})
//	f, err := fleet.New(fleet.Options{KeyID: key.ID(), Precision: 12, Window: 10 * time.Second, Nodes: names})
//	receiver, err := natsfleet.NewReceiver(js, natsfleet.Options{}, f, time.Now)
//	go receiver.Run(ctx)
//	err = receiver.Sync(ctx) // what was retained is in f
//
// # What is guaranteed
//
// The stream has one message for each place: a target, a window, a node and its epoch. Each place
// has a subject of its own ([Options.Subject]). A message replaces another one only if its
// envelope has a higher sequence. The sender reads what is there and writes on the condition that it
// is still there (compare-and-set), so that a retry that comes late, from whichever program, replaces
// nothing. An id of the message would not do: the servers forget ids after some minutes. No server
// enforces this. It holds as long as all that may publish use a [Sender].
//
// [Sender.Send] returns when most of the replicas have the envelope. So an envelope that was
// answered survives the loss of any minority of them: of 1 of 3 replicas, of 2 of 5. By default a
// server writes to its disk at once, but asks the disk to flush every two minutes. If all servers may
// lose power at once, set sync_interval to always.
//
// The center reads all that is retained whenever it starts, and merges by the rules of fleet: the
// snapshots have the same bytes in whatever order and however often messages came. [Receiver.Sync]
// says when it has read what was there.
//
// Envelopes go when they are older than Options.MaxAge, or, the oldest first, when the stream has
// Options.MaxBytes. A center that was away for longer does not see them. Their nodes are then
// missing in these windows, see [fleet.Answer].
//
// # What is refused
//
// A message that cannot be read, that claims another place than its subject, or that the fleet
// refuses is counted by its code and named ([Stats]), and the next one is read. The node does
// not learn of it: look at the center's Stats. An envelope whose window has not begun by the
// clock of the center waits until it has.
//
// An envelope larger than max_payload of the server (1 MB if it is not told otherwise) is not
// sent, and its Result has the code "too_large". The node is then incomplete in that window. A
// packed envelope has some 10 to 200 kB; set max_payload to 8 MB, which is what NATS advises at most.
//
// # Servers
//
// JetStream with file storage, three servers or more for Options.Replicas 3. The tests run on
// NATS 2.15. Nobody is asked who he is by this package: use TLS, and give each node a user of its own
// that may publish its own subjects alone. As the name of the node is in the subject, with "~" for
// each dot, and the center compares it with that in the envelope, no node can then speak for another.
// With the default Options, the node paris-1 needs
//
//	publish:   whence.paris-1.>
//	           $JS.API.STREAM.INFO.WHENCE
//	           $JS.API.DIRECT.GET.WHENCE.whence.paris-1.>
//	subscribe: _INBOX.>
//
// and the center
//
//	publish:   $JS.API.STREAM.INFO.WHENCE
//	           $JS.API.STREAM.CREATE.WHENCE
//	           $JS.API.STREAM.MSG.GET.WHENCE
//	           $JS.API.CONSUMER.CREATE.WHENCE.>
//	           $JS.API.CONSUMER.MSG.NEXT.WHENCE.>
//	subscribe: _INBOX.>
//
// Users that share an account should have inboxes of their own (nats.CustomInboxPrefix), so that
// none can read the answers to another. A node can fill the stream, so that the oldest envelopes of
// others go: watch its size.
//
// # Concurrency
//
// Any number of goroutines may use a [Sender]. [Sender.Ship] belongs to the goroutine of its node.
// One goroutine runs a [Receiver]; others may ask it and the fleet meanwhile. Any number of
// centers may read one stream.
//
// # Performance
//
// An envelope whose place the sender knows or which is new costs one request, and no read. The
// sender remembers up to 32,768 places, 10 MB. The center asks for 32 messages ahead. The servers
// keep each subject, some 150 bytes, in memory.
//
// # Privacy
//
// Envelopes hold source addresses, unless the nodes count with DropAddresses. The servers store
// them as they are, for Options.MaxAge: encrypt their disks, or have the servers do so (cipher). Node
// names and times are in the subjects. Targets are there as digests, which hide no target from
// somebody who can guess it.
package natsfleet
