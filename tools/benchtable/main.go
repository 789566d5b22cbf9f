// Benchtable turns the results in bench/results into what the documents show of them: the tables of README.md and
// docs/PERFORMANCE.md, and the figure docs/perf-sources.svg. Run it in the folder tools:
//
//	go run ./benchtable
//
// With -record it first runs all benchmarks, which takes some hours, and keeps what they print; with -file those of one
// file. Do that on a machine that does nothing else, with redis-server and goaccess on the PATH (see bench/peers):
//
//	go run ./benchtable -record
//
// The results are in the format of go test, so benchstat reads them too. A test fails if a document differs from
// the results.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("benchtable: ")
	root := flag.String("root", "..", "`folder` of the repository")
	recording := flag.Bool("record", false, "run all benchmarks and keep their results")
	file := flag.String("file", "", "`name` of the only file in bench/results that -record makes anew")
	count := flag.Int("count", 10, "how often -record runs each benchmark")
	benchtime := flag.String("benchtime", "1s", "how long -record runs each, as go test takes it")
	flag.Parse()
	if flag.NArg() > 0 || *count < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if *recording {
		if err := record(*root, *file, *count, *benchtime); err != nil {
			log.Fatal(err)
		}
	}
	if err := update(*root); err != nil {
		log.Fatal(err)
	}
}

// update writes all documents anew, or none of them.
func update(root string) error {
	files, err := documents(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// documents returns every document as it should be, by its path below root.
func documents(root string) (map[string][]byte, error) {
	results := map[string]*results{}
	for _, s := range suites {
		r, err := readResults(filepath.Join(root, "bench", "results", s.file))
		if err != nil {
			return nil, err
		}
		results[s.file] = r
	}
	speed, err := speedTables(results["tally.txt"], results["peers.txt"])
	if err != nil {
		return nil, err
	}
	points, err := growth(results["sources.txt"])
	if err != nil {
		return nil, err
	}
	figure, err := draw(points)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{filepath.Join("docs", "perf-sources.svg"): figure}
	for name, part := range map[string]struct{ marker, text string }{
		"README.md":                             {"bench table", speed},
		filepath.Join("docs", "PERFORMANCE.md"): {"growth table", growthTable(points)},
	} {
		old, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		text, err := splice(name, string(old), part.marker, part.text)
		if err != nil {
			return nil, err
		}
		files[name] = []byte(text)
	}
	return files, nil
}
