package otelconnector

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"

	"github.com/whence-go/whence/attribution"
)

func TestConfigStruct(t *testing.T) {
	must(t, componenttest.CheckConfigStruct(NewFactory().CreateDefaultConfig()))
}

func TestDefaultConfig(t *testing.T) {
	a, b := defaultConfig(), defaultConfig()
	must(t, a.Validate())
	a.Attributes.Source[0] = "x"
	if b.Attributes.Source[0] == "x" {
		t.Error("two configurations share a list")
	}
}

// What a file says is what the configuration has. An empty list is none.
func TestConfigOfFile(t *testing.T) {
	c := defaultConfig()
	must(t, confmap.NewFromStringMap(map[string]any{
		"interval": "1m", "claims": []any{"majority RU"}, "groups": []any{"networks", "mail_domains"},
		"attributes": map[string]any{"target": []any{"url.path"}, "claimed": []any{}},
		"metrics":    map[string]any{"period": "15s"},
	}).Unmarshal(c))
	must(t, c.Validate())
	if c.Interval != time.Minute || c.Attributes.Target[0] != "url.path" || len(c.Attributes.Claimed) != 0 ||
		len(c.Attributes.Source) != 2 || c.Metrics.Period != 15*time.Second || c.Metrics.Window != 5*time.Minute {
		t.Errorf("%+v", c)
	}
	if err := confmap.NewFromStringMap(map[string]any{"intervall": "1m"}).Unmarshal(c); err == nil {
		t.Error("a setting that does not exist is taken")
	}
}

// Each setting that is wrong is named.
func TestValidate(t *testing.T) {
	many := make([]string, 101)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for want, change := range map[string]func(*Config){
		"interval: ":                 func(c *Config) { c.Interval = 7 * time.Second },
		"allowed_lateness: ":         func(c *Config) { c.AllowedLateness = 81 * time.Second },
		"retention: ":                func(c *Config) { c.Retention = time.Second },
		"targets: ":                  func(c *Config) { c.Targets = 15 },
		"false_alarms: ":             func(c *Config) { c.FalseAlarms = 31 },
		"groups: ":                   func(c *Config) { c.Groups = []string{"networks", "none"} },
		"sample_size: ":              func(c *Config) { c.SampleSize = 1 },
		"precision: ":                func(c *Config) { c.Precision = 17 },
		"ipv6_prefix_length: ":       func(c *Config) { c.IPv6PrefixLength = 8 },
		"claims[1]: ":                func(c *Config) { c.Claims = []string{"majority RU", "most RU"} },
		"claims[2]: ":                func(c *Config) { c.Claims = []string{"majority RU", "US < 5%", "RU > 50%"} },
		"claims[0]: no autonomous":   func(c *Config) { c.Claims = []string{"AS64500 > 40%"} },
		"further_databases: ":        func(c *Config) { c.FurtherDatabases, c.DropAddresses = []string{"x"}, true },
		"checkpoint_file: ":          func(c *Config) { c.CheckpointFile = "x" },
		"attributes::source: it is":  func(c *Config) { c.Attributes.Source = nil },
		"attributes::target: a name": func(c *Config) { c.Attributes.Target = []string{""} },
		"attributes::bytes: \"a\" is": func(c *Config) {
			c.Attributes.Bytes = []string{"a", "b", "a"}
		},
		"attributes::count: 17":       func(c *Config) { c.Attributes.Count = many[:17] },
		"attributes::claimed: a name": func(c *Config) { c.Attributes.Claimed = []string{strings.Repeat("x", 257)} },
		"metrics::period: ":           func(c *Config) { c.Metrics.Period = 0 },
		"metrics::window: ":           func(c *Config) { c.Metrics.Window = -1 },
		"metrics::countries: ":        func(c *Config) { c.Metrics.Countries = 251 },
		"metrics::targets: 101":       func(c *Config) { c.Metrics.Targets = many },
		"metrics::targets: a name":    func(c *Config) { c.Metrics.Targets = []string{" "} },
		"metrics::targets: \"a\" is":  func(c *Config) { c.Metrics.Targets = []string{"a", "a"} },
	} {
		c := defaultConfig()
		change(c)
		err := c.Validate()
		if !errors.Is(err, ErrConfig) || !strings.HasPrefix(err.Error(), "invalid configuration: "+want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
	c := defaultConfig()
	c.Interval, c.Claims, c.Metrics.Period = 7*time.Second, []string{"most RU"}, 0
	if err := c.Validate(); strings.Count(err.Error(), "\n") != 2 || !errors.Is(err, attribution.ErrInvalidClaim) ||
		!errors.Is(err, attribution.ErrInvalidOptions) {
		t.Errorf("of three: %v", err)
	}
}

// The documentation has every setting, every metric and every attribute of a burst.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/OTEL.md")
	must(t, err)
	has := func(what string) {
		t.Helper()
		if !regexp.MustCompile("(`|::)" + regexp.QuoteMeta(what) + "(`|::)").Match(page) {
			t.Errorf("docs/OTEL.md has no %s", what)
		}
	}
	for file, pattern := range map[string]string{
		"config.go": `mapstructure:"([a-z0-9_]+)"`, "series.go": `(?:gauge|counter)\("([a-z_.]+)"`,
		"record.go": `"(whence\.burst[a-z_.]*)"`, "account.go": `= "([A-Z_]+)"`,
	} {
		source, err := os.ReadFile(file)
		must(t, err)
		names := regexp.MustCompile(pattern).FindAllStringSubmatch(string(source), -1)
		if len(names) < 5 {
			t.Errorf("%s has only %q", file, names)
		}
		for _, name := range names {
			has(name[1])
		}
	}
}
