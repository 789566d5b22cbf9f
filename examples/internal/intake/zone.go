package intake

import "time"

// ParseZone reads the name of a zone, or an offset such as +02:00. "" is UTC.
func ParseZone(s string) (*time.Location, error) {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			_, seconds := t.Zone()
			return time.FixedZone(s, seconds), nil
		}
	}
	return time.LoadLocation(s)
}
