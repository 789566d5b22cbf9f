package natsfleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/whence-go/whence/attribution"
)

// Options name a stream. A collector needs Stream and Prefix of it; the others are for [Ensure].
type Options struct {
	// Stream is the name of the stream: 1 to 64 letters, digits, "_" or "-". "" stands for
	// WHENCE.
	Stream string

	// Prefix is what all subjects begin with: words of letters, digits, "_" or "-" with a dot
	// between two of them, at most 64 characters. It begins with a letter or a digit. ""
	// stands for whence.
	Prefix string

	// Replicas is how many servers keep the stream, 1 to 5; 0 stands for 3. With 3 or 5 of
	// them it survives the loss of 1 or 2.
	Replicas int

	// MaxAge is how long an envelope is kept, a minute or more; 0 stands for 24 hours. A center
	// that starts anew knows of no older one. So it should span what [fleet.Options].Windows
	// does.
	MaxAge time.Duration

	// MaxBytes bounds the stream on each server, in bytes, a megabyte or more; 0 stands for
	// 1 GiB. The oldest envelopes go first.
	MaxBytes int64
}

const (
	defaultStream   = "WHENCE"
	defaultPrefix   = "whence"
	defaultReplicas = 3
	defaultMaxAge   = 24 * time.Hour
	defaultMaxBytes = 1 << 30

	mostReplicas  = 5
	leastMaxAge   = time.Minute
	leastMaxBytes = 1 << 20
	longestPrefix = 64

	answerTime = 5 * time.Second
)

var (
	streamName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	prefixText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)
)

// Validate returns what is out of its range, or nil. The error wraps
// [attribution.ErrInvalidOptions].
func (o Options) Validate() error {
	switch {
	case o.Stream != "" && !streamName.MatchString(o.Stream):
		return invalidOptions("Stream is %.80q, want 1 to 64 letters, digits, \"_\" or \"-\"", o.Stream)
	case o.Prefix != "" && (len(o.Prefix) > longestPrefix || !prefixText.MatchString(o.Prefix)):
		return invalidOptions("Prefix is %.80q, want at most %d letters, digits, \"_\", \"-\", and dots between words",
			o.Prefix, longestPrefix)
	case o.Replicas < 0 || o.Replicas > mostReplicas:
		return invalidOptions("Replicas is %d, want 1 to %d", o.Replicas, mostReplicas)
	case o.MaxAge != 0 && o.MaxAge < leastMaxAge:
		return invalidOptions("MaxAge is %v, want %v or more", o.MaxAge, leastMaxAge)
	case o.MaxBytes != 0 && o.MaxBytes < leastMaxBytes:
		return invalidOptions("MaxBytes is %d, want %d or more", o.MaxBytes, leastMaxBytes)
	}
	return nil
}

func invalidOptions(format string, args ...any) error {
	return fmt.Errorf("natsfleet: %w: %w", attribution.ErrInvalidOptions, fmt.Errorf(format, args...))
}

func (o Options) filled() Options {
	o.Stream = cmp.Or(o.Stream, defaultStream)
	o.Prefix = cmp.Or(o.Prefix, defaultPrefix)
	o.Replicas = cmp.Or(o.Replicas, defaultReplicas)
	o.MaxAge = cmp.Or(o.MaxAge, defaultMaxAge)
	o.MaxBytes = cmp.Or(o.MaxBytes, defaultMaxBytes)
	return o
}

// subjects is what the stream takes, and a center reads.
func (o *Options) subjects() string { return o.Prefix + ".>" }

func (o *Options) config() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:              o.Stream,
		Description:       "what the collectors of a whence fleet counted: one message a place",
		Subjects:          []string{o.subjects()},
		Retention:         jetstream.LimitsPolicy,
		Storage:           jetstream.FileStorage,
		Discard:           jetstream.DiscardOld,
		MaxMsgs:           -1,
		MaxMsgSize:        -1,
		MaxMsgsPerSubject: 1,
		MaxConsumers:      -1,
		AllowDirect:       true,
		Replicas:          o.Replicas,
		MaxAge:            o.MaxAge,
		MaxBytes:          o.MaxBytes,
	}
}

// Ensure creates the stream, or checks the one that is there. It changes none. The error wraps
// [ErrStream] and says what differs if that one does not hold what the package promises, or
// keeps less than the options want. Servers that have just started may have no leader: then it
// fails within 5 s, and should be tried again. Any number of programs may call it at once.
func Ensure(ctx context.Context, js jetstream.JetStream, o Options) error {
	if err := o.Validate(); err != nil {
		return err
	}
	o = o.filled()
	ctx, cancel := soon(ctx)
	defer cancel()
	stream, err := js.Stream(ctx, o.Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		stream, err = js.CreateStream(ctx, o.config())
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another program was faster
		stream, err = js.Stream(ctx, o.Stream)
	}
	if err != nil {
		return fmt.Errorf("natsfleet: the stream %s: %w", o.Stream, err)
	}
	c := &stream.CachedInfo().Config
	return o.refuse(append(o.broken(c), o.less(c)...))
}

// soon bounds a request to the servers: one that comes while they have no leader may get no
// answer at all.
func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, answerTime)
}

// open returns the stream if it holds what the package promises.
func (o *Options) open(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	ctx, cancel := soon(ctx)
	defer cancel()
	stream, err := js.Stream(ctx, o.Stream)
	if err != nil {
		return nil, fmt.Errorf("natsfleet: the stream %s: %w", o.Stream, err)
	}
	return stream, o.refuse(o.broken(&stream.CachedInfo().Config))
}
