package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/sketch"
)

// expected is what evidence must have been made with, as -expect says.
type expected struct {
	keys      []sketch.KeyID
	databases []string // SHA-256
}

// add takes "key=ID" and "database=SHA256", several with commas between them.
func (x *expected) add(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		what, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		value = strings.ToLower(value)
		switch {
		case what == "key" && isHex(value, 16):
			id, err := strconv.ParseUint(value, 16, 64)
			if err != nil {
				return err
			}
			x.keys = append(x.keys, sketch.KeyID(id))
		case what == "database" && isHex(value, 64):
			x.databases = append(x.databases, value)
		default:
			return fmt.Errorf("%.80q is neither key= with 16 hexadecimal digits nor database= with 64", part)
		}
	}
	return nil
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

// unmet says what a file does not have of that. Its key must be one of those that were given. The databases must be
// those and no others, whether they located the sources or were asked as well.
func (x *expected) unmet(e *evidence.Evidence) (list []string) {
	if key := e.Snapshot().KeyID(); len(x.keys) > 0 && !slices.Contains(x.keys, key) {
		list = append(list, fmt.Sprintf("the key is %v", key))
	}
	if len(x.databases) == 0 {
		return list
	}
	r := e.Report()
	databases := slices.Clone(r.LocatedBy)
	for _, d := range r.Databases {
		databases = append(databases, d.Database)
	}
	has := func(sha string) bool {
		return slices.ContainsFunc(databases, func(d attribution.Database) bool { return d.SHA256 == sha })
	}
	for _, d := range databases {
		if !slices.Contains(x.databases, d.SHA256) {
			list = append(list, fmt.Sprintf("database %.60q has the hash %.64q", d.Name, d.SHA256))
		}
	}
	for _, sha := range x.databases {
		if !has(sha) {
			list = append(list, "no database has the hash "+sha)
		}
	}
	return list
}
