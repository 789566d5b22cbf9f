package text

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/internal/testenv"
)

// values are some numbers and subjects for codes that take others than a share.
var values = map[caveat.Code][]caveat.Caveat{
	caveat.VolumeUnknown:         {{Value: 4096}, {}},
	caveat.MixedSamplingRates:    {{Value: 100}},
	caveat.Reflection:            {{Value: 1, Subject: "sources"}, {Value: .613, Subject: "bytes"}},
	caveat.Spoofed:               {{Value: .613}, {}},
	caveat.EstimatorsDisagree:    {{Value: -4.2}},
	caveat.EventsNotRead:         {{}},
	caveat.BytesNotRead:          {{}},
	caveat.Blocks:                {{Value: 1}, {Value: 713}},
	caveat.CutAddresses:          {{Value: 24, Subject: "IPv4"}, {Value: 1, Subject: "IPv6"}, {Subject: "IPv4"}},
	caveat.FewSources:            {{Value: 1}, {Value: 12}},
	caveat.ClusteredSources:      {{Value: 1}, {Value: 1.44}, {Value: 64.6}},
	caveat.UnreadRecords:         {{Value: 1}, {Value: 713}},
	caveat.LateEvents:            {{Value: 1}, {Value: 713}},
	caveat.ClockOffset:           {{Value: 7200}, {Value: -18000}, {Value: 20700}},
	caveat.DatabasesDisagree:     {{Value: 1}, {Value: 2}},
	caveat.ClusteredErrors:       {{Value: 12.3}},
	caveat.SamplingError:         {{Value: 123_456}, {Value: 1e20}},
	caveat.FamiliesDiffer:        {{Value: .123, Subject: "IPv6"}},
	caveat.SamplingRateSensitive: {{Value: .0123}, {Value: -.0123}},
	caveat.Fragile:               {{Value: .011}, {}},
	caveat.SameDatabase:          {{Value: 2}},
	caveat.DatabaseAge:           {{Value: 742}, {Value: -1}, {Value: 95, Subject: "DB-IP Lite"}},
	caveat.MixedDatabases:        {{Value: 2}, {Value: 2, Subject: "baseline"}},
	caveat.ReservedPresent:       {{Value: 1}, {Value: 12}},
	caveat.AddressChurn:          {{Value: 26.5}, {Value: 190}},
	caveat.PacketSampled:         {{Value: 1000}, {Value: 10, Subject: "baseline"}},
	caveat.SketchesOnly:          {{Value: 1}, {Value: .4}},
	caveat.AddressesDropped:      {{}},
	caveat.ReflectionUntested:    {{}},
	caveat.Newcomers:             {{Value: 1}, {Value: 350}},
	caveat.SpoofingSuspected:     {{Value: 4000}},
	caveat.ManyPerSource:         {{Value: 2000}},
	caveat.RankDiffers:           {{Value: 3, Subject: "bytes"}},
	caveat.PrefixConcentrated:    {{Value: .25, Subject: "2001:db8::/48"}},
	caveat.NetworkConcentrated:   {{Value: .61, Subject: "AS64500 Example"}},
	caveat.ListedSources:         {{Value: .61, Subject: "hosting"}},
	caveat.NotLookedUp:           {{}, {Subject: "hosting"}},
	caveat.FewNewSources:         {{Value: 1}, {Value: 312}},
	caveat.EndMoved:              {{Value: 1}, {Value: 1234}},
	caveat.ShortHistory:          {{Value: .5}, {Value: 1}, {Value: 100}},
	caveat.WindowSensitive:       {{Value: 2, Subject: "RU > 50%"}},
}

// caveats are one of each code, or more.
func caveats() (all []caveat.Caveat) {
	for code := range caveat.Codes() {
		list := values[code]
		if list == nil {
			list = []caveat.Caveat{{Value: .613}}
		}
		for _, c := range list {
			c.Code = code
			all = append(all, c)
		}
	}
	return all
}

// The English sentence about each code.
func TestGoldenCaveats(t *testing.T) {
	var b bytes.Buffer
	for _, c := range caveats() {
		fmt.Fprintf(&b, "%v\n  %s\n", c, en.Caveat(c))
	}
	testenv.Golden(t, "caveats.txt", b.Bytes())
}

// caveatsOfNetworks are the texts of caveats that differ in verdicts on networks, each once.
func caveatsOfNetworks(p *Printer) string {
	var b strings.Builder
	r := attribution.Report{Sources: attribution.Count{Value: 900, Low: 900, High: 900, Exact: true}}
	claims := []attribution.Claim{
		attribution.Majority().InAS(64500), attribution.Majority().InAS(64500).Of(attribution.Events),
	}
	for _, c := range caveats() {
		seen := map[string]bool{}
		for i := range 2 * len(claims) {
			v := attribution.Verdict{Claim: claims[i/2], GeolocationErrorTolerated: .011}
			if i%2 == 1 {
				v.Outcome, v.Reason, v.GeolocationErrorTolerated = attribution.Inadmissible, c.Code, 0
			}
			inCountry := v
			inCountry.Claim = attribution.Majority("RU").Of(v.Claim.Unit())
			text := teller{p: p, r: &r, v: &v}.caveat(c)
			if text != (teller{p: p, r: &r, v: &inCountry}).caveat(c) && !seen[text] {
				seen[text] = true
				fmt.Fprintf(&b, "%v\n  %s\n", c, text)
			}
		}
	}
	return b.String()
}

