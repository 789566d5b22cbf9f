// Schema validates JSON of this module against docs/report.schema.json. Give it files, or JSON on standard input:
//
//	go run ./examples/attribute -json | go -C tools run ./schema
//
// A file may have several documents, one behind the other. Unknown keys are errors with -strict, although a reader must
// accept them: they show what the schema forgot.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("schema: ")
	root := flag.String("root", "..", "`folder` of the repository")
	kind := flag.String("kind", "", "what the files have to be, such as Report; empty: anything that the schema has")
	strict := flag.Bool("strict", false, "refuse unknown keys")
	flag.Parse()
	s, err := load(*root, *strict, *kind)
	if err != nil {
		log.Fatal(err)
	}
	if flag.NArg() == 0 {
		if err := validate(s, os.Stdin); err != nil {
			log.Fatal(err)
		}
	}
	for _, path := range flag.Args() {
		f, err := os.Open(path)
		if err != nil {
			log.Fatal(err)
		}
		if err := validate(s, f); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
		f.Close()
	}
}

// load compiles a definition of the schema, or all of it.
func load(root string, strict bool, kind string) (*jsonschema.Schema, error) {
	f, err := os.Open(filepath.Join(root, "docs", "report.schema.json"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, err
	}
	schema, ok := doc.(map[string]any)
	if !ok {
		return nil, errors.New("the schema is no object")
	}
	id, _ := schema["$id"].(string)
	if strict {
		closeObjects(schema)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat() // times are times
	if err := c.AddResource(id, doc); err != nil {
		return nil, err
	}
	if kind != "" {
		id += "#/$defs/" + kind
	}
	return c.Compile(id)
}

// closeObjects has every object with properties refuse others. What is made of several definitions stays open.
func closeObjects(node any) {
	switch n := node.(type) {
	case map[string]any:
		for _, v := range n {
			closeObjects(v)
		}
		if _, ok := n["properties"].(map[string]any); ok && n["type"] == "object" {
			n["additionalProperties"] = false
		}
	case []any:
		for _, v := range n {
			closeObjects(v)
		}
	}
}

// validate reads documents to their end.
func validate(s *jsonschema.Schema, r io.Reader) error {
	d := json.NewDecoder(r)
	d.UseNumber() // counts may be larger than a float64 can hold
	for n := 1; ; n++ {
		var doc any
		if err := d.Decode(&doc); errors.Is(err, io.EOF) && n > 1 {
			return nil
		} else if err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
		if err := s.Validate(doc); err != nil {
			return fmt.Errorf("document %d: %w", n, err)
		}
	}
}
