package attribution

import (
	"fmt"

	"github.com/whence-go/whence/internal/count"
)

// part is the fraction of all public sources that was tested.
func (r *Report) part() float64 { return r.witnesses.tested / r.witnesses.public }

// forgedOfAll is the fraction of all public sources that is forged.
func (r *Report) forgedOfAll() Share {
	f, part := r.Spoofing.Forged, r.part()
	return Share{f.Value * part, f.Low * part, f.High * part}
}

// spoofed tells that no claim may be made since the sources are forged.
func (r *Report) spoofed() (Caveat, bool) {
	if !r.mostlySpoofed() {
		return Caveat{}, false
	}
	s, f := r.Spoofing, r.forgedOfAll()
	if s.Finding == SpoofingDominant {
		return Caveat{Spoofed, f.Low, fmt.Sprintf("at least %s of the sources are forged: %s; what the table shows is address space", percent(f.Low), s.nobodyThere())}, true
	}
	text := fmt.Sprintf("the sources look forged, all of them: they lie as evenly as chance has it, with %s in one /24 network where %.3g are expected; %s",
		count.Grouped(s.Pairs24)+" "+plural(s.Pairs24, "pair", "pairs"), s.Pairs24IfForged, s.nobodyThere())
	if s.MixDistance > 0 {
		text += "; and their countries are those of the address space"
	}
	return Caveat{Spoofed, f.Low, text}, true
}

// nobodyThere says what no real source does.
func (s *Spoofing) nobodyThere() string {
	text := fmt.Sprintf("%s of %s lie in networks without users", count.Grouped(s.Dark), count.Grouped(s.Tested))
	if s.Bogons >= fewWitnesses {
		text += fmt.Sprintf(", and %s more have addresses that no host can have", count.Grouped(s.Bogons))
	}
	return text
}

// someSpoofed is the caveat about forged sources that leave something to say.
func (r *Report) someSpoofed() (Caveat, bool) {
	s := r.Spoofing
	if s == nil || s.Finding == NotSpoofed || r.mostlySpoofed() {
		return Caveat{}, false
	}
	if s.Finding == SpoofingHinted {
		return Caveat{SpoofingSuspected, float64(s.Tested), fmt.Sprintf("%s sources lie as evenly as forged ones would, though none of them where nobody is", count.Grouped(s.Tested))}, true
	}
	f := r.forgedOfAll()
	_, low, high := f.digits(noLimit, false)
	return Caveat{SpoofingPresent, f.Value, fmt.Sprintf("some sources are forged, %s to %s %% of them: %s; shares of events and bytes are not corrected for that", low, high, s.nobodyThere())}, true
}

// forgedMatter says that the forged sources leave a claim open.
func (r *Report) forgedMatter(v Verdict) Caveat {
	f := r.forgedOfAll()
	return Caveat{SpoofingMatters, f.High, fmt.Sprintf("up to %s of the sources may be forged, which leaves it open; with these counted the claim would be %v", percent(f.High), v.withForged)}
}
