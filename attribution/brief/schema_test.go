package brief

import (
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/baseline"
	"github.com/whence-go/whence/attribution/caveat"
	"github.com/whence-go/whence/attribution/monitor"
	"github.com/whence-go/whence/attribution/network"
)

type schema = map[string]any

// definitions are those of docs/report.schema.json.
func definitions(t *testing.T) (whole, defs schema) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		t.Fatal(err)
	}
	return whole, whole["$defs"].(schema)
}

// A checker compares structs with the definitions of their names.
type checker struct {
	t    *testing.T
	defs schema
	seen map[string]bool
}

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

// names are the definitions that are not called like their types.
var names = map[reflect.Type]string{reflect.TypeFor[document](): "Brief"}

func nameOf(of reflect.Type) string {
	if name, ok := names[of]; ok {
		return name
	}
	return of.Name()
}

// want is what the schema of a value of a type has to say, without its bounds and descriptions.
func (c *checker) want(of reflect.Type) schema {
	switch {
	case of == reflect.TypeFor[time.Time]():
		return schema{"type": "string", "format": "date-time"}
	case of.Implements(jsonMarshaler), of.Implements(textMarshaler), of == reflect.TypeFor[caveat.Code]():
		c.seen[of.Name()] = true
		return schema{"$ref": "#/$defs/" + of.Name()}
	}
	switch of.Kind() {
	case reflect.Pointer:
		return c.want(of.Elem())
	case reflect.Struct:
		c.object(of)
		return schema{"$ref": "#/$defs/" + nameOf(of)}
	case reflect.Slice:
		return schema{"type": "array", "items": c.want(of.Elem())}
	case reflect.Map:
		w := schema{"type": "object", "additionalProperties": c.want(of.Elem())}
		if of.Key().Implements(textMarshaler) {
			w["propertyNames"] = c.want(of.Key())
		}
		return w
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Int, reflect.Int64, reflect.Uint8, reflect.Uint32, reflect.Uint64:
		return schema{"type": "integer"}
	}
	c.t.Errorf("no schema is known for %v", of)
	return nil
}

// has reports whether a schema says all that is wanted.
func has(got, want any) bool {
	g, ok := got.(schema)
	w, wanted := want.(schema)
	if !ok || !wanted {
		return reflect.DeepEqual(got, want)
	}
	for k, v := range w {
		if !has(g[k], v) {
			return false
		}
	}
	return true
}

// object compares the definition of a struct with its fields.
func (c *checker) object(of reflect.Type) {
	name := nameOf(of)
	if c.seen[name] {
		return
	}
	c.seen[name] = true
	def, ok := c.defs[name].(schema)
	if !ok {
		c.t.Errorf("the schema does not define %s", name)
		return
	}
	properties, _ := def["properties"].(schema)
	left := map[string]bool{}
	for key := range properties {
		left[key] = true
	}
	var required []any
	for i := range of.NumField() {
		f := of.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || key == "" || key == "-" {
			c.t.Errorf("%s.%s has no key of its own", name, f.Name)
			continue
		}
		if !strings.Contains(options, "omit") {
			required = append(required, key)
		}
		if strings.HasSuffix(key, "_ns") != (f.Type == reflect.TypeFor[time.Duration]()) {
			c.t.Errorf("%s.%s: keys of durations end in _ns, and only these", name, key)
		}
		delete(left, key)
		p, ok := properties[key].(schema)
		if !ok {
			c.t.Errorf("the schema does not have %s.%s", name, key)
			continue
		}
		if want := c.want(f.Type); !has(p, want) {
			c.t.Errorf("%s.%s is %v in the schema, want %v", name, key, p, want)
		}
		if p["description"] == nil && c.described(p["$ref"]) == "" {
			c.t.Errorf("%s.%s has no description", name, key)
		}
	}
	for key := range left {
		c.t.Errorf("the schema has %s.%s, which does not exist", name, key)
	}
	if got := fmt.Sprint(def["required"]); got != fmt.Sprint(required) {
		c.t.Errorf("%s requires %s, want %s", name, got, fmt.Sprint(required))
	}
}

func (c *checker) described(ref any) string {
	name := strings.TrimPrefix(fmt.Sprint(ref), "#/$defs/")
	def, _ := c.defs[name].(schema)
	text, _ := def["description"].(string)
	return text
}

// Every field of what is written as JSON is in the schema, with its type, and the schema has nothing else.
func TestSchemaIsThatOfTheStructs(t *testing.T) {
	_, defs := definitions(t)
	c := &checker{t: t, defs: defs, seen: map[string]bool{"Answer": true}} // examples/attribute checks that itself
	for _, root := range []reflect.Type{
		reflect.TypeFor[attribution.Report](), reflect.TypeFor[monitor.Burst](), reflect.TypeFor[baseline.NewSources](),
		reflect.TypeFor[network.Breakdown](), reflect.TypeFor[document](),
	} {
		c.object(root)
	}
	for name := range defs {
		if !c.seen[name] {
			t.Errorf("the schema defines %s, which does not exist", name)
		}
		if c.described("#/$defs/"+name) == "" {
			t.Errorf("%s has no description", name)
		}
	}
}

// The schema lists every code, and says what is promised.
func TestSchemaNamesCodesAndThePromise(t *testing.T) {
	whole, defs := definitions(t)
	listed := defs["Code"].(schema)["examples"].([]any)
	for code := range caveat.Codes() {
		if !slices.Contains(listed, any(string(code))) {
			t.Errorf("the schema does not list the code %s", code)
		}
	}
	for _, code := range listed {
		if !slices.Contains(slices.Collect(caveat.Codes()), caveat.Code(code.(string))) {
			t.Errorf("the schema lists the code %s, which does not exist", code)
		}
	}
	text := whole["description"].(string)
	for _, promise := range []string{
		"keys and codes are only added", "schema rises", "durations end in _ns", "never 0",
		fmt.Sprintf("version %d", attribution.SchemaVersion),
	} {
		if !strings.Contains(text, promise) {
			t.Errorf("the description of the schema does not say %q", promise)
		}
	}
	var outcomes []any
	for _, o := range []attribution.Outcome{
		attribution.Supported, attribution.Refuted, attribution.Undecided, attribution.Inadmissible,
	} {
		outcomes = append(outcomes, o.String())
	}
	if got := defs["Outcome"].(schema)["enum"]; !reflect.DeepEqual(got, outcomes) {
		t.Errorf("the outcomes are %v, want %v", got, outcomes)
	}
}

// docs/REPORT.md names what there is to read, and every column of the table.
func TestDocsNameDefinitionsAndColumns(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "REPORT.md"))
	if err != nil {
		t.Fatal(err)
	}
	list := append([]string{"Report", "Burst", "NewSources", "Breakdown", "Brief", "Answer", csvBurst}, csvColumns...)
	for _, name := range list {
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("docs/REPORT.md does not name %s", name)
		}
	}
}
