package natsfleet

import (
	"crypto/sha256"
	"sync"
)

// place is what a sender knows of the last message of a subject.
type place struct {
	revision uint64 // number of the message in the stream; 0: there is none
	sequence uint64 // of the envelope in it; 0: there is none that can be read
	contents [sha256.Size]byte
}

// places are those that were written or read lately. Any number of goroutines may use them at
// once.
type places struct {
	mu         sync.Mutex
	young, old map[string]place // by subject
}

// mostPlaces is how many subjects each of the two maps has at most: 10 MB together.
const mostPlaces = 16 << 10

func (p *places) get(subject string) place {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.young[subject]; ok {
		return known
	}
	return p.old[subject]
}

func (p *places) put(subject string, known place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.young == nil || len(p.young) >= mostPlaces {
		p.young, p.old = map[string]place{}, p.young
	}
	p.young[subject] = known
}

// forget drops what is known of a subject.
func (p *places) forget(subject string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.young, subject)
	delete(p.old, subject)
}
