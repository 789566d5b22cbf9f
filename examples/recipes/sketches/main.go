// Sketches decides claims about sources that a service has counted with github.com/axiomhq/hyperloglog: one sketch for
// each country, stored in a database. It reads the rows as CSV, a country and a sketch in base64:
//
//	psql --csv -t -c "SELECT country, encode(sum, 'base64') FROM sketches" | sketches "majority RU"
package main

import (
	"encoding/base64"
	"encoding/csv"
	"io"
	"log"
	"maps"
	"os"
	"strings"

	"github.com/axiomhq/hyperloglog"
	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
	"github.com/whence-go/whence/sketch"
)

func main() {
	var claims []attribution.Claim
	for _, text := range os.Args[1:] {
		claims = append(claims, must(attribution.ParseClaim(text)))
	}
	report := must(decide(os.Stdin, claims))
	must(0, text.NewPrinter(language.English).Report(os.Stdout, report))
}

func decide(rows io.Reader, claims []attribution.Claim) (attribution.Report, error) {
	reader, stored := csv.NewReader(rows), map[geo.Origin]*hyperloglog.Sketch{}
	reader.FieldsPerRecord = 2
	for _, row := range must(reader.ReadAll()) {
		origin := must(geo.ParseOrigin(row[0])) // "RU", or "unlocated"
		binary := must(base64.StdEncoding.DecodeString(strings.ReplaceAll(row[1], "\n", "")))
		stored[origin] = new(hyperloglog.Sketch)
		if err := stored[origin].UnmarshalBinary(binary); err != nil {
			return attribution.Report{}, err
		}
	}
	table := must(dbip.Table()) // the one that located the sources when they were counted
	// Unkeyed says that Insert hashed the sources. Of hashes of your own, give another number.
	snapshot, err := attribution.FromSketches(table, sketch.Unkeyed, maps.All(stored))
	if err != nil {
		return attribution.Report{}, err
	}
	return snapshot.Report(attribution.Policy{}, claims...)
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
