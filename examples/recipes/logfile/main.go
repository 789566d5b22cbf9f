// Logfile makes a brief of one log file, of any format that package ingest reads:
//
//	logfile access.log.gz "majority RU" "outside FR,NC > 90%" > brief.html
package main

import (
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/geo/dbip"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: logfile FILE [CLAIM...] > brief.html")
	}
	var claims []attribution.Claim
	for _, text := range os.Args[2:] {
		claims = append(claims, must(attribution.ParseClaim(text)))
	}
	file := must(os.Open(os.Args[1]))
	page := brief.Brief{Title: filepath.Base(file.Name()), Report: must(count(file, claims))}
	must(0, brief.Write(os.Stdout, page, brief.HTML, language.English))
}

func count(file *os.File, claims []attribution.Claim) (attribution.Report, error) {
	table := must(dbip.Table()) // or geo.Open("GeoLite2-Country.mmdb")
	tally := must(attribution.NewTally(table, attribution.Options{}))
	reader := must(ingest.NewReader(file, file.Name(), ingest.Options{}))
	defer reader.Close()
	var event ingest.Event
	err := reader.Next(&event)
	for ; err == nil; err = reader.Next(&event) {
		tally.AddFlow(event.Flow)
	}
	if !errors.Is(err, io.EOF) {
		return attribution.Report{}, err
	}
	account := reader.Account()
	tally.AddAccount(account) // what was not read is part of the answer
	tally.ExtendSpan(account.From, account.To)
	report, err := tally.Snapshot().Report(attribution.Policy{}, claims...)
	report.Account = &account
	return report, err
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
