package natsfleet

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution/fleet"
	"github.com/whence-go/whence/attribution/monitor"
)

// allTraffic stands for the zero target. It is shorter than the digest of another.
const allTraffic = "all"

// Subject returns the subject of an envelope's place, at most 250 bytes. Another place has
// another subject. The envelope must be valid, see [fleet.Envelope.Validate].
//
//	PREFIX.NODE.EPOCH.WINDOW.BEGIN.TARGET
//
//	NODE    the name of the node, each dot of it replaced by "~", which no name has
//	EPOCH   decimal
//	WINDOW  the length of the window in nanoseconds, decimal
//	BEGIN   when the window begins, in nanoseconds since 1970, decimal
//	TARGET  "all" for all traffic, else the SHA-256 of its encoding ([monitor.Target.AppendBinary])
//	        in base64url without padding: 43 characters, whatever a client has written there
func (o Options) Subject(e *fleet.Envelope) string {
	o = o.filled()
	b := make([]byte, 0, 256)
	b = append(b, o.Prefix...)
	b = append(b, '.')
	b = append(b, strings.ReplaceAll(e.Node, ".", "~")...)
	for _, n := range [...]uint64{e.Epoch, uint64(e.Window), uint64(e.From.UnixNano())} {
		b = strconv.AppendUint(append(b, '.'), n, 10)
	}
	return string(append(append(b, '.'), target(e.Target)...))
}

func target(t monitor.Target) string {
	if t.IsZero() {
		return allTraffic
	}
	encoding, _ := t.MarshalBinary() // never fails
	digest := sha256.Sum256(encoding)
	return base64.RawURLEncoding.EncodeToString(digest[:])
}
