package natsfleet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

func (o *Options) refuse(differences []string) error {
	if differences == nil {
		return nil
	}
	return fmt.Errorf("natsfleet: %w: %s: %s", ErrStream, o.Stream, strings.Join(differences, "; "))
}

// differ appends what a stream has and what it should have, if these are not the same.
func differ[T comparable](all []string, what string, has, want T) []string {
	if has == want {
		return all
	}
	return append(all, fmt.Sprintf("%s is %v, want %v", what, has, want))
}

// broken returns in what a stream does not hold what the package promises.
func (o *Options) broken(c *jetstream.StreamConfig) (all []string) {
	if !slices.Equal(c.Subjects, []string{o.subjects()}) {
		all = append(all, fmt.Sprintf("subjects are %q, want %q alone", c.Subjects, o.subjects()))
	}
	// One message a place, which stays until it is replaced or old.
	all = differ(all, "max_msgs_per_subject", c.MaxMsgsPerSubject, 1)
	all = differ(all, "retention", c.Retention, jetstream.LimitsPolicy)
	all = differ(all, "discard", c.Discard, jetstream.DiscardOld)
	all = differ(all, "max_msgs", max(c.MaxMsgs, -1), -1)
	all = differ(all, "storage", c.Storage, jetstream.FileStorage)
	all = differ(all, "sealed", c.Sealed, false)
	// An answer says that it is kept.
	all = differ(all, "no_ack", c.NoAck, false)
	all = differ(all, "persist_mode is async", c.PersistMode == jetstream.AsyncPersistMode, false)
	// A node may be allowed to read its own places alone.
	all = differ(all, "allow_direct", c.AllowDirect, true)
	// A header changes nothing but the place that it is published to.
	all = differ(all, "allow_rollup_hdrs", c.AllowRollup, false)
	all = differ(all, "allow_msg_ttl", c.AllowMsgTTL, false)
	all = differ(all, "allow_msg_counter", c.AllowMsgCounter, false)
	all = differ(all, "allow_msg_schedules", c.AllowMsgSchedules, false)
	// Nothing comes past compare-and-set, or under another subject.
	all = differ(all, "mirror", c.Mirror != nil, false)
	all = differ(all, "sources", len(c.Sources), 0)
	return differ(all, "subject_transform", c.SubjectTransform != nil, false)
}

// less returns in what a stream keeps less than the options want.
func (o *Options) less(c *jetstream.StreamConfig) (all []string) {
	if c.Replicas < o.Replicas {
		all = append(all, fmt.Sprintf("num_replicas is %d, want %d or more", c.Replicas, o.Replicas))
	}
	if c.MaxAge > 0 && c.MaxAge < o.MaxAge {
		all = append(all, fmt.Sprintf("max_age is %v, want %v or more", c.MaxAge, o.MaxAge))
	}
	if c.MaxBytes > 0 && c.MaxBytes < o.MaxBytes {
		all = append(all, fmt.Sprintf("max_bytes is %d, want %d or more", c.MaxBytes, o.MaxBytes))
	}
	return all
}
