package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall/js"
	_ "time/tzdata" // a browser has no files with time zones

	"golang.org/x/text/language"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/brief"
	"github.com/whence-go/whence/attribution/evidence"
	"github.com/whence-go/whence/attribution/ingest"
	"github.com/whence-go/whence/attribution/text"
	"github.com/whence-go/whence/geo"
	"github.com/whence-go/whence/geo/dbip"
)

// last is the brief that is shown, for saving it in other formats.
var last struct {
	brief.Brief
	evidence []byte
	lang     string
}

// main gives the worker an object with functions, and keeps them callable. Each returns an object; if that has an
// "error", there is nothing else in it but what the page may ask its user for.
func main() {
	debug.SetGCPercent(50) // the memory of a page is small, and never given back
	table, err := dbip.Table()
	if err != nil {
		panic(err) // the program itself is damaged
	}
	functions := map[string]any{
		"about":   function(func(args []js.Value) (object, error) { return about(table, args[0].String()), nil }),
		"claim":   function(func(args []js.Value) (object, error) { return claim(args[0].String()) }),
		"analyze": function(func(args []js.Value) (object, error) { return answerTo(table, args[0], args[1], args[2]) }),
		"verify":  function(func(args []js.Value) (object, error) { return verification(table, args[0], args[1].String()) }),
		"save":    function(func(args []js.Value) (object, error) { return save(args[0].String()) }),
	}
	js.Global().Call("loaded", functions)
	select {}
}

type object = map[string]any

// nameless matches the name of the file before a message, which is on the page anyway.
var nameless = regexp.MustCompile(`^"(?:[^"\\]|\\.)*": `)

// function makes a function for JavaScript.
func function(f func(args []js.Value) (object, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (result any) {
		defer func() {
			if e := recover(); e != nil {
				fmt.Fprintf(os.Stderr, "%v\n%s", e, debug.Stack()) // the console of the browser
				result = object{"error": fmt.Sprintf("this page has a fault: %v", e)}
			}
		}()
		o, err := f(args)
		if err == nil {
			return o
		}
		o = object{"error": strings.TrimPrefix(nameless.ReplaceAllString(err.Error(), ""), "ingest: ")}
		var open *ingest.UndecidedError
		if errors.As(err, &open) {
			o["error"], o["field"] = open.Reason, open.Option
			var candidates []any
			for _, c := range open.Candidates {
				candidates = append(candidates, c)
			}
			o["candidates"] = candidates
		}
		return o
	})
}

// about says what the page needs to know at first.
func about(table *geo.Table, lang string) object {
	p := text.NewPrinter(language.Make(lang))
	var countries, languages []any
	for o := range geo.Countries() {
		countries = append(countries, []any{o.String(), p.Country(o)})
	}
	for _, tag := range text.Languages() {
		languages = append(languages, tag.String())
	}
	info := table.Info()
	return object{"countries": countries, "languages": languages, "database": info.Name,
		"built": info.Built.Format("2006-01-02")}
}

// claim reads a claim and returns its usual form.
func claim(text string) (object, error) {
	c, err := attribution.ParseClaim(text)
	if err != nil {
		return nil, err
	}
	return object{"claim": c.String()}, nil
}

// answerTo analyzes a file. progress is a function that is told how many bytes and records were read.
func answerTo(table *geo.Table, file, asked, progress js.Value) (object, error) {
	var q request
	if err := json.Unmarshal([]byte(asked.String()), &q); err != nil {
		return nil, err
	}
	r, err := analyze(table, openFile(file), q, func(bytes int64, records uint64) {
		progress.Invoke(float64(bytes), float64(records))
	})
	if err != nil {
		return nil, err
	}
	last.Brief, last.evidence, last.lang = r.brief, r.evidence, q.Lang
	html, err := write(r.brief, brief.HTML, q.Lang)
	if err != nil {
		return nil, err
	}
	return object{"html": html, "read": r.read, "broken": r.broken, "evidence": len(r.evidence) > 0}, nil
}

// verification verifies a file of evidence.
func verification(table *geo.Table, file js.Value, lang string) (object, error) {
	f := openFile(file)
	if f.size > evidence.MaxSize {
		return nil, errors.New("the file is too large for evidence")
	}
	data, err := io.ReadAll(io.NewSectionReader(f, 0, f.size))
	if err != nil {
		return nil, err
	}
	v, err := verify(table, f.name, data, language.Make(lang))
	if err != nil {
		return nil, err
	}
	o := object{"holds": v.holds, "says": v.says}
	if v.brief != nil {
		last.Brief, last.evidence, last.lang = *v.brief, nil, lang
		if o["html"], err = write(*v.brief, brief.HTML, lang); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// save returns the last answer in a format, or its evidence.
func save(format string) (object, error) {
	if format == "evidence" {
		array := js.Global().Get("Uint8Array").New(len(last.evidence))
		js.CopyBytesToJS(array, last.evidence)
		return object{"data": array, "name": last.Evidence.File}, nil
	}
	text, err := write(last.Brief, brief.Format(format), last.lang)
	return object{"data": text, "name": "brief." + format}, err
}
