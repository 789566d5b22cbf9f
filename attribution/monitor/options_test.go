package monitor

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/internal/testenv/world"
)

// Options out of their range are refused by name, and never panic.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		want    string // of the error; "": none
		options Options
	}{
		{"", Options{}},
		{"", Options{Interval: time.Hour, AllowedLateness: 8 * time.Hour, Retention: 10_000 * time.Hour}},
		{"", Options{AllowedLateness: -5, Targets: -5}},
		{"", Options{Policy: attribution.Policy{Confidence: .99, Interim: 3}}},
		{"", Options{Tally: attribution.Options{SampleSize: 65_536, Precision: 16, IPv6PrefixLen: 128, SamplingRate: 9}}},
		{"Interval is 1ms, want 1s to 1h", Options{Interval: time.Millisecond}},
		{"Interval is -1s", Options{Interval: -time.Second}},
		{"Interval is 7s", Options{Interval: 7 * time.Second}},
		{"Interval is 2h0m0s", Options{Interval: 2 * time.Hour}},
		{"AllowedLateness is 1h0m0s, want at most 8 intervals of 10s", Options{AllowedLateness: time.Hour}},
		{"Retention is 1s", Options{Retention: time.Second}},
		{"Retention is 1000h0m0s", Options{Retention: 1000 * time.Hour}},
		{"Targets is 15, want 16 to 16384", Options{Targets: 15}},
		{"", Options{FalseAlarms: 1}},
		{"", Options{FalseAlarms: 30}},
		{"FalseAlarms is 0.5, want 1 to 30 a month", Options{FalseAlarms: .5}},
		{"FalseAlarms is -1, want", Options{FalseAlarms: -1}},
		{"FalseAlarms is NaN, want", Options{FalseAlarms: math.NaN()}},
		{"", Options{Groups: allGroups}},
		{"", Options{Groups: -1}},
		{"Groups is 8", Options{Groups: 8}},
		{"Targets is 16385", Options{Targets: 16_385}},
		{"Tally: attribution: invalid options: SampleSize is 1", Options{Tally: attribution.Options{SampleSize: 1}}},
		{
			"Tally: attribution: invalid options: Precision is 17, want 12 to 16",
			Options{Tally: attribution.Options{Precision: 17}},
		},
		{
			"Tally: attribution: invalid options: IPv6PrefixLen is 31, want 32 to 128",
			Options{Tally: attribution.Options{IPv6PrefixLen: 31}},
		},
		{"Claims[1]: attribution: invalid claim", Options{
			Claims: []attribution.Claim{attribution.Majority("RU"), attribution.Majority("R")},
		}},
		{"Policy: attribution: invalid policy: Confidence is 2", Options{Policy: attribution.Policy{Confidence: 2}}},
		{"Enrichment has a nil", Options{Enrichment: attribution.Enrichment{Databases: []*geo.Table{nil}}}},
		{"Enrichment has a nil", Options{Enrichment: attribution.Enrichment{Lists: []*geo.PrefixSet{nil}}}},
		{"Enrichment has more than 64", Options{Enrichment: attribution.Enrichment{
			Databases: slices.Repeat([]*geo.Table{world.Other()}, 65),
		}}},
		{"Enrichment with Tally.DropAddresses", Options{
			Tally:      attribution.Options{DropAddresses: true},
			Enrichment: attribution.Enrichment{Databases: []*geo.Table{world.Other()}},
		}},
	} {
		err := c.options.Validate()
		m, made := New(world.Embedded(), c.options)
		if (err == nil) != (m != nil) || (made == nil) != (m != nil) {
			t.Errorf("%+v: valid: %v, New: %v", c.options, err, made)
		}
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, attribution.ErrInvalidOptions) ||
			!strings.HasPrefix(err.Error(), "monitor: invalid options: "+c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	claims := Options{Claims: []attribution.Claim{{}}}
	if err := claims.Validate(); !errors.Is(err, attribution.ErrInvalidClaim) {
		t.Errorf("the zero claim: %v", err)
	}
	if m, err := New(nil, Options{}); m != nil || !errors.Is(err, attribution.ErrInvalidOptions) {
		t.Errorf("without a table: %v", err)
	}
}