// The English sentences of caveats in verdicts on networks. Every phrase for these has its turn.
func TestGoldenCaveatsOfNetworks(t *testing.T) {
	testenv.Golden(t, "caveats-networks.txt", []byte(caveatsOfNetworks(en)))
	keys := english
	keys.caveats = maps.Clone(english.caveats)
	for key := range keys.caveats {
		if strings.HasSuffix(key, " networks") {
			keys.caveats[key] = key
		}
	}
	said := caveatsOfNetworks(&Printer{&keys})
	for key := range keys.caveats {
		if strings.HasSuffix(key, " networks") && !strings.Contains(said, "\n  "+key+"\n") {
			t.Errorf("no verdict says %q", key)
		}
	}
}

// A code that is not known gives what the data say.
func TestUnknownCode(t *testing.T) {
	if got, want := en.Caveat(caveat.Caveat{Code: "NEW_CODE", Value: .5}), "NEW_CODE 0.5"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What a caveat says beside a verdict depends on what it does there.
func TestCaveatsInVerdicts(t *testing.T) {
	claim, plurality := attribution.Majority("RU"), attribution.Plurality("RU").Of(attribution.Events)
	r := attribution.Report{
		Sources: attribution.Count{Value: 900, Low: 900, High: 900, Exact: true}, Events: 5_000, SamplingRate: 100,
		Reserved: attribution.Row{Sources: 3, Events: 70},
		Plausibility: attribution.Plausibility{
			Heavy:    &attribution.HeavySources{Sources: 28, EventsAbove: 255, MedianEvents: 7, Share: .263},
			Spoofing: &attribution.Spoofing{Tested: 800, Dark: 1, Bogons: 2, Pairs24: 1, Pairs24IfForged: .4},
		},
	}
	agree := []attribution.Opinion{{Outcome: attribution.Supported}, {Outcome: attribution.Supported}}
	sampling := &attribution.PacketSampling{Rate: 100, Outcome: attribution.Refuted, SeenOnce: .99}
	inadmissible, undecided, supported := attribution.Inadmissible, attribution.Undecided, attribution.Supported
	for _, c := range []struct {
		code    caveat.Code
		value   float64
		claim   attribution.Claim
		outcome attribution.Outcome // but for supported, the code is the reason
		want    string
	}{
		{caveat.NothingCounted, 0, plurality, inadmissible, "No events were counted."},
		{caveat.FewSources, 12, claim, undecided, "too few to decide the claim"},
		{caveat.FewSources, 12, claim, supported, "would not decide the claim"},
		{caveat.FewSources, 12, plurality, supported, "Only 12 sources sent the events."},
		{caveat.ClusteredSources, 1, claim, undecided, "1.0 independent one,"},
		{caveat.UnreadRecords, 3, claim, undecided, "leaves the claim open"},
		{caveat.LateEvents, 3, claim, undecided, "leaves the claim open"},
		{caveat.Unlocated, .02, claim, undecided, "2.0 % of all sources"},
		{caveat.DatabasesDisagree, 1, claim, undecided, "differ too much"},
		{caveat.SamplingError, 9_876, claim, undecided, "about 9,880 sources"},
		{caveat.UnseenSources, .3, claim, undecided, "among those seen it would be refuted"},
		{
			caveat.UnseenSources, .3, claim, inadmissible,
			"1 in 100 packets or flows was looked at. At most 30.0 % of the sources were seen, 99.0 %",
		},
		{caveat.Blocks, 3, claim, inadmissible, "How many sources they have is not known."},
		{caveat.Blocks, 3, plurality, supported, "located by their first one. Each counts as one event."},
		{caveat.CutAddresses, 24, claim, inadmissible, "cut to 24 bits. Networks were counted, not sources."},
		{caveat.CutAddresses, 16, plurality, inadmissible, "cut to 16 bits. Networks as large as that"},
		{caveat.CutAddresses, 24, plurality, supported, "cut to 24 bits. They are networks, located by their first"},
		{caveat.CutAddresses, 0, plurality, inadmissible, "not known by how much"},
		{caveat.NetworksDiffer, .005, claim, supported, "0.5 % are geolocated to Russia (RU)."},
		{caveat.OneSidedErrors, .2, claim, supported, "from 40.0 % to 60.0 %"},
		{caveat.Fragile, .01, claim, supported, "as many"},
		{caveat.HeavySources, .263, claim, supported, "28 sources with more than 255 events each sent 26.3 %"},
		{caveat.ReservedPresent, 3, claim, supported, "3 sources with reserved addresses (70 events)"},
		{
			caveat.SpoofingPartial, .12, claim, supported,
			"The 800 tested sources reach 1 network (/24) that has no users. 2 more have addresses",
		},
		{caveat.SpoofingSuspected, 800, claim, supported, "1 pair of sources shares a /24."},
	} {
		v := attribution.Verdict{
			Claim: c.claim, Outcome: c.outcome, GeolocationErrorTolerated: .01, Sampling: sampling, Opinions: agree,
			Bounds: &attribution.Share{Low: .4, High: .6},
		}
		if c.outcome != supported {
			v.Reason = c.code
		}
		got := teller{p: en, r: &r, v: &v}.caveat(caveat.Caveat{Code: c.code, Value: c.value})
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q in it", c.code, got, c.want)
		}
	}
}
