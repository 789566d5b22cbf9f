package main

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/examples/internal/intake"
	"github.com/whence-go/whence/geo"
)

// verified is what follows from a file of evidence.
type verified struct {
	holds bool
	says  string // in plain words
	brief *brief.Brief
}

// verify computes a file of evidence anew. name is that of the file, which may be another one tomorrow.
func verify(table *geo.Table, name string, data []byte, lang language.Tag) (verified, error) {
	v, err := evidence.Verify(data)
	if err != nil {
		return verified{}, err
	}
	var says strings.Builder
	if err := text.NewPrinter(lang).Verification(&says, v); err != nil {
		return verified{}, err
	}
	found := verified{holds: v.OK()}
	if v.Evidence != nil {
		switch err := v.Evidence.CheckOrigins(table); {
		case err == nil:
			says.WriteString("Every source in the file is where its database places it.\n")
		case errors.Is(err, evidence.ErrDisproved):
			found.holds = false
			fmt.Fprintf(&says, "The sources are not where the database places them: %v.\n", err)
		default:
			fmt.Fprintf(&says, "The places of the sources were not checked: %v.\n", err)
		}
		found.brief = &brief.Brief{Report: v.Evidence.Report(), Announced: intake.Announced(table),
			Evidence: evidenceOf(name, data)}
	}
	found.says = says.String()
	return found, nil
}
