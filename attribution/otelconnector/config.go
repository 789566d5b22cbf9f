package otelconnector

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/whence-go/whence/attribution"
	"github.com/whence-go/whence/attribution/monitor"
)

// ErrConfig is wrapped by the error about every setting that is not valid.
var ErrConfig = errors.New("invalid configuration")

// Config is what the configuration file says of a connector. Make one with the factory's
// CreateDefaultConfig: the zero Config has no attributes to read. docs/OTEL.md describes each
// setting.
type Config struct {
	// Interval, AllowedLateness, Retention, Targets and FalseAlarms are those of
	// [monitor.Options]; 0 stands for the default there.
	Interval        time.Duration `mapstructure:"interval"`
	AllowedLateness time.Duration `mapstructure:"allowed_lateness"`
	Retention       time.Duration `mapstructure:"retention"`
	Targets         int           `mapstructure:"targets"`
	FalseAlarms     float64       `mapstructure:"false_alarms"`

	// Groups are the kinds of groups of targets: "networks", "mail_domains", "directories", or
	// "none" alone. An empty list stands for networks.
	Groups []string `mapstructure:"groups"`

	// SampleSize, Precision, IPv6PrefixLength, SamplingRate, AssumeHandshake and DropAddresses
	// are those of [attribution.Options]; 0 stands for what a monitor takes.
	SampleSize       int    `mapstructure:"sample_size"`
	Precision        int    `mapstructure:"precision"`
	IPv6PrefixLength int    `mapstructure:"ipv6_prefix_length"`
	SamplingRate     uint32 `mapstructure:"sampling_rate"`
	AssumeHandshake  bool   `mapstructure:"assume_handshake"`
	DropAddresses    bool   `mapstructure:"drop_addresses"`

	// Claims are texts that [attribution.ParseClaim] reads, such as "majority RU".
	Claims []string `mapstructure:"claims"`

	// Database is the path of a country database; "" stands for the embedded DB-IP Lite.
	// FurtherDatabases take part in the verdicts of bursts.
	Database         string   `mapstructure:"database"`
	FurtherDatabases []string `mapstructure:"further_databases"`

	// KeyFile holds the secret that hashes sources; "" stands for a random one.
	KeyFile string `mapstructure:"key_file"`

	// CheckpointFile keeps what is known over a restart; "" keeps nothing. It needs KeyFile.
	CheckpointFile string `mapstructure:"checkpoint_file"`

	Attributes AttributesConfig `mapstructure:"attributes"`
	Metrics    MetricsConfig    `mapstructure:"metrics"`
	Logs       LogsConfig       `mapstructure:"logs"`
}

// AttributesConfig names the attributes of a log record that are read. Of each list the first
// attribute counts that is there and not empty.
type AttributesConfig struct {
	Source       []string `mapstructure:"source"`
	Target       []string `mapstructure:"target"`
	Count        []string `mapstructure:"count"` // of events; a record without one is one event
	Bytes        []string `mapstructure:"bytes"`
	SamplingRate []string `mapstructure:"sampling_rate"`
	Transport    []string `mapstructure:"transport"`
	SourcePort   []string `mapstructure:"source_port"`

	// Claimed are those of Source whose address the client may have written, as in a header
	// about forwarding.
	Claimed []string `mapstructure:"claimed"`
}

// MetricsConfig says what metrics are about.
type MetricsConfig struct {
	Period    time.Duration `mapstructure:"period"`    // between two batches, 1s to 1h
	Window    time.Duration `mapstructure:"window"`    // of the traffic, up to the latest event
	Countries int           `mapstructure:"countries"` // with data points of their own, 0 to 250

	// Targets get a data point each, which says whether a burst of it runs: at most 100.
	Targets []string `mapstructure:"targets"`
}

// LogsConfig says what a log record about a burst has.
type LogsConfig struct {
	Report   bool `mapstructure:"report"`   // the whole burst as JSON
	Children bool `mapstructure:"children"` // bursts that are part of another get records, too
}

const (
	defaultPeriod    = time.Minute
	defaultWindow    = 5 * time.Minute
	defaultCountries = 20

	mostCountries  = 250
	mostTargets    = 100
	mostAttributes = 16  // of one list
	mostKey        = 256 // bytes of the name of an attribute
)

func defaultConfig() *Config {
	return &Config{
		Attributes: AttributesConfig{
			Source:       []string{"source.address", "client.address"},
			Target:       []string{"destination.address"},
			Bytes:        []string{"network.io.bytes"},
			SamplingRate: []string{"network.flow.sampling_rate"},
			Transport:    []string{"network.transport"},
			SourcePort:   []string{"source.port", "client.port"},
			Claimed:      []string{"client.address"},
		},
		Metrics: MetricsConfig{Period: defaultPeriod, Window: defaultWindow, Countries: defaultCountries},
	}
}

