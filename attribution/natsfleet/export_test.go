package natsfleet

// Take gives a message to a receiver as if it had come.
func Take(r *Receiver, subject string, data []byte) { r.take(subject, data) }

// Waiting notes n places of a node, and returns how many had room.
func Waiting(r *Receiver, node string, n int) (room int) {
	for i := range n {
		if r.waiting.put(node+string(rune(i)), node, r.clock()) {
			room++
		}
	}
	return room
}