// Validate returns everything that is out of its range, each with the name of the setting, or nil.
// No file is opened. The error wraps [ErrConfig].
func (c *Config) Validate() error {
	var all []error
	refuse := func(field string, err error) {
		if err != nil {
			all = append(all, fmt.Errorf("%w: %s: %w", ErrConfig, field, err))
		}
	}
	for _, s := range c.single() {
		refuse(s.field, s.options.Validate())
	}
	_, err := c.groups()
	refuse("groups", err)
	c.claims(refuse)
	if len(c.FurtherDatabases) > 0 && c.DropAddresses {
		refuse("further_databases", attribution.ErrNoAddresses)
	}
	if c.CheckpointFile != "" && c.KeyFile == "" {
		refuse("checkpoint_file", errors.New("it needs key_file: a checkpoint is useless under another key"))
	}
	c.Attributes.validate(refuse)
	c.Metrics.validate(refuse)
	return errors.Join(all...)
}

// setting is one of the monitor's, alone, so that an error names it as the file does.
type setting struct {
	field   string
	options monitor.Options
}

func (c *Config) single() []setting {
	tally := func(o attribution.Options) monitor.Options { return monitor.Options{Tally: o} }
	interval := monitor.Options{Interval: c.Interval}
	all := []setting{
		{"interval", interval},
		{"targets", monitor.Options{Targets: c.Targets}},
		{"false_alarms", monitor.Options{FalseAlarms: c.FalseAlarms}},
		{"sample_size", tally(attribution.Options{SampleSize: c.SampleSize})},
		{"precision", tally(attribution.Options{Precision: c.Precision})},
		{"ipv6_prefix_length", tally(attribution.Options{IPv6PrefixLen: c.IPv6PrefixLength})},
	}
	if interval.Validate() == nil { // these are in units of it
		lateness, retention := interval, interval
		lateness.AllowedLateness, retention.Retention = c.AllowedLateness, c.Retention
		all = append(all, setting{"allowed_lateness", lateness}, setting{"retention", retention})
	}
	return all
}

// claims returns the claims that can be read, and refuses the others.
func (c *Config) claims(refuse func(field string, err error)) (claims []attribution.Claim) {
	for i, text := range c.Claims {
		claim, err := attribution.ParseClaim(text)
		if err == nil && aboutNetworks(claim) {
			err = errors.New("no autonomous system and no list is looked up")
		}
		if err == nil && slices.Contains(claims, claim) {
			err = fmt.Errorf("%v is there twice", claim)
		}
		if err != nil {
			refuse(fmt.Sprintf("claims[%d]", i), err)
			continue
		}
		claims = append(claims, claim)
	}
	return claims
}

// aboutNetworks reports whether a claim is about autonomous systems or lists instead of countries.
func aboutNetworks(c attribution.Claim) bool {
	for range c.Systems() {
		return true
	}
	for range c.Lists() {
		return true
	}
	return false
}

var groupKinds = map[string]monitor.Groups{
	"networks": monitor.Networks, "mail_domains": monitor.MailDomains, "directories": monitor.Directories,
}

func (c *Config) groups() (kinds monitor.Groups, err error) {
	if len(c.Groups) == 1 && c.Groups[0] == "none" {
		return -1, nil
	}
	for _, name := range c.Groups {
		kind, known := groupKinds[name]
		if !known {
			return 0, fmt.Errorf("%.40q, want networks, mail_domains, directories, or none alone", name)
		}
		kinds |= kind
	}
	return kinds, nil
}

func (a *AttributesConfig) validate(refuse func(string, error)) {
	if len(a.Source) == 0 {
		refuse("attributes::source", errors.New("it is empty: no record would have a source"))
	}
	for _, list := range []struct {
		field string
		keys  []string
	}{
		{"source", a.Source}, {"target", a.Target}, {"count", a.Count}, {"bytes", a.Bytes},
		{"sampling_rate", a.SamplingRate}, {"transport", a.Transport}, {"source_port", a.SourcePort}, {"claimed", a.Claimed},
	} {
		field := "attributes::" + list.field
		if len(list.keys) > mostAttributes {
			refuse(field, fmt.Errorf("%d attributes, at most %d can be", len(list.keys), mostAttributes))
		}
		for i, key := range list.keys {
			switch {
			case key == "" || len(key) > mostKey:
				refuse(field, fmt.Errorf("a name of %d bytes, want 1 to %d", len(key), mostKey))
			case slices.Index(list.keys, key) < i:
				refuse(field, fmt.Errorf("%q is there twice", key))
			}
		}
	}
}

func (m *MetricsConfig) validate(refuse func(string, error)) {
	if m.Period < time.Second || m.Period > time.Hour {
		refuse("metrics::period", fmt.Errorf("%v, want 1s to 1h", m.Period))
	}
	if m.Window < time.Second {
		refuse("metrics::window", fmt.Errorf("%v, want 1s or more", m.Window))
	}
	if m.Countries < 0 || m.Countries > mostCountries {
		refuse("metrics::countries", fmt.Errorf("%d, want 0 to %d", m.Countries, mostCountries))
	}
	if len(m.Targets) > mostTargets {
		refuse("metrics::targets", fmt.Errorf("%d targets, at most %d can be", len(m.Targets), mostTargets))
	}
	for i, name := range m.Targets {
		switch {
		case strings.TrimSpace(name) == "" || len(name) > monitor.MaxTargetName:
			refuse("metrics::targets", fmt.Errorf("a name of %d bytes, want 1 to %d", len(name), monitor.MaxTargetName))
		case slices.Index(m.Targets, name) < i:
			refuse("metrics::targets", fmt.Errorf("%q is there twice", name))
		}
	}
}
